import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { findSummary } from '../../catalog/catalog';
import { backupsOf, formatBackupRef, isOfJob, placesOf, type JobAbout, type JobWork } from '../request';
import { jobFolder, readRequest } from '../record/jobFolder';

/**
 * What the ids and paths of a request stand for, so that its job is titled by what it is about. Undefined where its operands say that themselves, or of two backups neither is
 * what it is about. Throws `backup.*`, `archive.*`, `job.unknown`.
 */
export async function aboutOf(work: JobWork, root: string): Promise<JobAbout | undefined> {
  if (isOfJob(work) && 'job' in work.of) return aboutJob(root, work.of.job);
  const abouts: JobAbout[] = [];
  for (const backup of backupsOf(work)) abouts.push(await aboutBackup(root, formatBackupRef(backup)));
  const [about] = abouts;
  return abouts.length === 1 ? about : undefined;
}

async function aboutBackup(root: string, named: string): Promise<JobAbout> {
  const { manifest } = await findSummary(root, named);
  const { cluster, namespace, workload, database } = manifest.source;
  // of a foreign archive the place is not known
  const place = [cluster, namespace, workload, database].filter((part) => part !== '').join('/');
  return { place, snapshot: manifest.time.snapshot };
}

async function aboutJob(root: string, id: string): Promise<JobAbout> {
  const request = await readRequest(jobFolder(root, id));
  if (request.kind === 'restore' || request.kind === 'copy') return { place: formatReference(request.target) };
  const [place] = placesOf(request).map(formatReference);
  return defined({ place: request.about?.place ?? place });
}
