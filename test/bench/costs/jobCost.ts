import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { startFerry, told, type FerrySetting } from '../../lab/ferry';
import { watch } from './processor';

/** A command and the job that it starts. */
export interface JobCost {
  /** to its last line */
  readonly seconds: number;
  /** processor seconds of both */
  readonly processor: number;
  /** the most that the job had in memory */
  readonly megabytes: number;
}

/** Runs it to its end. Throws where it does not end well. Linux only. */
export async function costOfJob(setting: FerrySetting, args: readonly string[]): Promise<JobCost> {
  const running = startFerry(setting, ...args);
  const over = new AbortController();
  const command = watch(running.child.pid ?? 0, over.signal);
  const ofJob = (async () => {
    while (!over.signal.aborted) {
      const start = running.events.find((event: JobEvent) => event.type === 'started');
      if (start?.type === 'started') return watch(start.process.pid, over.signal);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return { seconds: 0, megabytes: 0 };
  })();
  const run = await running.ended;
  over.abort();
  if (run.exitCode !== 0) throw new Error(`${args.join(' ')}: ${told(run)}`);
  const [one, other] = await Promise.all([command, ofJob]);
  return { seconds: run.seconds, processor: one.seconds + other.seconds, megabytes: other.megabytes };
}
