import type { WaitingFacts } from '../../base/noteData';
import type { Work } from '../../base/progress';
import { isNamed } from './endSessions';
import { query, type Server } from './sql';

/**
 * Looks every few seconds whether others wait for the locks of a dump, whose sessions are named `application` as in `endSessions`: it holds one on every
 * table to its end, and whoever wants to alter one waits, with all that come behind. Reports the note `locks.waiting`, then again after
 * 30 s, 60 s, 120 s and so on, and `locks.free` when nobody waits any more. Never throws: a dump does not fail because nobody could watch it.
 * Returns what ends the watch.
 */
export function watchLocks(
  server: Server,
  database: string,
  { application, everyMs = 5000 }: { readonly application: string; readonly everyMs?: number },
  work: Work,
): () => void {
  const ended = new AbortController();
  const signal = AbortSignal.any([work.signal, ended.signal]);
  const sql = firstThatWaits(application);
  let since: number | undefined;
  let pause = 0;
  let quietUntil = 0;

  const look = async (): Promise<void> => {
    try {
      const [waiting] = await query<WaitingFacts>(server, database, sql, {
        signal,
        application: `${application}-locks`,
      });
      if (!signal.aborted) tell(waiting);
    } catch (error) {
      if (!signal.aborted) work.log.warn(`could not see who waits for locks: ${String(error)}`);
    }
    if (!signal.aborted) timer = setTimeout(() => void look(), everyMs);
  };
  let timer = setTimeout(() => void look(), everyMs);

  const tell = (waiting: WaitingFacts | undefined): void => {
    const now = Date.now();
    if (waiting === undefined) {
      if (since !== undefined)
        work.report({ type: 'note', code: 'locks.free', data: { seconds: (now - since) / 1000 } });
      [since, pause, quietUntil] = [undefined, 0, 0];
      return;
    }
    since ??= now - (waiting.seconds ?? 0) * 1000;
    if (now < quietUntil) return;
    pause = pause === 0 ? 30_000 : pause * 2;
    quietUntil = now + pause;
    work.report({ type: 'note', code: 'locks.waiting', data: { ...waiting, seconds: (now - since) / 1000 } });
  };

  return () => {
    clearTimeout(timer);
    ended.abort();
  };
}

/** No row where nobody waits. Only pg_locks tells every role who waits; since when it waits stands there from 14 on. */
function firstThatWaits(application: string): string {
  return `with recursive ours as (select pid from pg_stat_activity where ${isNamed(application)}),
    first as (select l.* from pg_locks l where not l.granted
      and exists (select from ours where ours.pid = any (pg_blocking_pids(l.pid)))),
    waiting (pid) as (select pid from first union
      select l.pid from pg_locks l join waiting w on w.pid = any (pg_blocking_pids(l.pid)) where not l.granted)
  select json_build_object('sessions', (select count(*) from waiting), 'table', f.relation::regclass::text, 'mode', f.mode,
      'user', a.usename, 'application', a.application_name,
      'seconds', extract(epoch from clock_timestamp() - coalesce((to_jsonb(f) ->> 'waitstart')::timestamptz, a.query_start)))
    from first f left join pg_stat_activity a using (pid)
    order by coalesce((to_jsonb(f) ->> 'waitstart')::timestamptz, a.query_start) nulls last limit 1`;
}
