import { isOfDatabase } from './databaseEntries';
import type { Decode } from './encoding';
import { Hash128, hexOf, Sum128 } from './hash128';
import { namedRoles } from './namedRoles';
import type { DefinitionReading } from './reading';
import type { RawTocEntry } from './tocEntry';

/** Entries that define nothing: they carry data, session settings, or what the server computes anew. */
const definesNothing = new Set([
  'TABLE DATA',
  'SEQUENCE SET',
  'BLOBS',
  'ENCODING',
  'STDSTRINGS',
  'SEARCHPATH',
  'STATISTICS DATA',
]);

/** Entries whose owner is not restored: the database itself, what an extension owns, comments and grants, what is left out. */
const ownerless = new Set([
  'DATABASE',
  'DATABASE PROPERTIES',
  'EXTENSION',
  'COMMENT',
  'ACL',
  'DEFAULT ACL',
  'PUBLICATION',
  'SUBSCRIPTION',
]);

/** Collects what the table of contents defines: a digest for each entry, the roles and extensions named. Keeps no SQL. */
export class Definitions {
  readonly #decode: Decode;
  readonly #definitions: DefinitionReading[] = [];
  readonly #largeObjects = new Map<string, { kind: string; owner: string; sum: Sum128 }>();
  readonly #owners = new Set<string>();
  readonly #restoredOwners = new Set<string>();
  readonly #namedRoles = new Set<string>();
  readonly #extensions = new Set<string>();
  readonly #hash = new Hash128();

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** `names` are the entry's texts, decoded. */
  add(entry: RawTocEntry, names: { kind: string; schema: string; name: string; owner: string }): void {
    const { kind, schema, name, owner } = names;
    const ofDatabase = isOfDatabase(kind, name);
    if (owner !== '' && !ofDatabase) this.#owners.add(owner);
    if (definesNothing.has(kind)) return;
    if (owner !== '' && !ownerless.has(kind)) this.#restoredOwners.add(owner);
    if (kind === 'EXTENSION') this.#extensions.add(name);
    if (ofDatabase) {
      // what names roles here is read by itself: only a new database needs them
    } else if (kind === 'ACL' || kind === 'DEFAULT ACL' || kind === 'POLICY' || kind === 'USER MAPPING') {
      for (const role of namedRoles(kind, this.#decode(entry.definition))) this.#namedRoles.add(role);
    }
    const lanes = this.#hash.reset().update(entry.definition).finish();
    if (ofLargeObjects(kind, name)) {
      this.#addLargeObject(kind, owner);
      return;
    }
    const digest = hexOf(lanes);
    if (kind !== 'TABLE') this.#definitions.push({ kind, schema, name, owner, digest });
    else {
      const unorderedDigest = this.#unordered(entry.definition);
      this.#definitions.push({ kind, schema, name, owner, digest, unorderedDigest });
    }
  }

  result(): {
    definitions: DefinitionReading[];
    roles: string[];
    owners: string[];
    namedRoles: string[];
    extensions: string[];
  } {
    for (const { kind, owner, sum } of this.#largeObjects.values()) {
      this.#definitions.push({ kind, schema: '', name: 'large objects', owner, digest: sum.hex() });
    }
    this.#largeObjects.clear();
    return {
      definitions: this.#definitions,
      roles: [...new Set([...this.#owners, ...this.#namedRoles])].sort(),
      owners: [...this.#restoredOwners].sort(),
      namedRoles: [...this.#namedRoles].sort(),
      extensions: [...this.#extensions].sort(),
    };
  }

  /** A database may have millions of large objects, each with an entry: they count together, per kind and owner. */
  #addLargeObject(kind: string, owner: string): void {
    const key = `${kind}\0${owner}`;
    let group = this.#largeObjects.get(key);
    if (group === undefined) {
      group = { kind, owner, sum: new Sum128() };
      this.#largeObjects.set(key, group);
    }
    group.sum.add(this.#hash.lanes);
  }

  /** The definition's hash with its lines as a set, so that columns in another order give the same. */
  #unordered(definition: Buffer): string {
    const sum = new Sum128();
    const hash = this.#hash;
    let start = 0;
    while (start < definition.length) {
      const newline = definition.indexOf(10, start);
      const end = newline < 0 ? definition.length : newline;
      // the last column's line has no comma
      const comma = end > start && definition[end - 1] === 0x2c ? 1 : 0;
      hash
        .reset()
        .update(definition, start, end - comma)
        .finish();
      sum.add(hash.lanes);
      start = end + 1;
    }
    return sum.hex();
  }
}

function ofLargeObjects(kind: string, name: string): boolean {
  return kind === 'BLOB' || kind === 'BLOB METADATA' || /^LARGE OBJECTS? \d/.test(name);
}
