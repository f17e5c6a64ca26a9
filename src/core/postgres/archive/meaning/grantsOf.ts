import { definitionOf, type TableOfContents } from '../format/readTableOfContents';
import { quoteIdentifier } from '../../sql/quote';

/**
 * The grants of an archive as a role can make them that owns everything for the time being, by their entries: where an owner is named, it is that role. What
 * others granted, in a session of theirs, is left out. The words are the archive's: they have the rights of the role, whatever they are.
 */
export function grantsOf(toc: TableOfContents, loader: string): ReadonlyMap<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (const entry of toc.entries) {
    if (entry.kind !== 'ACL' && entry.kind !== 'ACL LANGUAGE') continue;
    const statements = definitionOf(toc, entry)
      .toString('latin1')
      .split(/;\n/)
      .filter((one) => one !== '');
    const kept: string[] = [];
    let isOfOthers = false;
    for (const statement of statements) {
      if (statement.startsWith('SET SESSION AUTHORIZATION')) isOfOthers = true;
      else if (statement.startsWith('RESET SESSION AUTHORIZATION')) isOfOthers = false;
      else if (!isOfOthers) kept.push(byLoader(statement, entry.owner, loader));
    }
    found.set(entry.dumpId, Buffer.from(kept.map((one) => `${one};\n`).join(''), 'latin1'));
  }
  return found;
}

/** The grantee stands at the end: pg_dump writes one to a statement. */
function byLoader(statement: string, owner: string, loader: string): string {
  const end = statement.endsWith(withOption) ? withOption : '';
  const rest = end === '' ? statement : statement.slice(0, -end.length);
  for (const name of [owner, quoteIdentifier(owner)].map((one) => Buffer.from(one, 'utf8').toString('latin1'))) {
    for (const word of [' TO ', ' FROM ']) {
      if (rest.endsWith(word + name)) return `${rest.slice(0, -name.length)}${quoteIdentifier(loader)}${end}`;
    }
  }
  return statement;
}

const withOption = ' WITH GRANT OPTION';
