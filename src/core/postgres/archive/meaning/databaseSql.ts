import { defaultAcl, type DatabaseGrant, type DatabasePrivilege, type DatabaseSetting } from '../databaseReading';

/**
 * The SQL that pg_dump writes about a database, read as data by a grammar that knows those statements and no others. None of it is ever
 * run: what is wanted is written anew from what was read here. Undefined for everything else.
 */
type Read<Result> = Result | undefined;

/** A word (a keyword or a bare name), a quoted name, a string, a number, or a single sign. */
interface Token {
  readonly is: 'word' | 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
}

/** From `CREATE DATABASE … WITH TEMPLATE = template0 ENCODING = … …;`, its clauses by their names. */
export function readCreate(
  sql: string,
): Read<{ readonly name: string; readonly clauses: ReadonlyMap<string, string> }> {
  const reader = readerOf(sql);
  if (!reader?.words('CREATE', 'DATABASE')) return undefined;
  const name = reader.name();
  if (name === undefined) return undefined;
  const clauses = new Map<string, string>();
  if (reader.words('WITH')) {
    while (!reader.sign(';')) {
      const clause = reader.word();
      const isLimit = clause === 'CONNECTION' && reader.words('LIMIT');
      if (clause === undefined || !reader.sign('=')) return undefined;
      const value = reader.value();
      if (value === undefined) return undefined;
      clauses.set(isLimit ? 'CONNECTION LIMIT' : clause, value);
    }
  } else if (!reader.sign(';')) return undefined;
  return reader.isAtEnd ? { name, clauses } : undefined;
}

/** From `COMMENT ON DATABASE … IS '…';`. */
export function readComment(sql: string, database: string): Read<string> {
  const reader = readerOf(sql);
  if (!reader?.words('COMMENT', 'ON', 'DATABASE') || reader.name() !== database) return undefined;
  if (!reader.words('IS')) return undefined;
  const text = reader.string();
  return reader.sign(';') && reader.isAtEnd ? text : undefined;
}

/** What `DATABASE PROPERTIES` holds. */
export interface Properties {
  readonly connectionLimit?: number;
  readonly isTemplate?: boolean;
  readonly settings: readonly DatabaseSetting[];
}

/** From `ALTER DATABASE … CONNECTION LIMIT = …;`, `… IS_TEMPLATE = …;`, `… SET … TO …;` and `ALTER ROLE … IN DATABASE … SET … TO …;`. */
export function readProperties(sql: string, database: string): Read<Properties> {
  const reader = readerOf(sql);
  if (!reader) return undefined;
  let found: Properties = { settings: [] };
  while (!reader.isAtEnd) {
    const one = readProperty(reader, database);
    if (one === undefined || !reader.sign(';')) return undefined;
    found = { ...found, ...one, settings: [...found.settings, ...(one.settings ?? [])] };
  }
  return found;
}

function readProperty(reader: Reader, database: string): Read<Partial<Properties>> {
  if (!reader.words('ALTER')) return undefined;
  if (reader.words('ROLE')) {
    const role = reader.name();
    if (role === undefined || !reader.words('IN', 'DATABASE') || reader.name() !== database) return undefined;
    return readSetting(reader, role);
  }
  if (!reader.words('DATABASE') || reader.name() !== database) return undefined;
  if (reader.words('CONNECTION', 'LIMIT') && reader.sign('=')) {
    const connectionLimit = Number(reader.number());
    return Number.isInteger(connectionLimit) && connectionLimit >= -1 ? { connectionLimit } : undefined;
  }
  if (reader.words('IS_TEMPLATE') && reader.sign('=')) {
    const isTemplate = reader.words('TRUE');
    return isTemplate || reader.words('FALSE') ? { isTemplate } : undefined;
  }
  return readSetting(reader);
}

function readSetting(reader: Reader, role?: string): Read<Partial<Properties>> {
  if (!reader.words('SET')) return undefined;
  const name = reader.name();
  if (name === undefined || !reader.words('TO')) return undefined;
  const values: string[] = [];
  do {
    const value = reader.string();
    if (value === undefined) return undefined;
    values.push(value);
  } while (reader.sign(','));
  return { settings: [{ ...(role === undefined ? {} : { role }), name, values }] };
}

/** From GRANT and REVOKE, what is then granted: they begin with the defaults. */
export function readAcl(sql: string, database: string, owner: string): Read<DatabaseGrant[]> {
  const reader = readerOf(sql);
  if (!reader) return undefined;
  let acl = defaultAcl(owner);
  let grantor: string | undefined;
  while (!reader.isAtEnd) {
    if (reader.words('SET', 'SESSION', 'AUTHORIZATION')) {
      const role = reader.name();
      if (role === undefined) return undefined;
      grantor = role === owner ? undefined : role;
    } else if (reader.words('RESET', 'SESSION', 'AUTHORIZATION')) grantor = undefined;
    else {
      const changed = readGrant(reader, database, acl, grantor);
      if (changed === undefined) return undefined;
      acl = changed;
    }
    if (!reader.sign(';')) return undefined;
  }
  return acl;
}

function readGrant(
  reader: Reader,
  database: string,
  acl: readonly DatabaseGrant[],
  grantor: string | undefined,
): Read<DatabaseGrant[]> {
  const isGrant = reader.words('GRANT');
  if (!isGrant && !reader.words('REVOKE')) return undefined;
  const optionOnly = !isGrant && reader.words('GRANT', 'OPTION', 'FOR');
  const privileges = readPrivileges(reader);
  if (privileges === undefined || !reader.words('ON', 'DATABASE') || reader.name() !== database) return undefined;
  if (!reader.words(isGrant ? 'TO' : 'FROM')) return undefined;
  const isPublic = reader.words('PUBLIC');
  const grantee = isPublic ? undefined : reader.name();
  if (!isPublic && grantee === undefined) return undefined;
  const grantable = isGrant && reader.words('WITH', 'GRANT', 'OPTION');
  const isMeant = (one: DatabaseGrant): boolean =>
    one.grantee === grantee && one.grantor === grantor && privileges.includes(one.privilege);
  if (optionOnly) return acl.map((one) => (isMeant(one) ? { ...one, grantable: false } : one));
  const others = acl.filter((one) => !isMeant(one));
  if (!isGrant) return others;
  const to = { ...(grantee === undefined ? {} : { grantee }), ...(grantor === undefined ? {} : { grantor }) };
  return [...others, ...privileges.map((privilege) => ({ ...to, privilege, grantable }))];
}

function readPrivileges(reader: Reader): Read<DatabasePrivilege[]> {
  if (reader.words('ALL')) return ['CONNECT', 'CREATE', 'TEMPORARY'];
  const found: DatabasePrivilege[] = [];
  do {
    const word = reader.word();
    if (word === 'CONNECT' || word === 'CREATE') found.push(word);
    else if (word === 'TEMPORARY' || word === 'TEMP') found.push('TEMPORARY');
    else return undefined;
  } while (reader.sign(','));
  return found;
}

/** Longer than what any server can hold about a database, and short enough to be read at once. */
const longest = 1 << 20;

function readerOf(sql: string): Reader | undefined {
  const tokens = sql.length > longest || sql.includes('\0') ? undefined : tokensOf(sql);
  return tokens === undefined ? undefined : new Reader(tokens);
}

/** Every alternative begins with another character, so that none is tried twice over the same text. */
const token =
  /\s+|("(?:[^"]|"")*")|('(?:[^']|'')*'|E'(?:[^'\\]|''|\\[^])*')|([\p{L}_][\p{L}\p{N}_$]*)|(-?\d+)|([=,;])/uy;

function tokensOf(sql: string): Token[] | undefined {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < sql.length) {
    const [, name, string, word, number, sign] = token.exec(sql) ?? [];
    if (token.lastIndex === 0) return undefined;
    if (name !== undefined) tokens.push({ is: 'name', text: name.slice(1, -1).replaceAll('""', '"') });
    else if (string !== undefined) {
      const text = textOf(string);
      if (text === undefined) return undefined;
      tokens.push({ is: 'string', text });
    } else if (word !== undefined) tokens.push({ is: 'word', text: word });
    else if (number !== undefined) tokens.push({ is: 'number', text: number });
    else if (sign !== undefined) tokens.push({ is: 'sign', text: sign });
  }
  return tokens;
}

/** pg_dump escapes a backslash with another and nothing else; where strings are standard ones it escapes none. */
function textOf(string: string): string | undefined {
  const inner = string.slice(string.startsWith('E') ? 2 : 1, -1);
  if (!string.startsWith('E')) return inner.replaceAll("''", "'");
  if (/\\[^\\]/.test(inner.replaceAll('\\\\', ''))) return undefined;
  return inner.replaceAll("''", "'").replaceAll('\\\\', '\\');
}

class Reader {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** Takes these keywords, all of them or none. */
  words(...expected: readonly string[]): boolean {
    const fits = expected.every((word, index) => {
      const found = this.#tokens[this.#at + index];
      return found?.is === 'word' && found.text.toUpperCase() === word;
    });
    if (fits) this.#at += expected.length;
    return fits;
  }

  sign(expected: string): boolean {
    const found = this.#tokens[this.#at];
    if (found?.is !== 'sign' || found.text !== expected) return false;
    this.#at += 1;
    return true;
  }

  /** A keyword, in capitals. */
  word(): string | undefined {
    return this.#take('word')?.toUpperCase();
  }

  /** A name, bare ones in small letters. */
  name(): string | undefined {
    return this.#take('name') ?? this.#take('word')?.toLowerCase();
  }

  string(): string | undefined {
    return this.#take('string');
  }

  number(): string | undefined {
    return this.#take('number');
  }

  value(): string | undefined {
    return this.string() ?? this.number() ?? this.name();
  }

  #take(is: Token['is']): string | undefined {
    const found = this.#tokens[this.#at];
    if (found?.is !== is) return undefined;
    this.#at += 1;
    return found.text;
  }
}
