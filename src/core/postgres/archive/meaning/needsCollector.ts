import type { ArchiveNeeds } from './archiveNeeds';
import { isOfDatabase } from './databaseEntries';
import type { Decode } from '../format/encoding';
import { namedRoles } from './namedRoles';
import type { RawTocEntry } from '../format/tocEntry';

/** Collects them while the table of contents is read. */
export class NeedsCollector {
  readonly #decode: Decode;
  readonly #found = {
    tablespaces: new Set<string>(),
    rolesWithoutGrants: new Set<string>(),
    collations: new Set<string>(),
    superusers: new Set<string>(),
    bySuperuser: new Set<string>(),
    functionsBySuperuser: new Set<string>(),
    takenFromPublic: new Set<string>(),
  };

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** `names` are the entry's texts, decoded. */
  add(entry: RawTocEntry, names: { kind: string; schema: string; name: string; owner: string }): void {
    const { kind, schema, name, owner } = names;
    if (isOfDatabase(kind, name)) return;
    const label = `${kind} ${schema === '' ? '' : `${schema}.`}${name}`;
    if (entry.tablespace.length > 0) this.#add('tablespaces', this.#decode(entry.tablespace));
    if (kind === 'POLICY' || kind === 'USER MAPPING') {
      for (const role of namedRoles(kind, this.#decode(entry.definition))) this.#add('rolesWithoutGrants', role);
    } else if (kind === 'ACL' || kind === 'DEFAULT ACL') {
      // the tag is `FUNCTION f()`
      const object = schema === '' ? name : name.replace(' ', ` ${schema}.`);
      if (entry.definition.includes(' FROM PUBLIC;')) this.#add('takenFromPublic', object);
    } else if (routines.has(kind)) this.#addRoutine(label, this.#decode(entry.definition));
    else if (entry.definition.includes(collate)) this.#addCollations(this.#decode(entry.definition));
    if (ownedBySuperusers.has(kind) && owner !== '') this.#add('superusers', owner);
    if (madeBySuperusers.has(kind)) this.#add('bySuperuser', label);
  }

  result(): ArchiveNeeds {
    const { tablespaces, rolesWithoutGrants, collations, superusers, ...more } = this.#found;
    return {
      tablespaces: [...tablespaces].sort(),
      rolesWithoutGrants: [...rolesWithoutGrants].sort(),
      collations: [...collations].sort(),
      superusers: [...superusers].sort(),
      bySuperuser: [...more.bySuperuser].sort(),
      functionsBySuperuser: [...more.functionsBySuperuser].sort(),
      takenFromPublic: [...more.takenFromPublic].sort(),
    };
  }

  /** pg_dump gives the clauses a line of their own, before the body. */
  #addRoutine(label: string, definition: string): void {
    const [, language = '', clauses = ''] = /^ {4}LANGUAGE (\S+)( [^\n]*)?$/m.exec(definition) ?? [];
    if (/^(?:c|internal|\w+u)$/.test(language) || / LEAKPROOF\b/.test(clauses)) {
      this.#add('functionsBySuperuser', label);
    }
  }

  #addCollations(definition: string): void {
    for (const [, quoted, plain = ''] of definition.matchAll(/ COLLATE pg_catalog\.(?:"((?:[^"]|"")*)"|([\w$]+))/g)) {
      const name = quoted?.replaceAll('""', '"') ?? plain;
      if (!everywhere.has(name)) this.#add('collations', name);
    }
  }

  #add(list: keyof ArchiveNeeds, name: string): void {
    const set = this.#found[list];
    if (set.size < most) set.add(name);
  }
}

const most = 1000;
const collate = ' COLLATE pg_catalog.';
const everywhere: ReadonlySet<string> = new Set(['C', 'POSIX', 'default', 'ucs_basic', 'unicode']);
const routines: ReadonlySet<string> = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE']);
const ownedBySuperusers: ReadonlySet<string> = new Set(['EVENT TRIGGER', 'FOREIGN DATA WRAPPER']);
const madeBySuperusers: ReadonlySet<string> = new Set([
  ...['EVENT TRIGGER', 'FOREIGN DATA WRAPPER', 'ACCESS METHOD', 'OPERATOR CLASS', 'OPERATOR FAMILY', 'SHELL TYPE'],
  ...['TEXT SEARCH PARSER', 'TEXT SEARCH TEMPLATE', 'PROCEDURAL LANGUAGE'],
]);
