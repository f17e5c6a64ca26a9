import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { jobOfPartial, listPartials, removePartial } from '../catalog/catalog';
import { removeUnfinished } from '../catalog/unfinished';
import { isAppError } from '../errors';
import { jobFolder } from './jobFolder';
import { isLiving, readJob, type Job } from './readJob';
import { removeStaleLocks } from './targetLock';

/**
 * Removes what jobs that do not live any more left on this volume: partial backups (under every root that a job was told)
 * locks, and exports that were killed; of one job when `job` is given. Returns what was removed, as people read it.
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
  const roots = new Set([root, ...jobs.flatMap(({ request }) => request.options.to ?? [])]);
  for (const one of roots) {
    for (const folder of await listPartials(one)) {
      const owner = await jobOfPartial(folder);
      if (job !== undefined && owner !== job) continue;
      const life = owner === undefined ? 'unknown' : await lifeOfJob(root, owner);
      if (life === 'living') continue;
      // of another root perhaps, or just being made
      if (life === 'unknown' && Date.now() - (await newestChange(folder)) < quietMs) continue;
      left.push(folder);
    }
  }
  return left;
}

async function lifeOfJob(root: string, id: string): Promise<'living' | 'gone' | 'unknown'> {
  try {
    return isLiving(await readJob(jobFolder(root, id))) ? 'living' : 'gone';
  } catch (error) {
    if (isAppError(error, 'job.unknown')) return 'unknown';
    throw error;
  }
}

/** A partial folder whose job cannot be asked is left alone until nothing in it changed for so long. */
const quietMs = 10 * 60_000;

async function newestChange(folder: string): Promise<number> {
  let newest = 0;
  for (const name of ['', ...(await readdir(folder).catch(() => []))]) {
    const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: 0 }));
    newest = Math.max(newest, mtimeMs);
  }
  return newest;
}
