import { own, type OwnSaying } from '../../base/ownSaying';
import { AppError } from '../../base/errors';
import { asRecord, parseJson, type JsonObject } from '../../base/json';
import type { ToolVersion } from '../../postgres/tools/access';
import type { DatabaseFacts } from '../databasePod';

/** The client tools of one folder. */
export interface Tool {
  readonly bin: string;
  readonly dump: ToolVersion;
  readonly restore: ToolVersion | undefined;
  readonly psql: ToolVersion | undefined;
  readonly zstd: boolean;
  readonly lz4: boolean;
}

/** A login that was refused. */
export interface Tried {
  readonly user: string;
  readonly host: string;
  readonly message: string;
}

/** The login that works. */
export interface Login {
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly kind: string;
  readonly name: string;
}

/** What the server says of itself and of our role. */
export interface ServerFacts {
  readonly version: number;
  readonly standby: boolean;
  readonly name: string;
  readonly superuser: boolean;
  readonly createDb: boolean;
  readonly createRole: boolean;
  readonly signalBackend: boolean;
  readonly readAllStats: boolean;
}

/** A line of `df`. */
export interface DiskLine {
  readonly fileSystem: string;
  /** bytes */
  readonly free: number;
}

export interface Answer {
  readonly tools: Tool[];
  readonly tried: Tried[];
  login?: Login;
  /** what a server that lets us in says at it */
  readonly said: string[];
  /** the postmaster's own word, where it wrote one down */
  state?: string;
  readonly databases: DatabaseFacts[];
  server?: ServerFacts;
  systemId?: string;
  extensions: Readonly<Record<string, string>>;
  readonly df: Map<string, DiskLine>;
  readonly cpu: { limit?: number; online: number };
}

/**
 * Reads what the probe's script prints: every line has its grammar, every value its type and size, and what is not known is left out. A server's facts
 * that are none throw `exec.answer`: whatever answered there is not PostgreSQL. Pure.
 */
export function readAnswer(text: string): Answer {
  const answer: Answer = {
    tools: [],
    tried: [],
    said: [],
    databases: [],
    extensions: {},
    df: new Map(),
    cpu: { online: 1 },
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('{')) readJson(answer, line);
    else if (line.length <= mostLine) readLine(answer, line.split('\t'));
  }
  return answer;
}

const mostLine = 16_000;
const most = { tools: 100, tried: 1000, said: 100, databases: 50_000, extensions: 10_000, name: 1000, comment: 16_000 };

function readLine(answer: Answer, [tag, a = '', b = '', c = '', d = '', e = '', f = '', g = '']: string[]): void {
  switch (tag) {
    case 'tool': {
      const dump = version(b);
      if (!dump || answer.tools.length >= most.tools || (a !== '' && !a.startsWith('/'))) return;
      const [restore, psql] = [version(c), version(d)];
      answer.tools.push({ bin: a, dump, restore, psql, zstd: f === 'yes', lz4: g === 'yes' });
      return;
    }
    case 'tried':
      if (answer.tried.length < most.tried) answer.tried.push({ user: a, host: b, message: d.slice(0, 1000) });
      return;
    case 'login':
      readLogin(answer, { user: a, host: b, port: c, kind: d, name: e });
      return;
    case 'said':
      if (answer.said.length < most.said) answer.said.push(a.slice(0, 1000));
      return;
    case 'state':
      answer.state = a.trim().slice(0, 100);
      return;
    case 'df': {
      const disk = diskLine(b);
      if (disk && (a === 'data' || a === 'wal')) answer.df.set(a, disk);
      return;
    }
    case 'cpu':
      readCpu(answer, a, b);
  }
}

/** The grammar of what the script puts together: its own list of users, hosts and variables. */
function readLogin(answer: Answer, login: Login): void {
  const { user, host, port, kind, name } = login;
  const fits =
    /^[\w.@-]{1,200}$/.test(user) &&
    (host === '-' || host.startsWith('/') || /^[\w.:-]{1,200}$/.test(host)) &&
    (port === '-' || (/^\d{1,5}$/.test(port) && Number(port) < 65_536)) &&
    (kind === 'no' || (['env', 'file'].includes(kind) && /^\w{1,100}$/.test(name)));
  if (!fits) throw strange('own.login');
  answer.login = login;
}

function readCpu(answer: Answer, kind: string, value: string): void {
  if (kind === 'nproc') answer.cpu.online = Math.max(1, Number(value) || 1);
  const [quota, period] = value.split(' ').map(Number);
  if (kind === 'max' && quota !== undefined && period !== undefined && quota > 0 && period > 0) {
    answer.cpu.limit = quota / period;
  }
}

function readJson(answer: Answer, line: string): void {
  const row = asRecord(parseJson(line));
  if (!row) throw strange('own.factsRow');
  switch (row['kind']) {
    case 'server':
      answer.server = serverFacts(row);
      return;
    case 'system':
      if (typeof row['id'] === 'string' && /^\d{1,30}$/.test(row['id'])) answer.systemId = row['id'];
      return;
    case 'extensions':
      answer.extensions = extensions(row['versions']);
      return;
    case 'database':
      if (answer.databases.length >= most.databases) throw strange('own.databases');
      answer.databases.push(databaseFacts(row));
  }
}

function serverFacts(row: JsonObject): ServerFacts {
  const { version: number, name } = row;
  if (!isWhole(number, 80_000, 10_000_000) || !isName(name)) throw strange('own.server');
  const is = (key: string): boolean => row[key] === true;
  return {
    version: number,
    name,
    standby: is('standby'),
    superuser: is('superuser'),
    createDb: is('createDb'),
    createRole: is('createRole'),
    signalBackend: is('signalBackend'),
    readAllStats: is('readAllStats'),
  };
}

/** What is null is absent. */
function databaseFacts(row: JsonObject): DatabaseFacts {
  const { name, oid, owner, bytes, encoding, collate, ctype, localeProvider, icuLocale, connectionLimit, comment } =
    row;
  if (
    !isName(name) ||
    !isWhole(oid, 1, 2 ** 32) ||
    !isName(owner) ||
    !isName(encoding) ||
    !isName(collate) ||
    !isName(ctype) ||
    !isWhole(connectionLimit, -10, 2 ** 31)
  ) {
    throw strange('own.database');
  }
  return {
    name,
    oid,
    owner,
    ...(isWhole(bytes, 0, Number.MAX_SAFE_INTEGER) ? { bytes } : {}),
    encoding,
    collate,
    ctype,
    ...(isName(localeProvider) ? { localeProvider } : {}),
    ...(isName(icuLocale) ? { icuLocale } : {}),
    ...collation(row['collation']),
    ...(row['loginTriggers'] === true ? { loginTriggers: true } : {}),
    allowConnections: row['allowConnections'] === true,
    isTemplate: row['isTemplate'] === true,
    connectionLimit,
    ...(typeof comment === 'string' ? { comment: comment.slice(0, most.comment) } : {}),
  };
}

function collation(value: unknown): Pick<DatabaseFacts, 'collation'> {
  const { was, is } = asRecord(value) ?? {};
  return isName(was) && (is === null || isName(is)) ? { collation: { was, is } } : {};
}

function extensions(versions: unknown): Record<string, string> {
  const known = Object.entries(asRecord(versions) ?? {}).flatMap(([name, one]): [string, string][] =>
    isName(name) && isName(one) ? [[name, one]] : [],
  );
  return Object.fromEntries(known.slice(0, most.extensions));
}

/**
 * `df -P`: file system, blocks, used, available, capacity, mount point; the first and the last may hold blanks. Read by its words, since it is a line of
 * anything: the capacity is the first word that looks like one behind three numbers.
 */
function diskLine(line: string): DiskLine | undefined {
  const words = line.split(' ').filter((word) => word !== '');
  const at = words.findIndex(
    (word, index) =>
      index >= 4 &&
      /^(?:\d{1,4}%|-)$/.test(word) &&
      words.slice(index - 3, index).every((one) => /^-?\d{1,20}$/.test(one)),
  );
  if (at < 0 || at === words.length - 1) return undefined;
  const fileSystem = [...words.slice(0, at - 3), ...words.slice(at + 1)].join(' ');
  return { fileSystem, free: Math.max(0, Number(words[at - 1])) * 1024 };
}

function version(text: string): ToolVersion | undefined {
  const major = /^(\d{1,3})(?:\.\d{1,5}){0,3}$/.exec(text)?.[1];
  return major === undefined ? undefined : { text, major: Number(major) };
}

/** A name may be longer where a server was compiled so. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= most.name && !value.includes('\0');
}

function isWhole(value: unknown, from: number, to: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to;
}

function strange(about: OwnSaying): AppError {
  return new AppError('exec.answer', { tool: own('own.probe'), about });
}
