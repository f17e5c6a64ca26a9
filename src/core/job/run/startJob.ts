import { execa } from 'execa';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/errors';
import { handedOver, identityVariable } from '../../encrypt/ownIdentities';
import { claimAnnouncement } from './announce';
import { checkWork } from '../checkRequest';
import type { JobRequest } from '../request';
import type { JobResult } from '../record/jobEvents';
import { createJobFolder, jobFiles, openEventLog } from '../record/jobFolder';
import { moveOldJobs } from '../record/moveJobs';
import { failedResult } from './outcome';
import { readJob } from '../record/readJob';

export interface StartOptions {
  /** the program and its first arguments that run the command line: `[process.execPath, 'dist/cli.js']` */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** identities that open encrypted backups: they go to its standard input and nowhere else */
  readonly identities?: string | undefined;
  /** how long its first event is waited for; default 30 s */
  readonly patienceMs?: number;
}

/**
 * Starts a job as a process of its own, which outlives the caller. Resolves when it wrote its first event. One that does not in time is told to stop and
 * ended; if it began all the same, it is the job that was started, and its own events say how it ended. Throws `internal` when it never
 * began, and then it never will: it counts as failed, which the caller has to tell; its output is in `log.txt`. Throws what
 * `createJobFolder` throws, and `usage` for options that do not go together.
 */
export async function startJob(
  request: JobRequest,
  options: StartOptions,
): Promise<{ readonly id: string; readonly folder: string }> {
  checkWork(request);
  await moveOldJobs(request.root);
  const { id, folder } = await createJobFolder(request.root, request);
  const [program, ...args] = options.command;
  if (program === undefined) throw new AppError('internal', { message: 'no command to run jobs with' });
  const log = await open(join(folder, jobFiles.log), 'a', 0o600);
  // any descriptor is handed on as it is; execa's types know the single digits only
  const output = log.fd as 3;
  const child = execa(program, [...args, 'run-job', folder], {
    detached: true,
    cleanup: false,
    reject: false,
    ...(options.identities === undefined ? { stdin: 'ignore' } : { input: options.identities }),
    stdout: output,
    stderr: output,
    // an editor's own program runs scripts as Node only when told so
    env: {
      ELECTRON_RUN_AS_NODE: '1',
      ...options.env,
      ...(options.identities === undefined ? {} : { [identityVariable]: handedOver }),
    },
  });
  child.nodeChildProcess.unref();
  let ended: string | undefined;
  void child.then((end) => {
    ended = end.shortMessage ?? `exit code ${end.exitCode ?? '?'}`;
  });
  const begins = (withinMs: number): Promise<boolean> => begun(folder, withinMs, () => ended !== undefined);
  try {
    const { patienceMs = 30_000 } = options;
    if (await begins(patienceMs)) return { id, folder };
    const message = ended ?? `no sign of it after ${patienceMs / 1000} s`;
    await writeFile(join(folder, jobFiles.cancel), '', { mode: 0o600 });
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (ended === undefined) endGroup(child.pid, signal);
      if (await begins(endingMs)) return { id, folder };
    }
    const error = new AppError('internal', {
      message: `job ${id} did not start: ${message}`,
      log: join(folder, jobFiles.log),
    });
    await tellNotStarted(folder, failedResult(error, { job: id, stopped: false }));
    throw error;
  } finally {
    await log.close();
  }
}

const endingMs = 15_000;

/** It is said by the error: no window tells it once more when it finds the result. Never throws. */
async function tellNotStarted(folder: string, result: JobResult): Promise<void> {
  await claimAnnouncement(folder, 'startJob');
  try {
    openEventLog(folder).finish({ time: new Date().toISOString(), ...result });
  } catch {
    // a full disk: it counts as interrupted then
  }
}

/** Waits for the first event: true when it is there, false when the process ended without it or `withinMs` are over. */
async function begun(folder: string, withinMs: number, hasEnded: () => boolean): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    // asked before the events are read: a job that was quick has them all by then
    const isOver = hasEnded() || Date.now() > deadline;
    const { started, result } = await readJob(folder);
    // a full disk may have lost the first event, and not the last
    if (started !== undefined || result !== undefined) return true;
    if (isOver) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** A job leads a process group of its own. */
function endGroup(pid: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // it is gone
  }
}
