import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { toAppError } from '../../base/errors';
import type { JobResult } from '../record/jobEvents';
import { followJob } from '../record/followJob';
import { jobFiles } from '../record/jobFolder';
import { lifeOf } from './processIdentity';
import { interruptedResult, readWholeJob, uncertainPhases, type WholeJob } from '../record/readJob';

/** How a job ended after it was told to. `already`: it had ended before anyone asked. */
export interface Cancelled {
  readonly result: JobResult;
  readonly already: boolean;
  /** it did not stop in time and its process was killed: it is interrupted, and `clean` removes what it left */
  readonly killed: boolean;
}

/**
 * Tells a job to stop and waits for its result. A job that does not end within `graceMs` is killed, except while it
 * exchanges databases: that is over in seconds and must not be cut. Once it says that it is stopping it has `cleanupMs`
 * to remove what it made. Only the very process that wrote the events is signalled, never one that has its pid now.
 * Throws `job.unknown`, and `disk.full` where nothing could be written and no process heard it.
 */
export async function cancelJob(folder: string, graceMs = 20_000, cleanupMs = 180_000): Promise<Cancelled> {
  const job = await readWholeJob(folder);
  if (job.result) return { result: job.result, already: true, killed: false };
  if (job.state === 'interrupted') {
    return { result: interruptedResult(job.id, job.phase), already: true, killed: false };
  }
  const refused = await writeFile(join(folder, jobFiles.cancel), '', { mode: 0o600 }).then(() => undefined, toAppError);
  const signal = (name: 'SIGTERM' | 'SIGKILL'): boolean =>
    job.process !== undefined && lifeOf(job.process) === 'alive' && process.kill(job.process.pid, name);
  // either will do: a disk that is full lets nobody write, and a process elsewhere hears no signal
  if (!signal('SIGTERM') && refused) throw refused;
  const kill = { sent: false };
  const timer = setInterval(() => {
    readWholeJob(folder)
      .then((now) => {
        if (mayBeKilled(now, cleanupMs)) kill.sent = signal('SIGKILL') || kill.sent;
      })
      // what cannot be read now is read at the next tick
      .catch(() => undefined);
  }, graceMs);
  try {
    for await (const event of followJob(folder)) {
      if (event.type === 'result') return { result: event, already: false, killed: kill.sent && isInterrupted(event) };
    }
  } finally {
    clearInterval(timer);
  }
  return { result: interruptedResult(basename(folder), job.phase), already: false, killed: kill.sent };
}

function mayBeKilled({ events }: WholeJob, cleanupMs: number): boolean {
  const phases = events.filter((event) => event.type === 'phase');
  const stopping = phases.find(({ phase }) => phase === 'stopping');
  if (stopping && Date.now() - Date.parse(stopping.time) < cleanupMs) return false;
  const current = phases.findLast(({ phase }) => phase !== 'stopping')?.phase;
  return current === undefined || !uncertainPhases.includes(current);
}

function isInterrupted(result: JobResult): boolean {
  return result.error?.code === 'job.interrupted';
}
