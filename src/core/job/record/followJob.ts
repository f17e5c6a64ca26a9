import { basename, join } from 'node:path';
import type { Phase } from '../../base/progress';
import { Bell } from './bell';
import { EventTail } from './eventTail';
import type { JobEvent, JobStarted } from './jobEvents';
import { jobFiles } from './jobFolder';
import { interruptedResult, isAlive } from './readJob';

/**
 * The events of a job from its first one, as they are written, ending with its result. When its process is gone
 * without one, the last event is a result with `job.interrupted`. Ends without a result when `signal` aborts.
 */
export async function* followJob(folder: string, signal?: AbortSignal): AsyncGenerator<JobEvent> {
  const reader = new EventTail(join(folder, jobFiles.events));
  const bell = new Bell(folder, signal);
  let started: JobStarted | undefined;
  let phase: Phase | undefined;
  try {
    while (!signal?.aborted) {
      // asked before reading: what a process wrote before it ended is read after it
      const alive = await isAlive(folder, started?.process);
      let heard = false;
      for (const event of await reader.next()) {
        heard = true;
        if (event.type === 'started') started = event;
        if (event.type === 'phase' && event.phase !== 'stopping') phase = event.phase;
        yield event;
        if (event.type === 'result') return;
      }
      if (heard) continue;
      if (!alive) {
        yield { time: new Date().toISOString(), ...interruptedResult(basename(folder), phase) };
        return;
      }
      await bell.rung(pollMs);
    }
  } finally {
    bell.close();
  }
}

const pollMs = 500;
