import { jobOfPartial, listPartials, removePartial } from '../catalog/catalog';
import { isAppError } from '../errors';
import { jobFolder } from './jobFolder';
import { readJob, type Job } from './readJob';
import { removeStaleLocks } from './targetLock';

/**
 * Removes what jobs that do not live any more left on this volume: partial backups (under every root that a job was told)
 * and locks; of one job when `job` is given. Returns what was removed, as people read it.
 */
export async function removeLeftHere(root: string, jobs: readonly Job[], job?: string): Promise<string[]> {
  const removed: string[] = [];
  const roots = new Set([root, ...jobs.flatMap(({ request }) => request.options.to ?? [])]);
  for (const one of roots) {
    for (const folder of await listPartials(one)) {
      const owner = await jobOfPartial(folder);
      if (job !== undefined && owner !== job) continue;
      if (owner !== undefined && (await isRunning(root, owner))) continue;
      await removePartial(folder);
      removed.push(folder);
    }
  }
  for (const reference of await removeStaleLocks(root)) removed.push(`the lock on ${reference}`);
  return removed;
}

/** True for a job that may still work: its process lives, or cannot be seen and gave a sign of life. */
export function isLiving({ state }: Job): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}

async function isRunning(root: string, id: string): Promise<boolean> {
  try {
    return isLiving(await readJob(jobFolder(root, id)));
  } catch (error) {
    if (isAppError(error, 'job.unknown')) return false;
    throw error;
  }
}
