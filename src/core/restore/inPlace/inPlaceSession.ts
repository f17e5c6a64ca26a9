import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, toAppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import { endSessions, isOver, sessionsNote } from '../../pod/server/endSessions';
import type { LockHolder } from '../../base/facts';
import { lockHolders } from '../../pod/server/lockHolders';
import { psqlCommand, query } from '../../pod/server/sql';
import type { ArchiveReading } from '../../postgres/archive/reading';
import type { Work } from '../../base/progress';
import type { Workplace } from '../databaseRow';
import type { InPlaceArchive } from './inPlaceArchive';
import { InPlaceOutput } from './inPlaceOutput';
import { commitSql, openingSql, restrictSql, timelineSql } from './inPlaceScript';
import { serverMessage, sqlStateOf } from '../../base/said/serverMessage';
import { applicationOf } from '../../postgres/tools/applicationName';
import { serverWords } from '../side/swap';
import { targetRoom, watchTarget } from '../preflight/targetDisk';

export interface InPlaceSession {
  readonly database: { readonly name: string; readonly oid: number };
  readonly job: string;
  /** names the target in errors */
  readonly reference: string;
  readonly mark: string;
  readonly reading: ArchiveReading;
  readonly archive: InPlaceArchive;
  /** called once the writers are locked out; ends soon after the signal, and is waited for whatever becomes of the session */
  readonly onHeld: (signal: AbortSignal) => Promise<void>;
  /** looks at what stands there now; throws what keeps it from being committed */
  readonly check: (restored: ArchiveReading) => void;
  /** how long the outcome of a lost connection is looked for; default 60 s */
  readonly resolveMs?: number;
}

/** A text that begins our lines among the rows of others, and that nobody can guess. */
export function newMark(): string {
  return randomBytes(16).toString('hex');
}

/**
 * Replaces all that a database holds in one transaction of one psql session: locks, drops, restores, prints every row back for comparison, and commits
 * only then. Without the commit nothing was changed, whatever else happens. Once it was sent the server is asked what became of it, whatever psql says.
 * Returns what is to be told of the commit. Throws `restore.inPlace` { reason }, what `onHeld` and `check` throw, `disk.targetFull`, `cancelled`, the
 * exec's errors (nothing changed all of them), and `restore.unknown` when the server did not say whether it committed.
 */
export async function runInPlace(server: Workplace, session: InPlaceSession, work: Work): Promise<readonly Finding[]> {
  const stop = new AbortController();
  const cancel = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', cancel, { once: true });
  if (work.signal.aborted) cancel();
  const { mark, reading, archive, job, database } = session;
  const output = new InPlaceOutput(mark, reading, () => archive.columns);
  const state: State = { isCommitting: false, answers: [] };
  const room = await targetRoom(server, stop.signal);
  const unwatch = room && watchTarget(server, room.folder, session.reference, (error) => stop.abort(error));
  const argv = psqlCommand(server.access, database.name, applicationOf(job));
  try {
    const script = conversation(session, output, state, { ...work, signal: stop.signal }, () => {
      // from here on the answer is the server's
      unwatch?.();
      work.signal.removeEventListener('abort', cancel);
    });
    const source = Readable.from(script, { objectMode: false, highWaterMark: 1 << 18 });
    const sink = (chunk: Buffer): void => output.push(chunk);
    const length = lengthOf(session);
    const onStderrLine = (line: string): void => {
      if (state.isCommitting && state.answers.length < mostAnswers) state.answers.push(line);
    };
    const end = await server.exec.feed(argv, source, length, { signal: stop.signal, sink, onStderrLine });
    if (end.exitCode === 0 && output.heard('committed')) return aboutAnswers(state);
    const stderr = serverMessage(end.stderr);
    const failure = new AppError('exec.failed', { tool: 'psql', exitCode: end.exitCode, stderr });
    // only psql's exit code 3 means that the server said no
    if (end.exitCode === 3) {
      const isLocked = sqlStateOf(end.stderr) === '55P03';
      const holders = isLocked ? await lockHolders(server, database.name, 'write').catch(() => []) : [];
      throw gaveUp(session, serverWords(failure), failure, holders);
    }
    throw failure;
  } catch (error) {
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    stop.abort(reason);
    await state.held;
    if (!state.isCommitting) await endQuietly(server, job, work);
    else if (await wasCommitted(server, session, state.transaction)) {
      return [{ level: 'warn', code: 'inPlace.answerLost', data: { database: database.name } }];
    } else if (toAppError(reason).code === 'internal') throw gaveUp(session, String(reason), reason);
    throw reason;
  } finally {
    stop.abort(new AppError('cancelled'));
    unwatch?.();
    work.signal.removeEventListener('abort', cancel);
  }
}

interface State {
  transaction?: string;
  /** settles with what `onHeld` began; never rejects */
  held?: Promise<void>;
  isCommitting: boolean;
  /** what the server said on stderr to the commit */
  readonly answers: string[];
}

/** A COMMIT that was not to wait for its standby any longer only warns. */
function aboutAnswers({ answers }: State): Finding[] {
  const lines = serverMessage(answers.join('\n'))
    .split('\n')
    .filter((line) => line !== '');
  return lines.length === 0 ? [] : [{ level: 'warn', code: 'inPlace.commitWarned', data: { lines } }];
}

/** What psql is told, piece by piece; it waits for the answers in between. */
async function* conversation(
  session: InPlaceSession,
  output: InPlaceOutput,
  state: State,
  work: Work,
  onCommit: () => void,
): AsyncGenerator<Buffer> {
  const { archive, database, mark, reading } = session;
  const { signal } = work;
  yield opening(session);
  const [transaction, version] = (await orAbort(output.said('begun'), signal)).split(' ');
  state.transaction = transaction ?? '';
  work.report({ type: 'note', code: 'inPlace.transaction', data: { database: database.name, id: state.transaction } });
  await orAbort(output.said('held'), signal);
  signal.throwIfAborted();
  const backingUp = session.onHeld(signal);
  state.held = backingUp.catch(() => undefined);
  await orAbort(backingUp, signal);
  work.report({ type: 'phase', phase: 'restore' });
  yield Buffer.from(restrictSql(Number(version), newMark()));
  yield archive.before;
  yield* archive.rows(signal, (bytes) => {
    const percent = Math.min(100, (bytes / Math.max(1, reading.bytes)) * 100);
    work.report({ type: 'progress', phase: 'restore', bytes, percent });
  });
  work.report({ type: 'phase', phase: 'indexes' });
  yield archive.after;
  yield archive.proof;
  yield push;
  await orAbort(output.said('sequences'), signal);
  work.report({ type: 'phase', phase: 'verify' });
  await orAbort(output.said('printed'), signal);
  session.check(output.result());
  work.report({ type: 'phase', phase: 'commit' });
  signal.throwIfAborted();
  state.isCommitting = true;
  onCommit();
  yield Buffer.from(commitSql(mark));
}

function lengthOf(session: InPlaceSession): number {
  const { archive, mark } = session;
  const { before, rowBytes, after, proof } = archive;
  const restrict = Buffer.from(restrictSql(0, mark));
  const texts = [opening(session), restrict, before, after, proof, push, Buffer.from(commitSql(mark))];
  return texts.reduce((sum, { length }) => sum + length, rowBytes);
}

function opening({ database, mark }: InPlaceSession): Buffer {
  return Buffer.concat([Buffer.from(openingSql(database, mark)), push]);
}

/** Empty lines: they push what stands before them through the buffers on the way, which wait for more otherwise. */
/** Lines that a server says to a COMMIT. */
const mostAnswers = 100;

const push = Buffer.alloc(1 << 16, '\n');

async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
  });
  return Promise.race([promise, aborted]).finally(() => signal.removeEventListener('abort', abort));
}

function gaveUp(
  { database, job }: InPlaceSession,
  reason: string,
  cause: unknown,
  holders: readonly LockHolder[] = [],
): AppError {
  const held = holders.length === 0 ? {} : { holders };
  return new AppError('restore.inPlace', { reason, database: database.name, job, ...held }, { cause });
}

/** The application_name of the sessions of the safety backup, which are not the one that restores. */
export function safetyBackupOf(job: string): string {
  return `${applicationOf(job).slice(0, 56)}-before`;
}

/** A session that nobody told to commit can only roll back; it shall do so now. */
async function endQuietly(server: Workplace, job: string, work: Work): Promise<void> {
  work.report({ type: 'phase', phase: 'stopping' });
  const application = applicationOf(job);
  const end = await endSessions(server, application, { database: server.from }).catch(() => undefined);
  work.report(sessionsNote(application, end));
}

/** Asks what became of the transaction, once its session is gone: until then it still can commit. */
async function wasCommitted(
  server: Workplace,
  { database, job, resolveMs = 60_000 }: InPlaceSession,
  transaction = '',
): Promise<boolean> {
  const until = Date.now() + resolveMs;
  for (let reason: unknown; ;) {
    try {
      const end = await endSessions(server, applicationOf(job), { database: server.from });
      const status = isOver(end) ? await transactionStatus(server, transaction) : 'in progress';
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
    } catch (error) {
      reason = error;
    }
    if (Date.now() >= until) {
      throw new AppError('restore.unknown', { database: database.name, job }, { cause: reason });
    }
    await sleep(1000);
  }
}

/**
 * `committed`, `aborted` (a server that crashed says so too), `in progress`, or undefined where it is too long ago, or another server took over since:
 * on its timeline the number may be another transaction's. `transaction` is as the session said it.
 */
export async function transactionStatus(server: Workplace, transaction: string): Promise<string | undefined> {
  const [, id, timeline] = /^(\d+)@([0-9A-F]{8})$/.exec(transaction) ?? [];
  if (id === undefined || timeline === undefined) return undefined;
  const sql = `select coalesce(to_json(case when ${timelineSql} = '${timeline}' then txid_status(${id}) end), 'null')`;
  const [status] = await query<string | null>(server, server.from, sql);
  return status ?? undefined;
}
