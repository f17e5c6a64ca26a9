import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessIdentity } from '../record/jobEvents';

/** The identity of a process of this container, by default this one; undefined when there is no such process. */
export function identify(pid: number = process.pid): ProcessIdentity | undefined {
  const startTime = startTimeOf(pid);
  return startTime === undefined ? undefined : { pid, startTime, container: hostname(), boot: bootId() };
}

/**
 * Whether a process still runs: `elsewhere` when it belongs to another container or boot, where it cannot be seen from
 * here. A pid that came back after a restart is not taken for it.
 */
export function lifeOf(identity: ProcessIdentity): 'alive' | 'dead' | 'elsewhere' {
  if (identity.container !== hostname() || identity.boot !== bootId()) return 'elsewhere';
  return startTimeOf(identity.pid) === identity.startTime ? 'alive' : 'dead';
}

/** Field 22 of /proc/<pid>/stat; where there is no /proc what `ps` says, else '' for any process that is there. */
function startTimeOf(pid: number): string | undefined {
  if (bootId() === '') return startTimeWithoutProc(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the name in parentheses may hold anything; the fields count from after its end
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const state = fields[0];
    return state === 'Z' || state === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function startTimeWithoutProc(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 5000 });
  return ps.status === 0 ? ps.stdout.trim() : '';
}

/** '' where there is no /proc. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
