import type { JobAbout, JobRequest } from '../core/job/record/jobEvents';

/**
 * Looks that what a request names is there, as far as this machine knows: clusters, backups. So a slip of the pen makes no job. Returns what its ids and paths stand for.
 * Throws `cluster.*`, `reference.invalid`, `backup.*`, `archive.*`.
 */
export async function knowNames(request: JobRequest): Promise<JobAbout | undefined> {
  const { kind, operands, kubeconfigs } = request;
  const { placesOf } = await import('../core/job/plan/jobTarget');
  const references = placesOf(request);
  if (references.length > 0) {
    const { Places } = await import('../core/job/plan/places');
    const places = new Places(kubeconfigs);
    for (const reference of references) await places.know(reference);
  }
  const backups = operands.filter((operand) => operand.startsWith('/') || !operand.includes('/'));
  const abouts: JobAbout[] = [];
  for (const one of backups) {
    if (kind === 'restore' || kind === 'verify' || kind === 'diff') abouts.push(await aboutBackup(request.root, one));
    else if (kind === 'undo' || kind === 'release') abouts.push(await aboutJob(request.root, one));
  }
  const [about] = abouts;
  // of two backups that are compared neither is what it is about
  return abouts.length === 1 ? about : undefined;
}

async function aboutBackup(root: string, named: string): Promise<JobAbout> {
  const { findBackup } = await import('../core/catalog/catalog');
  const { manifest } = await findBackup(root, named);
  const { cluster, namespace, workload, database } = manifest.source;
  // of a foreign archive the place is not known
  const place = [cluster, namespace, workload, database].filter((part) => part !== '').join('/');
  return { place, snapshot: manifest.time.snapshot };
}

async function aboutJob(root: string, id: string): Promise<JobAbout> {
  const { jobFolder, readRequest } = await import('../core/job/record/jobFolder');
  const { kind, operands, about } = await readRequest(jobFolder(root, id));
  const place = kind === 'restore' || kind === 'copy' ? operands[1] : (about?.place ?? operands[0]);
  return place === undefined ? {} : { place };
}
