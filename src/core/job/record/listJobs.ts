import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isAppError, toAppError, type AppError } from '../../base/errors';
import { jobsFolder } from './jobFolder';
import { moveOldJobs } from './moveJobs';
import { readJob, type Job } from './readJob';

/** A job that stands there and cannot be read: a later version wrote it, or it is damaged. */
export interface UnreadableJob {
  readonly id: string;
  readonly folder: string;
  /** `request.newer`, `request.invalid`, or what kept its events from being read */
  readonly error: AppError;
}

/** All jobs of a root, newest first, without their events: see `readJobs`. */
export async function listJobs(root: string): Promise<Job[]> {
  return (await readJobs(root)).jobs;
}

/**
 * All jobs of a root, newest first, without their events, and those that this version cannot read. A folder that holds no request is left out; no folder at all
 * means no jobs. Throws `state.unsafe` where somebody else could have put them there.
 */
export async function readJobs(root: string): Promise<{ jobs: Job[]; unreadable: UnreadableJob[] }> {
  await moveOldJobs(root);
  const jobs: Job[] = [];
  const unreadable: UnreadableJob[] = [];
  const names = await readdir(jobsFolder(root)).catch(() => []);
  for (const name of names.sort().reverse()) {
    const folder = join(jobsFolder(root), name);
    try {
      jobs.push(await readJob(folder));
    } catch (error) {
      const found = unreadableJob(folder, error);
      if (found !== undefined) unreadable.push(found);
    }
  }
  return { jobs, unreadable };
}

/** What stands in the way of a folder that is a job; undefined for one that is none, or is just being made. */
export function unreadableJob(folder: string, error: unknown): UnreadableJob | undefined {
  if (isAppError(error, 'job.unknown') || isAppError(error, 'state.unsafe')) return undefined;
  return { id: basename(folder), folder, error: toAppError(error) };
}
