import { isLiving, type Job } from '../record/readJob';
import { backupsOf, formatBackupRef } from '../request';

/** The job that reads a backup now; undefined where none does. A backup that a job reads stays. */
export function jobUsing(
  jobs: readonly Job[],
  { id, folder }: { readonly id: string; readonly folder: string },
): Job | undefined {
  const names = (named: string): boolean => named === id || `${named}/`.startsWith(`${folder}/`);
  return jobs.find((job) => isLiving(job) && backupsOf(job.request).map(formatBackupRef).some(names));
}
