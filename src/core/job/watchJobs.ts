import { setTimeout as sleep } from 'node:timers/promises';
import { listJobs } from './listJobs';
import type { Job } from './readJob';

/** Tells the jobs of a root, newest first, and again while they change, until the signal aborts. */
export async function watchJobs(
  root: string,
  onChange: (jobs: readonly Job[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = '';
  while (!signal.aborted) {
    const jobs = await listJobs(root);
    const now = JSON.stringify(jobs.map(({ id, state, lastEvent, cleaned }) => [id, state, lastEvent, cleaned]));
    if (now !== last || last === '') onChange(jobs);
    last = now;
    await sleep(500, undefined, { signal }).catch(() => undefined);
  }
}
