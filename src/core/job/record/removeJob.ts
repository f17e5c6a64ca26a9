import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../base/errors';
import { jobFiles, jobFolder } from './jobFolder';
import { isLiving, isWaiting, readJob } from './readJob';

/**
 * Removes the folder of a job that ended: log, events and report. Throws `job.needed` { job, state } for one that still
 * works, that left something which `clean` finds by its folder, or prepared something that waits, unless it is to be forgotten; `job.unknown`.
 */
export async function removeJob(
  root: string,
  id: string,
  { forget = false }: { readonly forget?: boolean } = {},
): Promise<void> {
  const folder = jobFolder(root, id);
  const job = await readJob(folder);
  if (isLiving(job) || ((job.mayHaveLeft || isWaiting(job)) && !forget))
    throw new AppError('job.needed', { job: id, state: job.state });
  // without its request a folder is no job: half removed it is not seen any more
  await unlink(join(folder, jobFiles.request));
  await rm(folder, { recursive: true, force: true });
}
