import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '../errors';
import { endSessions } from '../pod/endSessions';
import { psqlCommand, query } from '../pod/sql';
import type { ArchiveReading } from '../postgres/archive/reading';
import type { Work } from '../progress';
import type { Workplace } from './databaseRow';
import type { InPlaceArchive } from './inPlaceArchive';
import { InPlaceOutput } from './inPlaceOutput';
import { commitSql, openingSql } from './inPlaceScript';
import { serverMessage } from '../serverMessage';
import { applicationOf } from './sideDatabase';
import { serverWords } from './swap';
import { targetRoom, watchTarget } from './targetDisk';

export interface InPlaceSession {
  readonly database: { readonly name: string; readonly oid: number };
  readonly job: string;
  /** names the target in errors */
  readonly reference: string;
  readonly mark: string;
  readonly reading: ArchiveReading;
  readonly archive: InPlaceArchive;
  /** called once the writers are locked out */
  readonly onHeld: () => Promise<void>;
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
 * only then. Without the commit nothing was changed, whatever else happens. Throws `restore.inPlace` { reason }, what `onHeld` and `check` throw,
 * `disk.targetFull`, `cancelled`, the exec's errors (nothing changed all of them), and `restore.unknown` when the connection went with the commit.
 */
export async function runInPlace(server: Workplace, session: InPlaceSession, work: Work): Promise<void> {
  const stop = new AbortController();
  const cancel = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', cancel, { once: true });
  if (work.signal.aborted) cancel();
  const { mark, reading, archive, job, database } = session;
  const output = new InPlaceOutput(mark, reading, () => archive.columns);
  const state: State = { isCommitting: false };
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
    const end = await server.exec.feed(argv, source, length, { signal: stop.signal, sink });
    if (end.exitCode === 0 && output.heard('committed')) return;
    const stderr = serverMessage(end.stderr);
    const failure = new AppError('exec.failed', { tool: 'psql', exitCode: end.exitCode, stderr });
    // only psql's exit code 3 means that the server said no
    if (end.exitCode === 3) throw gaveUp(session, serverWords(failure), failure);
    throw failure;
  } catch (error) {
    const reason: unknown = stop.signal.aborted ? stop.signal.reason : error;
    const wasRefused = isAppError(reason, 'restore.inPlace');
    if (state.isCommitting && !wasRefused && (await wasCommitted(server, session, state.transaction))) return;
    if (!state.isCommitting || wasRefused) await endQuietly(server, job, work);
    throw reason;
  } finally {
    stop.abort(new AppError('cancelled'));
    unwatch?.();
    work.signal.removeEventListener('abort', cancel);
  }
}

interface State {
  transaction?: string;
  isCommitting: boolean;
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
  state.transaction = await orAbort(output.said('begun'), signal);
  work.report({ type: 'note', code: 'inPlace.transaction', data: { database: database.name, id: state.transaction } });
  await orAbort(output.said('held'), signal);
  await orAbort(session.onHeld(), signal);
  work.report({ type: 'phase', phase: 'restore' });
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
  const texts = [opening(session), before, after, proof, push, Buffer.from(commitSql(mark))];
  return texts.reduce((sum, { length }) => sum + length, rowBytes);
}

function opening({ database, mark }: InPlaceSession): Buffer {
  return Buffer.concat([Buffer.from(openingSql(database, mark)), push]);
}

/** Empty lines: they push what stands before them through the buffers on the way, which wait for more otherwise. */
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

function gaveUp({ database, job }: InPlaceSession, reason: string, cause: unknown): AppError {
  return new AppError('restore.inPlace', { reason, database: database.name, job }, { cause });
}

/** A session that nobody told to commit can only roll back; it shall do so now. */
async function endQuietly(server: Workplace, job: string, work: Work): Promise<void> {
  work.report({ type: 'phase', phase: 'stopping' });
  const application = applicationOf(job);
  try {
    const end = await endSessions(server, application, { database: server.from });
    const code = end.remaining === 0 ? 'sessions.ended' : 'sessions.remain';
    work.report({ type: 'note', code, data: { ...end, application } });
  } catch {
    work.report({ type: 'note', code: 'sessions.unknown', data: { application } });
  }
}

/** Asks what became of the transaction, once its session is gone: until then it still can commit. */
async function wasCommitted(
  server: Workplace,
  { database, job, resolveMs = 60_000 }: InPlaceSession,
  transaction = '',
): Promise<boolean> {
  const until = Date.now() + resolveMs;
  for (;;) {
    try {
      const { remaining } = await endSessions(server, applicationOf(job), { database: server.from });
      const status = remaining === 0 ? await transactionStatus(server, transaction) : 'in progress';
      if (status === 'committed') return true;
      if (status === 'aborted') return false;
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
    if (Date.now() >= until) throw new AppError('restore.unknown', { database: database.name, job });
    await sleep(1000);
  }
}

/** `committed`, `aborted` (a server that crashed says so too), `in progress`, or undefined where it is too long ago. */
export async function transactionStatus(server: Workplace, transaction: string): Promise<string | undefined> {
  if (!/^\d+$/.test(transaction)) return undefined;
  const [status] = await query<string | null>(server, server.from, `select to_json(txid_status(${transaction}))`);
  return status ?? undefined;
}
