import type { SessionFacts } from '../../base/facts';
import type { ExchangeFacts, NoteCode } from '../../base/noteData';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError, type ErrorCode } from '../../base/errors';
import type { Log } from '../../base/log';
import { endSessions, isOver } from '../../pod/server/endSessions';
import { execute, query } from '../../pod/server/sql';
import { quoteIdentifier, quoteLiteral } from '../../postgres/sql/quote';
import type { Work } from '../../base/progress';
import type { DatabaseRow, Workplace } from '../databaseRow';
import { comparisonStatement, propertyStatements, readProperties, type DatabaseProperties } from './properties';
import { sealed, type Mark } from './marks';
import { applicationOf } from '../../postgres/tools/applicationName';
import { keptName, markText } from './sideDatabase';
import { catalogFirst, databaseFirst, raisedByUs, rehearsal, terminator, type SwapScript } from './swapScript';

export interface SwapInput {
  /** the name that the side database gets */
  readonly database: string;
  /** what answers to the name now; absent: a new database */
  readonly live?: DatabaseRow;
  /** what takes its place */
  readonly side: DatabaseRow;
  readonly job: string;
  /** what the kept database is kept for, for its mark */
  readonly origin: string;
  /** rows that the side database's statistics count as written: the baseline of what is written later */
  readonly written?: number;
  readonly superuser: boolean;
  /** of a new one, what it becomes; by default what CREATE DATABASE makes; `unchanged`: it has been one before, or was made one, and has what it had, with this comment */
  readonly own?: OwnSteps | { readonly unchanged: true; readonly comment?: string };
  /** of a prepared side database: what shows that nobody opened it since it was proven */
  readonly seal?: string;
  /** statements that are committed with it, or not at all */
  readonly also?: readonly string[];
  /** how long the outcome of a lost connection is looked for; default 60 s */
  readonly resolveMs?: number;
  /** how long tries are made; default 10 s */
  readonly patienceMs?: number;
}

/** What makes a new database what was backed up. */
export interface OwnSteps {
  readonly statements: readonly string[];
  readonly comment?: string;
}

export interface Swapped {
  /** how long logins to the database had to wait at most; 0 for a new one */
  readonly pauseSeconds: number;
  /** the name of what was live before */
  readonly kept?: string;
  readonly method: 'catalog' | 'database' | 'rename';
  readonly tries: number;
}

/**
 * Exchanges the names of the live and the side database in one transaction: the new one has the properties of the old one, the old
 * one stays, closed. For a new database the side database only gets its name. Every session of the live database ends.
 *
 * Cancelling is heard between two tries, never in one. Throws `restore.swap` { reason, holders? }, `cancelled`, what kept the script from being sent
 * (`exec.refused`, `cluster.*`; nothing changed all of them), and `restore.unknown` when the connection was lost and the server did not say within `resolveMs` which it was.
 */
export async function swap(server: Workplace, input: SwapInput, work: Work): Promise<Swapped> {
  work.report({ type: 'phase', phase: 'properties' });
  const script = await makeScript(server, input, work.signal);
  await tryProperties(server, script, work);
  work.report({ type: 'note', code: swapNote, data: exchangeOf(input) });
  work.report({ type: 'phase', phase: 'swap' });
  const started = Date.now();
  let failed: Failed = { reason: '', final: false };
  let wasLost = false;
  for (
    let tries = 1;
    tries <= maxTries && (tries === 1 || Date.now() - started < (input.patienceMs ?? 10_000));
    tries++
  ) {
    if (work.signal.aborted && !wasLost) throw new AppError('cancelled');
    if (work.signal.aborted) break;
    const outcome = await attempt(server, input, script, `${swapName(input.job)}-${tries}`, work.log);
    if ('pauseSeconds' in outcome) return { ...outcome, tries };
    work.log.info(`swap, try ${tries}: ${outcome.reason}`);
    failed = outcome;
    wasLost ||= outcome.wasLost === true;
    if (outcome.final) break;
    await sleep(Math.min(100 * tries, 500));
  }
  // a script that was delivered when its connection was lost may have been run later
  if (wasLost && (await resolve(server, input, swapName(input.job)))) {
    const kept = script.live ? { kept: script.live.keptAs } : {};
    return { pauseSeconds: (Date.now() - started) / 1000, ...kept, method: 'database', tries: maxTries };
  }
  if (work.signal.aborted) throw new AppError('cancelled');
  if (failed.unsent) throw failed.unsent;
  const holders = await findHolders(server, input);
  throw new AppError('restore.swap', {
    reason: failed.reason,
    database: input.database,
    ...(holders.length > 0 ? { holders } : {}),
  });
}

/**
 * Gives the side database the properties of the live one in a transaction that is rolled back: what our role may not carry over shows
 * before the side database is filled. Throws `restore.swap` { reason }.
 */
export async function rehearse(server: Workplace, input: SwapInput, work: Work): Promise<void> {
  await tryProperties(server, await makeScript(server, input, work.signal), work);
}

const maxTries = 20;

/** The code of the note that says, before a swap, which databases it is about: its data is an `Exchange`. */
export const swapNote = 'swap.side' satisfies NoteCode;

/** The databases of a swap by their OIDs, which they keep: whatever happens to the job, they say whether it was committed. */
export type Exchange = ExchangeFacts;

function exchangeOf({ database, side, live }: SwapInput): Exchange {
  return { database, oid: side.oid, side: side.name, ...(live ? { live: live.oid } : {}) };
}

async function makeScript(server: Workplace, input: SwapInput, signal: AbortSignal): Promise<SwapScript> {
  const { live, side, database, job, origin, written, seal, also = [] } = input;
  const present = await readProperties(server, server.from, side.oid, signal);
  const common = { side: { name: side.name, oid: side.oid, ...(seal === undefined ? {} : { seal }) }, name: database };
  if (!live) {
    const { own } = input;
    if (own !== undefined && 'unchanged' in own) {
      const opened = `alter database ${quoteIdentifier(side.name)} allow_connections true;`;
      return { ...common, comment: own.comment, properties: [opened, ...also] };
    }
    const properties = own?.statements ?? propertyStatements(side.name, openToAll(present), present);
    return { ...common, comment: own?.comment, properties: [...properties, ...also] };
  }
  const wanted = await readProperties(server, server.from, live.oid, signal);
  const time = new Date().toISOString();
  const mark: Mark = { job, role: 'kept', of: database, time, origin, ...(written === undefined ? {} : { written }) };
  const keptAs = keptName(database, job);
  const signed = await sealed(server.system, { oid: live.oid, name: keptAs, owner: wanted.owner }, mark);
  return {
    ...common,
    live: { name: live.name, oid: live.oid, keptAs, keptComment: markText(signed) },
    comment: wanted.comment,
    properties: [...propertyStatements(side.name, wanted, present), ...also, comparisonStatement(live.oid, side.oid)],
  };
}

/** A new database as CREATE DATABASE makes it: the defaults, and its owner. */
function openToAll(present: DatabaseProperties): DatabaseProperties {
  return { owner: present.owner, connectionLimit: -1, allowConnections: true, isTemplate: false, settings: [] };
}

async function tryProperties(server: Workplace, script: SwapScript, work: Work): Promise<void> {
  try {
    await execute(server, server.from, rehearsal(script), { signal: work.signal });
  } catch (error) {
    if (!isAppError(error, 'exec.failed')) throw error;
    throw new AppError('restore.swap', { reason: serverWords(error), database: script.name }, { cause: error });
  }
}

type Attempt = { readonly pauseSeconds: number; readonly kept?: string; readonly method: Swapped['method'] } | Failed;

interface Failed {
  readonly reason: string;
  /** another try would not help */
  readonly final: boolean;
  readonly wasLost?: boolean;
  /** what kept the script from being sent at all */
  readonly unsent?: AppError;
}

async function attempt(
  server: Workplace,
  input: SwapInput,
  script: SwapScript,
  application: string,
  log: Log,
): Promise<Attempt> {
  const began = Date.now();
  const method = script.live ? (input.superuser ? 'catalog' : 'database') : 'rename';
  const done = (pauseSeconds: number): Attempt => ({
    pauseSeconds: script.live ? pauseSeconds : 0,
    ...(script.live ? { kept: script.live.keptAs } : {}),
    method,
  });
  try {
    const text = method === 'catalog' ? catalogFirst(script) : databaseFirst(script);
    const over = new AbortController();
    const ending =
      method === 'database' && script.live ? alongside(server, script.live.oid, application, over.signal) : undefined;
    const printed = await execute(server, server.from, text, { application }).finally(() => over.abort());
    await ending;
    const times = printed
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
    const [from = 0, to = 0] = times.slice(-2);
    return done(Math.round((to - from) * 1000) / 1000);
  } catch (error) {
    if (isAppError(error, 'exec.failed')) {
      const reason = serverWords(error);
      // only psql's exit code 3 means that the server said no; all others may have lost the answer to the COMMIT
      if (error.data['exitCode'] === 3) {
        const passes = passing.test(reason) || passingStates.has(String(error.data['sqlState']));
        return { reason, final: !passes };
      }
    } else if (isAppError(error) && unsent.includes(error.code)) {
      const { code, message } = error;
      return { reason: `${code}: ${message}`, final: !mayComeBack.includes(code), unsent: error };
    }
    if (!isAppError(error))
      log.warn(`swap: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    const swapped = await resolve(server, input, application, isAppError(error, 'exec.stalled') ? 10_000 : 60_000);
    if (swapped) return done((Date.now() - began) / 1000);
    const reason = isAppError(error) ? 'the connection was lost; nothing changed' : String(error);
    return { reason, final: false, wasLost: true };
  }
}

/** Errors that come before the connection is open, and the script only goes through that. After all others nobody knows whether it ran. */
const unsent: readonly ErrorCode[] = [
  'exec.refused',
  'cluster.unreachable',
  'cluster.unauthorized',
  'cluster.forbidden',
  'cluster.kubeconfig',
  'cluster.plugin',
  'cluster.untrusted',
];

const mayComeBack: readonly ErrorCode[] = ['exec.refused', 'cluster.unreachable'];

/** What passes by itself: a lock, sessions that come back, a deadlock. */
const passing =
  /lock timeout|statement timeout|sessions remain|being accessed by other users|deadlock|tuple concurrently/;
/** The same in any language: lock_not_available, query_canceled, object_in_use, deadlock_detected. */
const passingStates = new Set(['55P03', '57014', '55006', '40P01']);

/** The terminator in a session of its own; that it fails shows in the rename, which then gives up. */
async function alongside(server: Workplace, oid: number, application: string, signal: AbortSignal): Promise<void> {
  const options = { application: `${application}-end`, signal };
  await execute(server, server.from, terminator(oid, application), options).catch(() => undefined);
}

/** By OID: did the transaction commit? First its session has to be gone, and who may open one: until then it still can. Throws `restore.unknown`. */
async function resolve(
  server: Workplace,
  input: SwapInput,
  application: string,
  patienceMs = 20_000,
): Promise<boolean> {
  const until = Date.now() + (input.resolveMs ?? patienceMs);
  const sql = `select to_json((select oid::bigint from pg_database where datname = ${quoteLiteral(input.database)}))`;
  for (let reason: unknown; ;) {
    try {
      const left = Math.max(1000, until - Date.now());
      const end = await endSessions(server, application, { database: server.from, timeoutMs: Math.min(left, 15_000) });
      if (isOver(end)) {
        const [oid] = await query<number | null>(server, server.from, sql);
        return oid === input.side.oid;
      }
    } catch (error) {
      reason = error;
    }
    if (Date.now() >= until) {
      throw new AppError('restore.unknown', { database: input.database, job: input.job }, { cause: reason });
    }
    await sleep(1000);
  }
}

/** Who stands in the way: sessions with a lock on the catalog, sessions still in the database, prepared transactions. */
async function findHolders(server: Workplace, { live }: SwapInput): Promise<SessionFacts[]> {
  if (!live) return [];
  const sql = `select json_build_object('pid', a.pid, 'user', a.usename, 'application', a.application_name, 'state', a.state,
    'since', coalesce(a.xact_start, a.backend_start), 'database', a.datname)
  from pg_stat_activity a where a.pid <> pg_backend_pid() and (a.datid = ${live.oid} or a.pid in (
    select l.pid from pg_locks l where l.locktype = 'relation' and l.relation = 'pg_database'::regclass and l.granted)) limit 10;
  select json_build_object('prepared', gid, 'user', owner) from pg_prepared_xacts where database = ${quoteLiteral(live.name)} limit 10;`;
  return query<SessionFacts>(server, server.from, sql).catch(() => []);
}

/** The server's own words, without psql's place and prefix. */
export function serverWords(error: AppError): string {
  const stderr = typeof error.data['stderr'] === 'string' ? error.data['stderr'] : '';
  const line = stderr.split('\n').find((one) => /ERROR|FATAL|error:/.test(one)) ?? stderr;
  const words = line.replace(/^.*?(?:ERROR|FATAL):\s*/, '').trim();
  return words.startsWith(raisedByUs) ? words.slice(raisedByUs.length) : words;
}

/** What the names of all its sessions begin with. */
function swapName(job: string): string {
  return `${applicationOf(job)}-swap`;
}
