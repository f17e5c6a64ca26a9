import { readJson } from '../../base/json';
import { applicationOf } from '../../postgres/tools/applicationName';
import { AppError } from '../../base/errors';
import { persist } from '../../base/persist';
import { endSessions, type Ends } from '../../pod/server/endSessions';
import { execute } from '../../pod/server/sql';
import type { DatabaseLocale } from '../../postgres/archive/databaseReading';
import { keyRing } from '../../state/keys';
import { derivedName, quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';
import { parsePrepared } from './prepared';
import { proofBySignature, sealed, signatureOf, type Mark, type Proof, type Records } from './marks';
import { readDatabase, readDatabaseByOid, readDatabases, type DatabaseRow, type Workplace } from '../databaseRow';

/** A database on a server that says it is ours. */
export interface OurDatabase {
  readonly row: DatabaseRow;
  readonly mark: Mark;
}

/** The same with what proves it. */
export interface JudgedDatabase extends OurDatabase {
  readonly proof: Proof;
}

/**
 * What proves that databases are ours: the signature in the mark, or else our own record of the job, where the owner is one who could have lost it to a swap or made it: that of the live
 * database, our own role, a superuser. `live`: what answers to the name now.
 */
export async function judged(
  server: Workplace,
  ours: readonly OurDatabase[],
  {
    records,
    live,
    role,
  }: { readonly records?: Records | undefined; readonly live?: DatabaseRow | undefined; readonly role?: string },
): Promise<JudgedDatabase[]> {
  const ring = await keyRing();
  const all: JudgedDatabase[] = [];
  for (const one of ours) {
    const { row, mark } = one;
    let proof = proofBySignature(signatureOf(server.system, row, mark, ring));
    const isCredible = row.ownerIsSuperuser || row.owner === live?.owner || row.owner === role;
    if (proof.how === 'claim' && records && isCredible) {
      const isKnown =
        mark.role === 'kept' ? await records.kept(mark.job, mark.of, row.oid) : await records.worked(mark.job);
      if (isKnown) proof = { how: 'record' };
    }
    all.push({ ...one, proof });
  }
  return all;
}

/** The name of the side database of a job: `<db>__restore_<id>`. */
export function sideName(database: string, job: string): string {
  return derivedName(database, sideSuffix(job));
}

/** The name under which a job keeps what was live: `<db>__before_<id>`. */
export function keptName(database: string, job: string): string {
  return derivedName(database, `__before_${shortId(job)}`);
}

/** What a new database is made with. Without a locale it has the server's own, where that belongs to its encoding. */
export interface NewSide {
  readonly encoding: string;
  readonly locale?: DatabaseLocale;
  readonly tablespace?: string;
}

/**
 * Makes the side database from template0: encoding, locale and tablespace of `like`, which is the live database or what a new one is to be. Nobody but its owner and superusers may enter. Returns it as the catalog has it.
 * Throws `exec.failed`; nothing is left then.
 */
export async function createSide(
  server: Workplace,
  name: string,
  mark: Mark,
  like: DatabaseRow | NewSide,
  signal?: AbortSignal,
): Promise<DatabaseRow> {
  const template = 'oid' in like ? undefined : await readDatabase(server, 'template0', signal);
  const clauses = 'oid' in like ? clausesLike(like) : clausesNew(like, template);
  const quoted = quoteIdentifier(name);
  try {
    await execute(
      server,
      server.from,
      `set statement_timeout = 0;
create database ${quoted} template template0 connection limit ${sideConnections} ${clauses.join(' ')};
comment on database ${quoted} is ${quoteLiteral(markText(mark))};
revoke connect on database ${quoted} from public;`,
      { application: applicationOf(mark.job), ...(signal ? { signal } : {}) },
    );
    const made = await readDatabase(server, name, signal);
    // its number is known only now, and belongs to what is signed
    if (made) return await remark(server, made, mark, signal);
    throw new AppError('internal', { message: `the side database ${name} was made and is not there` });
  } catch (error) {
    await dropQuietly(server, { name }, mark.job);
    throw error;
  }
}

/** Writes its mark anew, signed, with the time of now: a sign of life. Returns it as it is then. Throws `exec.*`. */
export async function remark(
  server: Workplace,
  row: DatabaseRow,
  mark: Mark,
  signal?: AbortSignal,
): Promise<DatabaseRow> {
  const comment = markText(await sealed(server.system, row, { ...mark, time: new Date().toISOString() }));
  const sql = `comment on database ${quoteIdentifier(row.name)} is ${quoteLiteral(comment)};`;
  await execute(server, server.from, sql, signal ? { signal } : {});
  return { ...row, comment };
}

/** All databases of the server that say they are ours. */
export async function listOurs(server: Workplace, signal?: AbortSignal): Promise<OurDatabase[]> {
  return oursAmong(await readDatabases(server, signal));
}

/**
 * Side databases and kept ones, under the names we gave them. One that somebody renamed, into production perhaps, is no longer
 * ours, whatever its comment still says.
 */
export function oursAmong(rows: readonly DatabaseRow[]): OurDatabase[] {
  return rows.flatMap((row) => {
    const mark = readMark(row.comment);
    return mark && row.name === nameOf(mark) ? [{ row, mark }] : [];
  });
}

/**
 * The side databases among these: the marked ones, but for those that wait for their swap, and those of these jobs that were made and not marked, since the connection was lost between
 * the two statements. Of the latter the mark says what is known; its time is ''.
 */
export function sidesAmong(rows: readonly DatabaseRow[], jobs: readonly string[]): OurDatabase[] {
  const marked = oursAmong(rows).filter(({ mark }) => mark.role === 'side');
  const bare = rows.filter(isBare).flatMap((row) => {
    const job = jobs.find((id) => row.name.endsWith(sideSuffix(id)));
    return job === undefined ? [] : [{ row, mark: bareMark(job, row.name.slice(0, -sideSuffix(job).length)) }];
  });
  return [...marked, ...bare];
}

function nameOf({ role, of, job }: Mark): string {
  return role === 'kept' ? keptName(of, job) : sideName(of, job);
}

/**
 * Ends the sessions in a database of ours and drops it; looks that it is gone, also under any other name. It is dropped only while it has this
 * name and is still marked as ours with this role. Throws `exec.failed` (an active slot, a prepared transaction, a session we may not end).
 */
export async function dropOurs(server: Workplace, database: OurDatabase, signal?: AbortSignal): Promise<void> {
  const { oid, name } = database.row;
  const options = signal ? { signal } : {};
  const now = await readDatabaseByOid(server, oid, signal);
  if (!now) return;
  const role = isBare(now) ? 'side' : readMark(now.comment)?.role;
  if (now.name !== name || role !== database.mark.role) {
    throw new AppError('internal', { message: `${name} is not the database that was to be dropped` });
  }
  const quoted = quoteIdentifier(name);
  // a drop that was broken off leaves it invalid: nobody can enter, and nothing but another drop is accepted
  const close = now.connectionLimit === invalid ? '' : `alter database ${quoted} allow_connections false; `;
  await execute(server, server.from, `set statement_timeout = 0; ${close}${terminateIn(oid)}`, options);
  await execute(server, server.from, `set statement_timeout = 0; drop database if exists ${quoted};`, options);
  if (await readDatabaseByOid(server, oid, signal))
    throw new AppError('internal', { message: `${name} is still there` });
}

/**
 * Ends what a job runs on the server, and drops its side database; tries again while the server is away for some seconds. With its OID it is
 * gone only when no name leads to it: a swap may commit meanwhile. For the way out of an error: never throws; says whether it is gone, and what became
 * of the sessions and commands, where that could be seen.
 */
export async function dropQuietly(
  server: Workplace,
  side: OwnSide,
  job: string,
): Promise<{ gone: boolean; end?: Ends }> {
  let end: Ends | undefined;
  const onEnd = (now: Ends): void => void (end = now);
  const gone = (await persist(async () => (await dropOnce(server, side, job, onEnd)) || undefined)) ?? false;
  return { gone, ...(end ? { end } : {}) };
}

/** A side database on the way out. */
export interface OwnSide {
  readonly name: string;
  readonly oid?: number;
  /** by the job that made it: also when it had come to mark it as prepared */
  readonly isOwn?: boolean;
}

async function dropOnce(
  server: Workplace,
  { name, oid, isOwn = false }: OwnSide,
  job: string,
  onEnd: (end: Ends) => void,
): Promise<boolean> {
  try {
    const end = await endSessions(server, applicationOf(job), { database: server.from });
    onEnd(end);
    if (end.remaining > 0) return false;
    const row = await readDatabase(server, name);
    if (!row) return oid === undefined || (await readDatabaseByOid(server, oid)) === undefined;
    const mark = isBare(row) ? bareMark(job, name) : readMark(row.comment);
    if (mark?.job !== job || !(mark.role === 'side' || (isOwn && mark.role === 'prepared'))) return false;
    await dropOurs(server, { row, mark });
    return true;
  } catch {
    return false;
  }
}

/** The COMMENT that marks a database as ours. */
export function markText(mark: Mark): string {
  return JSON.stringify({ dbFerry: mark });
}

/** What a COMMENT says, where it is one of ours. */
export function readMark(comment: string | undefined): Mark | undefined {
  if (!comment?.startsWith('{"dbFerry":')) return undefined;
  try {
    const { dbFerry } = readJson(comment) as { dbFerry: { readonly [K in keyof Mark]?: unknown } };
    const { job, role, of, time = '', origin = '', written, by, signature } = dbFerry;
    if (typeof job !== 'string' || typeof of !== 'string') return undefined;
    if (role !== 'side' && role !== 'kept' && role !== 'prepared') return undefined;
    if (typeof time !== 'string' || typeof origin !== 'string') return undefined;
    const prepared = role === 'prepared' ? parsePrepared(dbFerry.prepared) : undefined;
    return {
      ...{ job, role, of, time, origin },
      ...(typeof written === 'number' ? { written } : {}),
      ...(prepared === undefined ? {} : { prepared }),
      ...(typeof by === 'string' && typeof signature === 'string' ? { by, signature } : {}),
    };
  } catch {
    return undefined;
  }
}

/** pg_restore -j, ANALYZE and the dump for verification; a sixth session is nobody of ours */
const sideConnections = 5;
/** datconnlimit of a database whose drop was begun and not ended; 15.4 and the minor releases of its time have it first */
const invalid = -2;

/** No mark yet, but what a side database is made with: its name must say the rest. */
function isBare({ comment, connectionLimit }: DatabaseRow): boolean {
  return comment === undefined && (connectionLimit === sideConnections || connectionLimit === invalid);
}

function bareMark(job: string, of: string): Mark {
  return { job, role: 'side', of, time: '', origin: '' };
}

function clausesLike(row: DatabaseRow): string[] {
  const clauses = [
    `encoding ${quoteLiteral(row.encoding)}`,
    `lc_collate ${quoteLiteral(row.collate)}`,
    `lc_ctype ${quoteLiteral(row.ctype)}`,
  ];
  if (row.provider === 'i') clauses.push(`locale_provider icu icu_locale ${quoteLiteral(row.locale ?? 'und')}`);
  if (row.provider === 'b') clauses.push(`locale_provider builtin builtin_locale ${quoteLiteral(row.locale ?? 'C')}`);
  if (row.icuRules !== undefined) clauses.push(`icu_rules ${quoteLiteral(row.icuRules)}`);
  if (row.tablespace !== 'pg_default') clauses.push(`tablespace ${quoteIdentifier(row.tablespace)}`);
  return clauses;
}

/** The server's locale belongs to the server's encoding; for another one only C is always right. */
function clausesNew({ encoding, locale, tablespace }: NewSide, template: DatabaseRow | undefined): string[] {
  const clauses = [`encoding ${quoteLiteral(encoding)}`];
  if (tablespace !== undefined) clauses.push(`tablespace ${quoteIdentifier(tablespace)}`);
  if (locale !== undefined) return [...clauses, ...localeClauses(locale, template)];
  if (template?.encoding === encoding) return clauses;
  return [...clauses, ...localeClauses({ provider: 'c', collate: 'C', ctype: 'C' }, template)];
}

/** The provider is named only where the server's own is another one: before 15 there is no such clause. */
function localeClauses(
  { provider, collate, ctype, locale, icuRules }: DatabaseLocale,
  template: DatabaseRow | undefined,
): string[] {
  const clauses = [`lc_collate ${quoteLiteral(collate)}`, `lc_ctype ${quoteLiteral(ctype)}`];
  if (provider === 'i') clauses.push(`locale_provider icu icu_locale ${quoteLiteral(locale ?? 'und')}`);
  else if (provider === 'b') clauses.push(`locale_provider builtin builtin_locale ${quoteLiteral(locale ?? 'C')}`);
  else if (template !== undefined && template.provider !== 'c') clauses.push('locale_provider libc');
  if (icuRules !== undefined) clauses.push(`icu_rules ${quoteLiteral(icuRules)}`);
  return clauses;
}

/** A statement that ends the sessions in a database one by one, errors caught: one that we may not end must not keep the others. At most 2 s; DROP then says what is left. */
export function terminateIn(oid: number): string {
  return `do $$ declare p int; n int; t timestamptz := clock_timestamp(); begin loop
  n := 0; perform pg_stat_clear_snapshot();
  for p in select pid from pg_stat_activity where datid = ${oid} and pid <> pg_backend_pid() loop
    n := n + 1; begin perform pg_terminate_backend(p); exception when others then null; end;
  end loop;
  exit when n = 0 or clock_timestamp() > t + interval '2 s';
  perform pg_sleep(0.02);
end loop; end $$;`;
}

function sideSuffix(job: string): string {
  return `__restore_${shortId(job)}`;
}

/** The part of a job's id that tells it from others: what follows its time. */
function shortId(job: string): string {
  const id = job.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return id.slice(-10);
}
