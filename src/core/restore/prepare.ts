import type { Finding } from '../base/finding';
import type { Phase, Work } from '../base/progress';
import { defined } from '../base/defined';
import { AppError } from '../base/errors';
import { query } from '../pod/server/sql';
import type { ComparisonNote, Difference } from '../postgres/archive/reading';
import { quoteIdentifier, quoteLiteral } from '../postgres/sql/quote';
import { applicationOf } from '../postgres/tools/applicationName';
import { readDatabaseByOid, workplace, type DatabaseRow, type Workplace } from './databaseRow';
import { fillingFrom, type Filling } from './filling';
import { checkRestoreOptions } from './options';
import { askLive } from './preflight/preflightFacts';
import { readSchemaDigest } from './preflight/schemaFacts';
import {
  clearUp,
  compareQuietly,
  fillSide,
  lookAround,
  notCompared,
  PhaseClock,
  withRights,
  type RestoreRequest,
  type SideRequest,
} from './restore';
import { preparedNote, type LiveBefore, type Prepared } from './side/prepared';
import { remark, terminateIn } from './side/sideDatabase';

/** What a preparation made. */
export interface PrepareResult {
  readonly differences: readonly Difference[];
  readonly notes: readonly ComparisonNote[];
  readonly findings: readonly Finding[];
  /** the side database, closed */
  readonly side: string;
  /** its size, where our role may know it; bytes */
  readonly sideBytes?: number;
  /** when it was compared and closed, UTC ISO 8601 */
  readonly proven: string;
  readonly tables: number;
  readonly rows: number;
  /** seconds of each phase */
  readonly phases: Readonly<Partial<Record<Phase, number>>>;
  /** roles that were made, NOLOGIN, and go with it until it is swapped */
  readonly createdRoles: readonly string[];
}

/**
 * Makes, fills and compares a side database as `restore` does, closes it to everybody, and leaves it there: `swapPrepared` gives it the name, later. Nothing of the live database changes.
 * Throws what `restore` throws, and `prepare.entered`; nothing is left then.
 */
export async function prepare(request: RestoreRequest, outer: Work): Promise<PrepareResult> {
  return prepareFrom(request, outer, async (work) => fillingFrom(request.backup, work));
}

/** The same from a backup that may be on its way, as `restoreFrom` does. */
export async function prepareFrom(
  request: SideRequest,
  outer: Work,
  begin: (work: Work) => Promise<Filling>,
): Promise<PrepareResult> {
  checkRestoreOptions(request);
  const clock = new PhaseClock(outer);
  const { work } = clock;
  const filling = await begin(work);
  const { target, database, job } = request;
  const { backup } = filling;
  const server = workplace(target, database, applicationOf(job));
  const seen = await lookAround(server, request, filling, work);
  // before the rows move: what changes in the live database meanwhile is seen by the swap
  const live = seen.live && (await liveBefore(server, seen.live, work));
  const side = await fillSide(server, request, filling, seen, work);
  try {
    work.report({ type: 'phase', phase: 'prepare' });
    const inside = await askInside(server, side.row.name, work.signal);
    const { seal, row } = await close(server, side.row, side.own?.statements ?? [], work.signal);
    const ofDatabase = seen.own ? await compareQuietly(server, row.name, seen.own, request, work) : [];
    // its comment is our mark until the swap gives it its own
    const ofItself = ofDatabase?.filter((one) => one.kind !== 'property' || one.what !== 'comment') ?? [];
    const differences = [...side.comparison.differences, ...ofItself];
    const { tables, rows, notes } = side.comparison;
    const facts: Prepared = {
      ...{ proven: new Date().toISOString(), seal, snapshot: backup.manifest.time.snapshot },
      ...{ tables, rows, differences: differences.length, written: inside.written, unlogged: inside.unlogged },
      ...(live === undefined ? {} : { live }),
      ...(inside.serverSince === null ? {} : { serverSince: new Date(inside.serverSince).toISOString() }),
      ...(side.own === undefined ? {} : { own: defined({ comment: side.own.comment }) }),
    };
    // said before the mark: from then on it is prepared, whatever becomes of this job
    const said = { database, oid: row.oid, side: row.name, prepared: facts };
    work.report({ type: 'note', code: preparedNote, data: said });
    work.signal.throwIfAborted();
    await remark(server, row, { ...side.mark, role: 'prepared', prepared: facts });
    return {
      ...{ differences, notes, side: row.name, proven: facts.proven, tables, rows },
      findings: [...seen.findings, ...side.findings, ...(ofDatabase === undefined ? [notCompared] : [])],
      ...(row.bytes === undefined ? {} : { sideBytes: row.bytes }),
      phases: clock.seconds(),
      createdRoles: seen.roles.create,
    };
  } catch (error) {
    await clearUp(server, request, side.made, outer, side.row.oid);
    throw work.signal.aborted ? new AppError('cancelled', {}, { cause: error }) : withRights(error, request, backup);
  }
}

async function liveBefore(
  server: Workplace,
  { oid, name, allowConnections }: DatabaseRow,
  work: Work,
): Promise<LiveBefore> {
  if (!allowConnections) return { oid };
  const schema = await readSchemaDigest(server, name, work.signal);
  const { written } = await askLive(server, name, work.signal);
  return { oid, written, ...(schema === undefined ? {} : { schema }) };
}

interface Inside {
  readonly written: number;
  readonly unlogged: number;
  readonly serverSince: string | null;
}

/** Asked in the side database, the last time that anybody can. */
async function askInside(server: Workplace, database: string, signal: AbortSignal): Promise<Inside> {
  const [found] = await query<Inside>(
    server,
    database,
    `select json_build_object('written', (select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) from pg_stat_user_tables),
  'unlogged', (select count(*) from pg_class where relpersistence = 'u' and relkind in ('r', 'm', 'S')), 'serverSince', (${serverSinceSql}))`,
    { signal },
  );
  if (!found) throw new AppError('internal', { message: 'the server gave no answer' });
  return found;
}

/** Since when the server's own processes run: after a crash they are new ones, also where the postmaster stayed. Null where our role may not see it. */
export const serverSinceSql = `select min(backend_start) from pg_stat_activity where backend_type in ('checkpointer', 'background writer')`;

/**
 * Closes a database to everybody, superusers too, and ends whoever is in it. A new one gets its owner, grants and settings in the same transaction (`own`). Returns the transaction that did it, which its row in pg_database bears from then on. Throws `prepare.entered`
 * where somebody stays.
 */
async function close(
  server: Workplace,
  { name, oid }: DatabaseRow,
  own: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly seal: string; readonly row: DatabaseRow }> {
  const [seal = ''] = await query<string>(
    server,
    server.from,
    `begin;
${own.join('\n')}
alter database ${quoteIdentifier(name)} allow_connections false;
select to_json(xmin::text) from pg_database where oid = ${oid};
commit;`,
    { signal },
  );
  const [left] = await query<{ sessions: number; transactions: number }>(
    server,
    server.from,
    `${terminateIn(oid)}
select json_build_object('sessions', (select count(*) from pg_stat_activity where datid = ${oid} and backend_type <> 'autovacuum worker'),
  'transactions', (select count(*) from pg_prepared_xacts where database = ${quoteLiteral(name)}));`,
    { signal },
  );
  if (left === undefined || left.sessions + left.transactions > 0) {
    throw new AppError('prepare.entered', { database: name, ...left });
  }
  const row = await readDatabaseByOid(server, oid, signal);
  if (!row) throw new AppError('internal', { message: `the side database ${name} is gone` });
  return { seal, row };
}
