import { setTimeout as sleep } from 'node:timers/promises';
import { quoteLiteral } from '../postgres/quote';
import type { Progress } from '../progress';
import { endProcesses } from './endProcesses';
import { query, type Server } from './sql';

/**
 * Ends the sessions on the server that carry this application_name, or one that begins with it and a hyphen, and the commands in the pod that
 * opened them, and looks until they are gone (sessions at most `timeoutMs`, default 15 s). Returns how many sessions were there and how many still
 * are, and how many `processes` stayed: without a session they can change nothing. Needs the role that opened them.
 */
export async function endSessions(
  server: Server,
  application: string,
  options: { readonly database?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<{ ended: number; remaining: number; processes: number }> {
  const { database = 'postgres', timeoutMs = 15_000, signal } = options;
  const until = Date.now() + timeoutMs;
  const seen = new Set<number>();
  const sql = `select to_json(pid) from (select pid, pg_terminate_backend(pid) from pg_stat_activity
    where ${isNamed(application)} and pid <> pg_backend_pid()) ended`;
  const processes = await endProcesses(server.exec, application, signal);
  for (;;) {
    const pids = await query<number>(server, database, sql, {
      application: 'db-ferry-end',
      ...(signal ? { signal } : {}),
    });
    for (const pid of pids) seen.add(pid);
    if (pids.length === 0 || Date.now() >= until) {
      return { ended: seen.size - pids.length, remaining: pids.length, processes };
    }
    await sleep(250);
  }
}

/** What a job says of the sessions that it ended: what stayed, if anything; `undefined`: could not be seen. */
export function sessionsNote(
  application: string,
  end: Awaited<ReturnType<typeof endSessions>> | undefined,
): Progress & { type: 'note' } {
  if (end === undefined) return { type: 'note', code: 'sessions.unknown', data: { application } };
  const code = end.remaining + end.processes === 0 ? 'sessions.ended' : 'sessions.remain';
  return { type: 'note', code, data: { ...end, application } };
}

/** An SQL condition on pg_stat_activity: the session carries this application_name, or one that begins with it and a hyphen. */
export function isNamed(application: string): string {
  const beginning = quoteLiteral(`${application}-`);
  return `(application_name = ${quoteLiteral(application)} or left(application_name, length(${beginning})) = ${beginning})`;
}
