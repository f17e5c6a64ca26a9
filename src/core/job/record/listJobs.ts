import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jobsFolder } from './jobFolder';
import { moveOldJobs } from './moveJobs';
import { readJob, type Job } from './readJob';

/**
 * All jobs of a root, newest first, without their events. A folder that holds no request is left out; no folder at all means no jobs. Throws `state.unsafe` where
 * somebody else could have put them there.
 */
export async function listJobs(root: string): Promise<Job[]> {
  await moveOldJobs(root);
  let names: string[];
  try {
    names = await readdir(jobsFolder(root));
  } catch {
    return [];
  }
  const jobs: Job[] = [];
  for (const name of names.sort().reverse()) {
    try {
      jobs.push(await readJob(join(jobsFolder(root), name)));
    } catch {
      // not a job: a folder that is just being made
    }
  }
  return jobs;
}
