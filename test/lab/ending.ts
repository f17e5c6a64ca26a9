import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

type Ending = () => Promise<unknown>;
const endings = new Set<Ending>();

/** Has something done when a signal ends this process, under `runWatched`; returns what forgets it. */
export function atEnd(ending: Ending): () => void {
  endings.add(ending);
  return () => void endings.delete(ending);
}

/** What a program is given that a person watches and ends with Ctrl-C. */
export interface Run {
  /** all that it makes in the temporary folder lies in it */
  readonly folder: string;
  /** Resolves at the first signal, which then ends nothing by itself. */
  untilSignal(): Promise<void>;
}

/**
 * Runs `main` with a folder that is this process's temporary one, removes that, and ends the process with the code that `main` returns; with 1, and what went
 * wrong as the last that is printed, where it throws. A signal at any moment ends every process that was started below this one and every job in
 * that folder first; further signals (npm and tsx hand each on once more) change nothing.
 */
export async function runWatched(prefix: string, main: (run: Run) => Promise<number>): Promise<never> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // servers run as another user where we are root
  await chmod(folder, 0o755);
  process.env['TMPDIR'] = folder;
  // its jobs are not those of who watches
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  const exit = (code: number): never => {
    // at one go: `main`, which may still be under way, begins nothing in between
    for (const pid of processesOf(folder)) kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 200 });
    process.exit(code);
  };
  let onWait: (() => void) | undefined;
  let ending: Promise<never> | undefined;
  const end = async (code: number): Promise<never> => {
    await endProcesses(folder);
    for (const one of endings) await one().catch(() => undefined);
    return exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (onWait !== undefined) onWait();
      else if (ending === undefined) {
        process.stderr.write('\nstopping …\n');
        ending = end(128 + constants.signals[signal]);
      }
    });
  }
  try {
    const code = await main({ folder, untilSignal: () => new Promise((resolve) => (onWait = resolve)) });
    return ending === undefined ? exit(code) : await ending;
  } catch (error) {
    // what fails once it is being ended is no news
    if (ending !== undefined) return ending;
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    return end(1);
  }
}

/** All below this process, and the jobs in the folder: asked first, since a job ends its own work in the pods. */
async function endProcesses(folder: string): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGQUIT', 'SIGKILL'] as const) {
    const pids = processesOf(folder);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid, signal);
    for (let i = 0; i < 50 && processesOf(folder).length > 0; i += 1) await sleep(100);
  }
}

function processesOf(folder: string): number[] {
  const { stdout, pid: ps } = spawnSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  const all = stdout.split('\n').flatMap((line) => {
    const [, pid, parent, state = '', args = ''] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), state, args }];
  });
  const found = new Set([process.pid]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const { pid, parent, args } of all) if (found.has(parent) || isJobIn(args, folder)) found.add(pid);
  }
  return all
    .filter(({ pid, state }) => found.has(pid) && pid !== process.pid && pid !== ps && !state.startsWith('Z'))
    .map(({ pid }) => pid);
}

/** A job is nobody's child any more when the command that started it has gone. */
function isJobIn(args: string, folder: string): boolean {
  return args.includes(` run-job ${folder}/`);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}
