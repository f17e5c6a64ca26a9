import { isOfDatabase } from './databaseEntries';
import type { Decode } from '../format/encoding';
import { Hash128, hexOf, Sum128 } from '../digest/hash128';
import { concernsLargeObjects, LargeObjectEntries } from './largeObjectEntries';
import { meaningOf, type Meaning } from './meaning';
import { namedRoles } from './namedRoles';
import type { DefinitionReading } from '../reading';
import type { RawTocEntry } from '../format/tocEntry';

/** Characters of a definition that is compared by its meaning; a longer one stands for itself. */
const longestSql = 4 << 20;

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

/** Collects what the table of contents defines: a digest of what each entry means, the roles and extensions named. Keeps no SQL. */
export class Definitions {
  readonly #decode: Decode;
  readonly #definitions: DefinitionReading[] = [];
  readonly #largeObjects = new LargeObjectEntries();
  readonly #owners = new Set<string>();
  readonly #restoredOwners = new Set<string>();
  readonly #namedRoles = new Set<string>();
  readonly #extensions = new Set<string>();
  readonly #hash = new Hash128();
  /** plain strings have escapes: the archive says `standard_conforming_strings` off */
  #backslashes = false;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  /** `names` are the entry's texts, decoded. */
  add(entry: RawTocEntry, names: { kind: string; schema: string; name: string; owner: string }): void {
    const { kind, schema, name, owner } = names;
    const ofDatabase = isOfDatabase(kind, name);
    if (owner !== '' && !ofDatabase) this.#owners.add(owner);
    if (kind === 'STDSTRINGS') this.#backslashes = entry.definition.includes("'off'");
    if (definesNothing.has(kind)) return;
    if (owner !== '' && !ownerless.has(kind)) this.#restoredOwners.add(owner);
    if (kind === 'EXTENSION') this.#extensions.add(name);
    const decoded = this.#decode(entry.definition);
    // what names roles of the database itself is read by itself: only a new database needs them
    if (!ofDatabase) this.#addNamedRoles(kind, decoded);
    // what cannot be decoded must not become alike
    const sql = decoded.includes('\ufffd') ? entry.definition.toString('latin1') : decoded;
    if (concernsLargeObjects(kind, name)) {
      this.#largeObjects.add(kind, name, owner, sql);
      return;
    }
    // taken apart it would weigh many times as much
    const meaning = sql.length > longestSql ? { text: sql } : meaningOf(kind, sql, this.#backslashes);
    const tablespace = this.#decode(entry.tablespace);
    this.#definitions.push({
      ...{ kind, schema, name, owner },
      ...(tablespace === '' ? {} : { tablespace }),
      ...this.#digestsOf(inAccessMethod(meaning, this.#decode(entry.accessMethod))),
    });
  }

  result(): {
    definitions: DefinitionReading[];
    roles: string[];
    owners: string[];
    namedRoles: string[];
    extensions: string[];
  } {
    return {
      definitions: [...this.#definitions, ...this.#largeObjects.definitions()],
      roles: [...new Set([...this.#owners, ...this.#namedRoles])].sort(),
      owners: [...this.#restoredOwners].sort(),
      namedRoles: [...this.#namedRoles].sort(),
      extensions: [...this.#extensions].sort(),
    };
  }

  #addNamedRoles(kind: string, sql: string): void {
    for (const role of namedRoles(kind, sql)) this.#namedRoles.add(role);
  }

  #digestsOf({ text, parts, older, olderParts }: Meaning): Digests {
    return {
      digest: this.#digestOf(text),
      ...(parts === undefined ? {} : { unorderedDigest: this.#unordered(parts) }),
      ...(older === undefined ? {} : { olderDigest: this.#digestOf(older) }),
      ...(olderParts === undefined ? {} : { olderUnorderedDigest: this.#unordered(olderParts) }),
    };
  }

  #digestOf(text: string): string {
    return hexOf(this.#hash.reset().update(Buffer.from(text)).finish());
  }

  /** The hash of parts as a set, so that columns in another order give the same. */
  #unordered(parts: readonly string[]): string {
    const sum = new Sum128();
    for (const part of parts) sum.add(this.#hash.reset().update(Buffer.from(part)).finish());
    return sum.hex();
  }
}

type Digests = Pick<DefinitionReading, 'digest' | 'unorderedDigest' | 'olderDigest' | 'olderUnorderedDigest'>;

/** How a table is stored stands beside its definition; heap is what everything is that says nothing. */
function inAccessMethod(meaning: Meaning, method: string): Meaning {
  if (method === '' || method === 'heap') return meaning;
  const using = (text: string): string => `${text} USING ${method}`;
  const { text, parts, older, olderParts } = meaning;
  return {
    text: using(text),
    ...(parts === undefined ? {} : { parts: [...parts, using('')] }),
    ...(older === undefined ? {} : { older: using(older) }),
    ...(olderParts === undefined ? {} : { olderParts: [...olderParts, using('')] }),
  };
}
