import { readdir, readFile } from 'node:fs/promises';

/** Processor seconds of one process, as Linux tells them: its own, and those of its children that have ended. */
export interface Ticks {
  readonly own: number;
  readonly ended: number;
}

export async function ticksOf(pid: number): Promise<Ticks> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  // the clock ticks a hundred times a second
  return { own: (user + system) / 100, ended: (endedUser + endedSystem) / 100 };
}

/** A server with its sessions, those that are and those that were. */
export async function serverSeconds(postmaster: number): Promise<number> {
  const { own, ended } = await ticksOf(postmaster);
  const all = await Promise.all(
    (await readdir('/proc'))
      .filter((name) => /^\d+$/.test(name))
      .map(async (pid) => {
        const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        return parent === postmaster ? (await ticksOf(Number(pid))).own : 0;
      }),
  );
  return all.reduce((sum, one) => sum + one, own + ended);
}

/** Looks at a process fifty times a second until `over`: what it used by itself, and the most memory it had, MB. */
export async function watch(pid: number, over: AbortSignal): Promise<{ seconds: number; megabytes: number }> {
  let seconds = 0;
  let megabytes = 0;
  while (!over.aborted) {
    seconds = Math.max(seconds, (await ticksOf(pid)).own);
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    megabytes = Math.max(megabytes, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { seconds, megabytes };
}
