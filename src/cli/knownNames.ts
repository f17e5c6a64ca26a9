import { placesOf, type JobAbout, type JobWork, type RequestFrame } from '../core/job/request';

/**
 * Looks that what a request names is there, as far as this machine knows: clusters, backups. So a slip of the pen makes no job. Returns what its ids and paths stand for.
 * Throws `cluster.*`, `reference.invalid`, `backup.*`, `archive.*`.
 */
export async function knowNames(work: JobWork, { kubeconfigs, root }: RequestFrame): Promise<JobAbout | undefined> {
  const references = placesOf(work);
  if (references.length > 0) {
    const { Places } = await import('../core/job/plan/places');
    const places = new Places(kubeconfigs);
    for (const reference of references) await places.know(reference);
  }
  const { aboutOf } = await import('../core/job/plan/aboutOf');
  return aboutOf(work, root);
}
