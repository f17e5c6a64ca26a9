import { definitionOf, type TableOfContents, type TocEntry } from '../format/readTableOfContents';

/**
 * Which entries only a superuser can make, as pg_dump words them. Making them runs nothing that somebody else wrote: what would, because a
 * value of a default or an initial state is read by its type, is not among them. A wrapper's validator runs when the wrapper is made: it counts as superusers' own where every function
 * that could be one belongs to `superusers`, by the names of roles that are superusers where it is restored.
 */
export function superuserEntries(toc: TableOfContents, superusers: ReadonlySet<string>): (entry: TocEntry) => boolean {
  const validators = toc.entries.filter(({ kind, name }) => kind === 'FUNCTION' && name.endsWith('(text[], oid)'));
  const hasOwnValidators = validators.every(({ owner }) => superusers.has(owner));
  const shells = new Set(toc.entries.filter(({ kind }) => kind === 'SHELL TYPE').map(keyOf));
  return (entry) => {
    if (always.has(entry.kind)) return true;
    const text = (): string => definitionOf(toc, entry).toString('latin1');
    switch (entry.kind) {
      case 'TYPE':
        // whoever makes the type made its shell
        return shells.has(keyOf(entry)) || /^CREATE TYPE [^\n]* \(\n {4}INTERNALLENGTH = /m.test(text());
      case 'FOREIGN DATA WRAPPER':
        return hasOwnValidators || !/ VALIDATOR /.test(text());
      case 'FUNCTION':
      case 'PROCEDURE':
        return isOfSuperuser(text());
      case 'AGGREGATE':
        return / (?:STYPE|MSTYPE) = internal\b/.test(text()) && !/ (?:INITCOND|MINITCOND) = /.test(text());
      default:
        return false;
    }
  };
}

const always: ReadonlySet<string> = new Set([
  ...['EXTENSION', 'PROCEDURAL LANGUAGE', 'ACCESS METHOD', 'SHELL TYPE', 'OPERATOR CLASS', 'OPERATOR FAMILY'],
  ...['CAST', 'TRANSFORM', 'TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE', 'EVENT TRIGGER'],
]);

/** pg_dump gives the clauses lines of their own, before the body: the language's, then one for each setting. */
function isOfSuperuser(definition: string): boolean {
  const at = /^ {4}LANGUAGE (\S+)( [^\n]*)?$/m.exec(definition);
  if (!at) return false;
  const [line, language = '', clauses = ''] = at;
  const head = definition.slice(0, at.index);
  const settings = /^(?: {4}SET [^\n]*\n)*/.exec(definition.slice(at.index + line.length + 1))?.[0] ?? '';
  const others = settings.split('\n').filter((one) => one !== '' && !/^ {4}SET "?search_path"? /.test(one));
  const needs = /^(?:c|internal|\w+u)$/.test(language) || / (?:LEAKPROOF|SUPPORT)\b/.test(clauses) || others.length > 0;
  return needs && !/ DEFAULT /.test(head);
}

function keyOf({ schema, name }: TocEntry): string {
  return `${schema}\0${name}`;
}
