import { jobOfPartial, listPartials, removePartial } from '../../catalog/catalog';
import { removeUnfinished } from '../../catalog/unfinished';
import { isAppError } from '../../base/errors';
import { jobFolder } from '../record/jobFolder';
import { isLiving, readJob, type Job } from '../record/readJob';
import { removeStaleLocks } from '../run/targetLock';

/**
 * Removes what jobs that do not live any more left on this volume: their partial backups (under every root that a job was told),
 * locks, and exports that were killed; of one job when `job` is given. Only what our own state knows of is ever removed. Returns what was removed, as people read it.
 */
export async function removeLeftHere(root: string, jobs: readonly Job[], job?: string): Promise<string[]> {
  const removed = await listLeftHere(root, jobs, job);
  for (const folder of removed) await removePartial(folder);
  if (job === undefined) removed.push(...(await removeUnfinished(root)));
  for (const reference of await removeStaleLocks(root)) removed.push(`the lock on ${reference}`);
  return removed;
}

/** The partial backups among that: their folders. Changes nothing. */
export async function listLeftHere(root: string, jobs: readonly Job[], job?: string): Promise<string[]> {
  const left: string[] = [];
  const roots = new Set([
    root,
    ...jobs.flatMap(({ request }) => (request.kind === 'backup' ? (request.options.to ?? []) : [])),
  ]);
  for (const one of roots) {
    for (const folder of await listPartials(one)) {
      const owner = await jobOfPartial(folder);
      if (job !== undefined && owner !== job) continue;
      // one that names no job of ours is somebody else's, in a root that is shared perhaps
      if (owner === undefined || !(await isGone(root, owner))) continue;
      left.push(folder);
    }
  }
  return left;
}

/** True for a job of this root that is known here and does not live any more. */
async function isGone(root: string, id: string): Promise<boolean> {
  try {
    return !isLiving(await readJob(jobFolder(root, id)));
  } catch (error) {
    if (isAppError(error, 'job.unknown')) return false;
    throw error;
  }
}
