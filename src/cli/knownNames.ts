import type { JobAbout, JobRequest } from '../core/job/record/jobEvents';

/**
 * Looks that what a request names is there, as far as this machine knows: clusters, backups. So a slip of the pen makes no job. Returns what its ids and paths stand for.
 * Throws `cluster.*`, `reference.invalid`, `backup.*`, `archive.*`.
 */
export async function knowNames(request: JobRequest): Promise<JobAbout | undefined> {
  const { placesOf } = await import('../core/job/plan/jobTarget');
  const references = placesOf(request);
  if (references.length > 0) {
    const { Places } = await import('../core/job/plan/places');
    const places = new Places(request.kubeconfigs);
    for (const reference of references) await places.know(reference);
  }
  const { aboutOf } = await import('../core/job/plan/aboutOf');
  return aboutOf(request);
}
