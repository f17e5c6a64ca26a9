import { AppError } from '../core/base/errors';
import { identitiesToHandOver } from '../core/encrypt/ownIdentities';
import { claimAnnouncement } from '../core/job/run/announce';
import type { JobKind, JobRequest } from '../core/job/request';
import type { JobResult } from '../core/job/record/jobEvents';
import { removeJob } from '../core/job/record/removeJob';
import { localRunner } from '../core/job/runner/localRunner';
import type { Runner } from '../core/job/runner/runner';
import type { Call } from './command';
import { ProgressLine } from './progressLine';
import { printResult } from './printResult';
import { runnerOf } from './runners';
import type { Terminal } from './terminal';

/**
 * Starts a job and shows it to its end; returns its exit code. Ctrl-C cancels it; a second one leaves it to itself (5:
 * how it ends is not known here). What closes the terminal does not end the job.
 */
export async function runAsJob(request: JobRequest, call: Pick<Call, 'options' | 'terminal'>): Promise<number> {
  const { terminal } = call;
  let stop = false;
  const stopListening = onSignals(() => (stop = true));
  let shown: ShownJob;
  try {
    const runner = (await runnerOf(call, request)) ?? runnerHere(request.root);
    shown = { ...(await runner.start(request)), kind: request.kind, root: request.root, runner };
  } finally {
    stopListening();
  }
  return watchJob(shown, terminal, { owned: true, stop });
}

/** Runs jobs on this machine, by the command line as this process runs it. */
export function runnerHere(root: string): Runner {
  return localRunner(root, { command: ownCommand(), identities: identitiesToHandOver() });
}

/** A job that is shown. */
export interface ShownJob {
  readonly id: string;
  readonly folder: string;
  readonly kind: JobKind;
  readonly root: string;
  /** where it runs */
  readonly runner: Runner;
}

/**
 * Shows a job's events from its first to its end; returns its exit code. `owned`: Ctrl-C cancels it, else it only ends
 * the showing; `stop`: it is cancelled at once.
 */
export async function watchJob(
  job: ShownJob,
  terminal: Terminal,
  { owned, stop = false }: { readonly owned: boolean; readonly stop?: boolean },
): Promise<number> {
  const detach = new AbortController();
  const cancel = canceller(job, terminal);
  let asked = !owned;
  const onSignal = (): void => {
    if (asked) return detach.abort();
    asked = true;
    cancel();
  };
  const stopListening = onSignals(onSignal);
  if (stop) onSignal();
  const line = new ProgressLine(terminal);
  try {
    for await (const event of job.runner.follow(job.id, detach.signal)) {
      terminal.event(event);
      line.show(event);
      if (event.type !== 'result') continue;
      // an editor that is open on the same root needs not say it again
      const isHere = job.runner.place === '';
      if (owned && isHere) await claimAnnouncement(job.folder, 'terminal');
      const findings = event.findings?.filter((finding) => !line.hasShown(finding));
      printResult(findings === undefined ? event : { ...event, findings }, job, terminal);
      if (owned && isHere && neverBegan(event))
        await removeJob(job.root, job.id, { forget: true }).catch(() => undefined);
      return event.exitCode;
    }
  } finally {
    stopListening();
    line.clear();
  }
  return leave(job, terminal, owned);
}

/** A name that is not known over there was a slip of the pen: nothing was done, and there is no job to remember. */
function neverBegan({ outcome, error }: JobResult): boolean {
  return outcome !== 'unknown' && error !== undefined && slips.includes(error.code);
}

const slips: readonly string[] = ['pod.unknown', 'database.unknown', 'backup.unknown', 'cluster.unknown'];

function canceller({ id, runner }: ShownJob, terminal: Terminal): () => void {
  return () => {
    terminal.error(`\nCancelling job ${id} … (Ctrl-C again: do not wait for its end)`);
    runner.cancel(id).catch((error: unknown) => {
      terminal.error(`It could not be cancelled: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
}

/** One's own was told to stop before. */
function leave({ id }: ShownJob, terminal: Terminal, owned: boolean): number {
  const exitCode = owned ? 5 : 0;
  terminal.event({ type: 'result', outcome: owned ? 'unknown' : 'done', exitCode, data: { job: id, detached: true } });
  terminal.error(
    owned
      ? `Job ${id} was told to stop and is still at it; nobody waits for it here any more. db-ferry job ${id} --follow shows how it ends.`
      : `Job ${id} runs on. db-ferry job ${id} --follow shows it, db-ferry cancel ${id} ends it.`,
  );
  return exitCode;
}

function onSignals(listener: () => void): () => void {
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}

/** The command line as this process runs it: the bundle, or its source under a loader. */
function ownCommand(): string[] {
  const script = process.argv[1];
  if (script === undefined) throw new AppError('internal', { message: 'the path of the command line is not known' });
  // streams make short-lived buffers: with a small nursery they are freed early (measured: 153 instead of 241 MB)
  return [process.execPath, '--max-semi-space-size=2', '--optimize-for-size', ...process.execArgv, script];
}
