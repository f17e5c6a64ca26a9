import type { LockHolder } from '../../base/facts';
import { AppError } from '../../base/errors';
import type { ProcessEnd } from '../../exec/podExec';
import { query, type Server } from './sql';

/** What stands in the way of reading every table, or of keeping writers out of it. The oldest first, ten at most. Throws `exec.*`. */
export async function lockHolders(
  server: Server,
  database: string,
  against: 'read' | 'write',
  signal?: AbortSignal,
): Promise<readonly LockHolder[]> {
  return query<LockHolder>(server, database, holdersSql(against), signal ? { signal } : {});
}

/**
 * The error of a pg_dump that failed: `lock.waited` { table, seconds, holders } where it gave up waiting for a lock that somebody still holds, else
 * `exec.failed` with `stderr`, its own words as they may be shown. Never throws.
 */
export async function dumpFailure(
  server: Server,
  database: string,
  end: ProcessEnd,
  stderr: string,
  lockWait = 30,
): Promise<AppError> {
  const data = { tool: 'pg_dump', exitCode: end.exitCode, stderr, database };
  // the statement is told in English by pg_dump itself, whatever the server's language
  if (!/(?:query|command) was: LOCK TABLE /i.test(end.stderr)) return new AppError('exec.failed', data);
  const holders = await lockHolders(server, database, 'read').catch(() => [] as const);
  const [first] = holders;
  if (!first) return new AppError('exec.failed', data);
  return new AppError('lock.waited', { table: first.table, seconds: lockWait, holders, database });
}

/** Behind a prepared transaction there is no session: its locks stand beside the one on its own number. */
const holdersSql = (against: 'read' | 'write'): string => `
select json_build_object('table', n.nspname || '.' || c.relname, 'pid', l.pid, 'prepared', p.gid, 'user', coalesce(a.usename, p.owner),
  'application', nullif(a.application_name, ''), 'state', a.state, 'seconds', extract(epoch from clock_timestamp() - coalesce(a.xact_start, p.prepared)))
from pg_locks l join pg_class c on c.oid = l.relation join pg_namespace n on n.oid = c.relnamespace
  left join pg_stat_activity a on a.pid = l.pid
  left join pg_locks x on l.pid is null and x.pid is null and x.locktype = 'transactionid' and x.virtualtransaction = l.virtualtransaction
  left join pg_prepared_xacts p on p.transaction = x.transactionid
where l.locktype = 'relation' and l.granted and l.database = (select oid from pg_database where datname = current_database())
  and c.relkind in ('r', 'p', 'S', 'v', 'm', 'f') and n.nspname !~ '^pg_' and l.pid is distinct from pg_backend_pid()
  and ${against === 'read' ? "l.mode = 'AccessExclusiveLock'" : "l.mode not in ('AccessShareLock', 'RowShareLock')"}
order by coalesce(a.xact_start, p.prepared) nulls last, n.nspname, c.relname limit 10`;
