import { setTimeout as sleep } from 'node:timers/promises';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Note } from '../../base/noteData';
import { endProcesses } from './endProcesses';
import { query, type Server } from './sql';

/** What ended, and what remains. */
export interface Ends {
  /** sessions */
  readonly ended: number;
  readonly remaining: number;
  readonly commands: { readonly ended: number; readonly remaining: number };
}

/**
 * Ends the sessions on the server that carry this application_name, or one that begins with it and a hyphen, and the commands in the pod that
 * opened them, and looks until they are gone (commands for ten seconds at most, then sessions for `timeoutMs`, default 15 s). Returns how many sessions
 * ended and remain, and of the commands likewise: one that remains may still open a session. Needs the role that opened them.
 */
export async function endSessions(
  server: Server,
  application: string,
  options: { readonly database?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
): Promise<Ends> {
  const { database = 'postgres', timeoutMs = 15_000, signal } = options;
  const seen = new Set<number>();
  const sql = `select to_json(pid) from (select pid, pg_terminate_backend(pid) from pg_stat_activity
    where ${isNamed(application)} and pid <> pg_backend_pid()) ended`;
  const commands = await endProcesses(server.exec, application, signal);
  const until = Date.now() + timeoutMs;
  for (;;) {
    const pids = await query<number>(server, database, sql, {
      application: 'db-ferry-end',
      ...(signal ? { signal } : {}),
    });
    for (const pid of pids) seen.add(pid);
    if (pids.length === 0 || Date.now() >= until) {
      return { ended: seen.size - pids.length, remaining: pids.length, commands };
    }
    await sleep(250);
  }
}

/** What a job says of the sessions that it ended: what stayed, if anything; `undefined`: could not be seen. */
export function sessionsNote(application: string, end: Ends | undefined): Note {
  if (end === undefined) return { type: 'note', code: 'sessions.unknown', data: { application } };
  const code = isOver(end) ? 'sessions.ended' : 'sessions.remain';
  return { type: 'note', code, data: { ...end, application } };
}

/** Nothing remains that could change anything. */
export function isOver({ remaining, commands }: Ends): boolean {
  return remaining === 0 && commands.remaining === 0;
}

/** An SQL condition on pg_stat_activity: the session carries this application_name, or one that begins with it and a hyphen. */
export function isNamed(application: string): string {
  const beginning = quoteLiteral(`${application}-`);
  return `(application_name = ${quoteLiteral(application)} or left(application_name, length(${beginning})) = ${beginning})`;
}
