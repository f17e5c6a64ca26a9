import { findBackup } from '../../catalog/catalog';
import type { JobAbout, JobRequest } from '../record/jobEvents';
import { jobFolder, readRequest } from '../record/jobFolder';

/**
 * What the ids and paths of a request stand for, so that its job is titled by what it is about. Undefined where its operands say that themselves, or of two backups neither is
 * what it is about. Throws `backup.*`, `archive.*`, `job.unknown`.
 */
export async function aboutOf({
  kind,
  operands,
  root,
}: Pick<JobRequest, 'kind' | 'operands' | 'root'>): Promise<JobAbout | undefined> {
  const named = operands.filter((operand) => operand.startsWith('/') || !operand.includes('/'));
  const abouts: JobAbout[] = [];
  for (const one of named) {
    if (kind === 'restore' || kind === 'verify' || kind === 'diff') abouts.push(await aboutBackup(root, one));
    else if (kind === 'undo' || kind === 'release') abouts.push(await aboutJob(root, one));
  }
  const [about] = abouts;
  return abouts.length === 1 ? about : undefined;
}

async function aboutBackup(root: string, named: string): Promise<JobAbout> {
  const { manifest } = await findBackup(root, named);
  const { cluster, namespace, workload, database } = manifest.source;
  // of a foreign archive the place is not known
  const place = [cluster, namespace, workload, database].filter((part) => part !== '').join('/');
  return { place, snapshot: manifest.time.snapshot };
}

async function aboutJob(root: string, id: string): Promise<JobAbout> {
  const { kind, operands, about } = await readRequest(jobFolder(root, id));
  const place = kind === 'restore' || kind === 'copy' ? operands[1] : (about?.place ?? operands[0]);
  return place === undefined ? {} : { place };
}
