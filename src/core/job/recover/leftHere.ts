import { jobOfPartial, listPartials, removePartial } from '../../catalog/catalog';
import { removeUnfinished } from '../../catalog/unfinished';
import type { LeftThing } from '../../base/cleanFacts';
import { isAppError } from '../../base/errors';
import { jobFolder } from '../record/jobFolder';
import { isLiving, readJob, type Job } from '../record/readJob';
import { removeStaleLocks } from '../run/targetLock';

/**
 * Removes what jobs that do not live any more left on this volume: their partial backups (under every root that a job was told),
 * locks, and exports that were killed; of one job when `job` is given. Only what our own state knows of is ever removed. Returns what was removed.
 */
export async function removeLeftHere(root: string, jobs: readonly Job[], job?: string): Promise<LeftThing[]> {
  const files = await listLeftHere(root, jobs, job);
  for (const folder of files) await removePartial(folder);
  if (job === undefined) files.push(...(await removeUnfinished(root)));
  const locks = await removeStaleLocks(root);
  return [
    ...files.map((path) => ({ what: 'files', path }) as const),
    ...locks.map((reference) => ({ what: 'lock', reference }) as const),
  ];
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
