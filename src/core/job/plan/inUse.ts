import { AppError } from '../../base/errors';
import type { BackupSummary } from '../../catalog/summary';
import { isLiving, type Job } from '../record/readJob';
import { backupsOf, formatBackupRef } from '../request';

/**
 * The job that reads a backup now; undefined where none does. A backup that a job reads stays; so does each of the database of which a drill chooses one.
 */
export function jobUsing(
  jobs: readonly Job[],
  { id, folder, manifest }: Pick<BackupSummary, 'id' | 'folder'> & Partial<Pick<BackupSummary, 'manifest'>>,
): Job | undefined {
  const names = (named: string): boolean => named === id || `${named}/`.startsWith(`${folder}/`);
  return jobs.find(
    (job) =>
      isLiving(job) &&
      (backupsOf(job.request).map(formatBackupRef).some(names) ||
        (manifest !== undefined && mayChoose(job.request, manifest.source))),
  );
}

/** Throws `target.busy` while one of these jobs reads it: its folder goes. Pure. */
export function mustBeFree(jobs: readonly Job[], backup: Parameters<typeof jobUsing>[1]): void {
  const job = jobUsing(jobs, backup);
  if (job) throw new AppError('target.busy', { reference: backup.folder, job: job.id });
}

function mayChoose(request: Job['request'], source: BackupSummary['manifest']['source']): boolean {
  if (request.kind !== 'drill' || !('of' in request.backup)) return false;
  const { cluster, namespace, pod, database } = request.backup.of;
  const isPlace = cluster === source.cluster && namespace === source.namespace && database === source.database;
  return isPlace && [source.pod, source.workload].includes(pod);
}
