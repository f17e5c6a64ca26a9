import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';

/** The user that a server of the lab runs as; without ids: the one who runs the tests. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

/** Root may not run a server: then the user `nobody` does. */
export function serverUser(): RunAs {
  return process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
}

/** A program of the lab in the background, with a guard that ends it and removes its folder when this process is gone, however it went. */
export interface Daemon {
  readonly pid: number;
  /** true until its process has ended */
  isAlive(): boolean;
  /** sends the signal and waits for the end; at once when it has ended already */
  end(signal: NodeJS.Signals): Promise<void>;
  /** SIGKILL for it and all its children at one moment, as when the node is lost */
  killAll(): Promise<void>;
}

/** Starts a program whose output goes to `log`; `folder` is what the guard removes. */
export async function startDaemon(
  argv: readonly [program: string, ...args: string[]],
  options: {
    readonly folder: string;
    readonly log: string;
    readonly run: RunAs;
    /** in addition to this process's own */
    readonly env?: Readonly<Record<string, string>>;
  },
): Promise<Daemon> {
  const [program, ...args] = argv;
  const log = await open(options.log, 'a');
  const child = spawn(program, args, {
    ...options.run,
    cwd: options.folder,
    env: { ...process.env, ...options.env },
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  await started(child);
  const pid = child.pid ?? 0;
  const guard = startGuard(pid, options.folder);
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve())).then(() => {
    guard.kill('SIGKILL');
  });
  return {
    pid,
    isAlive,
    async end(signal) {
      if (isAlive()) child.kill(signal);
      await ended;
    },
    async killAll() {
      if (isAlive()) killTree(pid);
      await ended;
    },
  };
}

const portsTaken = new Set<number>();

/** A port on 127.0.0.1 below those that clients get, so that no connection under way can hold it. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (portsTaken.has(port)) continue;
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => server.close(resolve));
    if (!isFree) continue;
    portsTaken.add(port);
    return port;
  }
}

async function started(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) return;
  await new Promise<never>((_resolve, reject) => child.once('error', reject));
}

/** Its stdin ends with this process; then it does what a clean end would have done. */
function startGuard(pid: number, folder: string): ChildProcess {
  const script = `cat >/dev/null; kill -QUIT "$0" 2>/dev/null
    i=0; while kill -0 "$0" 2>/dev/null && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done; rm -rf "$1"`;
  const guard = spawn('sh', ['-c', script, String(pid), folder], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  guard.stdin.on('error', () => undefined);
  guard.on('error', () => undefined);
  return guard;
}

/** Children lead sessions of their own, so the group does not reach them; stopped first, so that no new one appears. */
function killTree(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const children = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid);
  for (const victim of [pid, ...children.map(([child = 0]) => child)]) {
    try {
      if (victim > 0) process.kill(victim, 'SIGKILL');
    } catch {
      // it went by itself
    }
  }
}
