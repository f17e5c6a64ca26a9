import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { AppError, toAppError } from '../../base/errors';
import type { Log } from '../../base/log';
import type { RequestPlace } from '../../governance/requestPlace';
import { visibleLines } from '../../base/visible';
import type { JobContext, JobKinds, RunKind } from './jobContext';
import { checkWork } from '../checkRequest';
import type { JobRequest } from '../request';
import type { EventSink } from '../record/eventSink';
import type { JobResult } from '../record/jobEvents';
import { jobFiles, readRequest } from '../record/jobFolder';
import { JobClock, lastPhases } from '../record/jobClock';
import { JobJournal } from '../record/jobJournal';
import { listJobs } from '../record/listJobs';
import { keepAwake } from './keepAwake';
import { jobKinds } from '../kinds/jobKinds';
import { exitCodeOf, failedResult } from './outcome';
import { identify } from './processIdentity';
import type { Report } from '../../base/progress';
import { reportOfBackup, writeReport, type Describe } from '../record/report';
import { lockTarget, type TargetLock } from './targetLock';

/**
 * The job's process: does what the folder's request says and writes its events, the result last whatever happens.
 * `describe` makes its report. Returns the exit code. SIGTERM and SIGINT cancel; what nobody caught ends the process after the result is written.
 */
export async function runJob(
  folder: string,
  describe: Describe,
  { kinds = jobKinds, sinks = [] }: { readonly kinds?: JobKinds; readonly sinks?: readonly EventSink[] } = {},
): Promise<JobResult['exitCode']> {
  const request = await readRequest(folder);
  const id = basename(folder);
  const stop = new AbortController();
  const wasCancelled = (): boolean => existsSync(join(folder, jobFiles.cancel));
  const onHeartbeat = (): void => {
    if (wasCancelled()) onStop();
  };
  const journal = new JobJournal(folder, onHeartbeat, sinks);
  const onStop = (): void => {
    if (stop.signal.aborted) return;
    journal.report({ type: 'phase', phase: 'stopping' });
    stop.abort(new AppError('cancelled'));
  };
  let abandoned: AppError | undefined;
  const abandon = (reason: AppError): void => {
    if (stop.signal.aborted) return;
    abandoned = reason;
    stderrLog.warn(reason.message);
    onStop();
  };
  const settle = (error: unknown): JobResult => {
    const appError = toAppError(error);
    stderrLog.warn(appError.stack ?? appError.message);
    if (appError.cause instanceof Error) stderrLog.warn(`because of ${appError.cause.stack ?? appError.cause.message}`);
    const reached = { job: id, ...(journal.phase === undefined ? {} : { phase: journal.phase }) };
    const result = failedResult(appError, { ...reached, stopped: stop.signal.aborted });
    if (abandoned === undefined || result.outcome !== 'cancelled') return result;
    return failedResult(abandoned, { ...reached, stopped: false });
  };
  watchProcess(onStop, (error) => {
    journal.finish(settle(error));
    process.exit(1);
  });
  const identity = identify();
  if (identity) journal.start(id, request, identity);
  if (wasCancelled()) onStop();
  const sleepless = keepAwake((progress) => journal.report(progress));
  const locks: TargetLock[] = [];
  const atEnd: ((ended: JobResult) => Promise<void>)[] = [];
  let result: JobResult;
  const clock = new JobClock(request, lastPhases(await listJobs(request.root).catch(() => []), request));
  const ticking = tick(clock, journal);
  try {
    const context = {
      ...contextOf({ id, folder, request, stop, journal, locks, clock, describe }),
      runsBy: (place: RequestPlace, name: string) => sinks.forEach((sink) => sink.runsBy?.(place, name)),
      atEnd: (action: (ended: JobResult) => Promise<void>) => void atEnd.push(action),
    };
    checkWork(request);
    const report: Report = (progress) => journal.report(progress);
    for (const sink of sinks) await sink.begin?.({ id, request, signal: stop.signal, report, abandon });
    // each kind is given a request of its own
    const run = (await kinds[request.kind]()) as RunKind;
    const done = await run(context);
    const data = { ...done.data, phases: clock.phases(Date.now()) };
    result = { type: 'result', exitCode: exitCodeOf(done), ...done, data };
  } catch (error) {
    result = settle(error);
  } finally {
    clearInterval(ticking);
    sleepless();
    for (const lock of locks) await lock.release();
  }
  try {
    const report = await writeReport(folder, result, describe);
    result = { ...result, data: { ...result.data, report } };
  } catch (error) {
    stderrLog.warn(`no report: ${String(error)}`);
  }
  journal.finish(result);
  for (const action of atEnd) {
    await action(result).catch((error: unknown) => stderrLog.warn(`after the result: ${String(error)}`));
  }
  for (const sink of sinks) {
    await sink.end?.(result).catch((error: unknown) => stderrLog.warn(`after the result: ${String(error)}`));
  }
  return result.exitCode;
}

/** Its standard error is `log.txt`, which may be looked at in a terminal. */
const stderrLog: Log = {
  info: (message) => logLine(message),
  warn: (message) => logLine(`WARNING ${message}`),
};

/** A pod that never stops to complain fills no disk. */
const most = { line: 16_000, log: 64 << 20 };
let logged = 0;

function logLine(text: string): void {
  if (logged > most.log) return;
  const line = visibleLines(text.slice(0, most.line)).replaceAll('\n', '\n  ');
  logged += line.length;
  const last = logged > most.log ? '\nThe log is full; what comes after this is not in it.' : '';
  process.stderr.write(`${new Date().toISOString()} ${line}${last}\n`);
}

interface Parts {
  readonly id: string;
  readonly folder: string;
  readonly request: JobRequest;
  readonly stop: AbortController;
  readonly journal: JobJournal;
  readonly locks: TargetLock[];
  readonly clock: JobClock;
  readonly describe: Describe;
}

/** A step that says nothing for a while still has an end. */
function tick(clock: JobClock, journal: JobJournal): NodeJS.Timeout {
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - journal.lastProgress < silentMs) return;
    const progress = clock.silent(now);
    if (progress) journal.report(progress);
  }, silentMs / 2);
  return timer.unref();
}

const silentMs = 3000;

function contextOf({ id, folder, request, stop, journal, locks, clock, describe }: Parts): JobContext {
  return {
    id,
    folder,
    request,
    work: {
      report: (progress) => journal.report(clock.timed(progress, Date.now())),
      signal: stop.signal,
      log: stderrLog,
    },
    describe: async (backup) => reportOfBackup(folder, backup, describe),
    async lock(key, reference) {
      locks.push(await lockTarget(request.root, id, key, reference));
    },
  };
}

function watchProcess(onStop: () => void, onLost: (error: unknown) => void): void {
  process.on('SIGTERM', onStop);
  process.on('SIGINT', onStop);
  // the terminal that asked may go away; the job does not
  process.on('SIGHUP', () => undefined);
  process.on('uncaughtException', onLost);
  process.on('unhandledRejection', onLost);
}
