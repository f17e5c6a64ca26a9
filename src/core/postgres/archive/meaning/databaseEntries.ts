import type { DatabaseLocale, DatabaseReading } from '../databaseReading';
import { normalAcl } from '../databaseReading';
import { readAcl, readComment, readCreate, readProperties, type Properties } from './databaseSql';
import type { Decode } from '../format/encoding';
import type { RawTocEntry } from '../format/tocEntry';

/** True for an entry about the database itself; pg_restore without --create passes over it. */
export function isOfDatabase(kind: string, name: string): boolean {
  if (kind === 'DATABASE' || kind === 'DATABASE PROPERTIES') return true;
  return (kind === 'ACL' || kind === 'COMMENT' || kind === 'SECURITY LABEL') && name.startsWith('DATABASE ');
}

/** Collects what a table of contents says of the database itself. */
export class DatabaseEntries {
  readonly #decode: Decode;
  #created: Pick<DatabaseReading, 'name' | 'owner' | 'encoding' | 'locale' | 'tablespace'> | undefined;
  #comment: string | undefined;
  #acl: DatabaseReading['acl'];
  #properties: Properties = { settings: [] };
  readonly #unread = new Set<string>();
  #ofPublic = false;

  constructor(decode: Decode) {
    this.#decode = decode;
  }

  add(entry: RawTocEntry, { kind, name, owner }: { kind: string; name: string; owner: string }): void {
    if (kind === 'ACL' && name === 'SCHEMA public') this.#ofPublic ||= saysWhatPublicMay(entry.definition);
    if (!isOfDatabase(kind, name)) return;
    const sql = entry.definition.length > longest ? '' : this.#decode(entry.definition);
    if (!this.#read(kind, sql, owner)) this.#unread.add(kind);
  }

  /** Undefined where the archive says nothing of it: a part of a database was dumped. */
  result(): DatabaseReading | undefined {
    if (this.#created === undefined) return undefined;
    const { connectionLimit = -1, isTemplate = false, settings } = this.#properties;
    return {
      ...this.#created,
      connectionLimit,
      isTemplate,
      ...(this.#comment === undefined ? {} : { comment: this.#comment }),
      ...(this.#acl === undefined ? {} : { acl: this.#acl }),
      settings,
      ...(this.#unread.size === 0 ? {} : { unread: [...this.#unread].sort() }),
    };
  }

  /** Whether the archive says itself what PUBLIC may in the schema public: before 15 it may create there by default. */
  get ofPublic(): boolean {
    return this.#ofPublic;
  }

  #read(kind: string, sql: string, owner: string): boolean {
    if (kind === 'DATABASE') return this.#readDatabase(sql, owner);
    if (this.#created === undefined) return false;
    const { name } = this.#created;
    if (kind === 'DATABASE PROPERTIES') {
      const found = readProperties(sql, name);
      this.#properties = found ?? this.#properties;
      return found !== undefined;
    }
    if (kind === 'COMMENT') {
      this.#comment = readComment(sql, name);
      return this.#comment !== undefined;
    }
    if (kind !== 'ACL') return false;
    const acl = readAcl(sql, name, this.#created.owner);
    if (acl !== undefined) this.#acl = normalAcl(acl, this.#created.owner);
    return acl !== undefined;
  }

  #readDatabase(sql: string, owner: string): boolean {
    const found = this.#created === undefined ? readCreate(sql) : undefined;
    if (found === undefined || owner === '') return false;
    const { name, clauses } = found;
    const encoding = clauses.get('ENCODING');
    const tablespace = clauses.get('TABLESPACE');
    const locale = localeOf(clauses);
    this.#created = {
      ...{ name, owner },
      ...(encoding === undefined ? {} : { encoding }),
      ...(tablespace === undefined ? {} : { tablespace }),
      ...(locale === undefined ? {} : { locale }),
    };
    return true;
  }
}

const longest = 1 << 20;

const providers: Readonly<Record<string, DatabaseLocale['provider']>> = { libc: 'c', icu: 'i', builtin: 'b' };

function localeOf(clauses: ReadonlyMap<string, string>): DatabaseLocale | undefined {
  const provider = providers[clauses.get('LOCALE_PROVIDER') ?? 'libc'];
  const collate = clauses.get('LC_COLLATE') ?? clauses.get('LOCALE');
  const ctype = clauses.get('LC_CTYPE') ?? clauses.get('LOCALE');
  if (provider === undefined || collate === undefined || ctype === undefined) return undefined;
  const own = provider === 'i' ? clauses.get('ICU_LOCALE') : clauses.get('BUILTIN_LOCALE');
  const icuRules = clauses.get('ICU_RULES');
  return {
    ...{ provider, collate, ctype },
    ...(provider === 'c' || own === undefined ? {} : { locale: own }),
    ...(icuRules === undefined ? {} : { icuRules }),
  };
}

function saysWhatPublicMay(definition: Buffer): boolean {
  return definition.length <= longest && /\b(?:FROM|TO) PUBLIC;/.test(definition.toString('latin1'));
}
