import { execa } from 'execa';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../errors';
import type { JobRequest } from './jobEvents';
import { createJobFolder, jobFiles } from './jobFolder';
import { readJob } from './readJob';

export interface StartOptions {
  /** the program and its first arguments that run the command line: `[process.execPath, 'dist/cli.js']` */
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a job as a process of its own, which outlives the caller. Resolves when it wrote its first event. Throws
 * `internal` when it ended before that; then its output is in `log.txt`.
 */
export async function startJob(
  request: JobRequest,
  options: StartOptions,
): Promise<{ readonly id: string; readonly folder: string }> {
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
    stdin: 'ignore',
    stdout: output,
    stderr: output,
    // an editor's own program runs scripts as Node only when told so
    env: { ELECTRON_RUN_AS_NODE: '1', ...options.env },
  });
  child.nodeChildProcess.unref();
  let ended: string | undefined;
  void child.then((end) => {
    ended = end.shortMessage ?? `exit code ${end.exitCode ?? '?'}`;
  });
  try {
    await untilStarted(folder, id, () => ended);
  } finally {
    await log.close();
  }
  return { id, folder };
}

async function untilStarted(folder: string, id: string, ended: () => string | undefined): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    // asked before the events are read: a job that was quick has them all by then
    const message = ended();
    if ((await readJob(folder)).started !== undefined) return;
    if (message !== undefined || Date.now() > deadline) {
      throw new AppError('internal', {
        message: `job ${id} did not start: ${message ?? 'no sign of it after 30 s'}`,
        log: join(folder, jobFiles.log),
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
