import { AppError } from '../core/errors';
import { podAt } from './podAt';
import { parseReference } from '../core/cluster/reference';
import type { DatabasePlace } from '../model/places';
import type { Services } from '../services';
import { KeptNode } from '../tree/keptNode';
import { JobNode } from '../tree/jobNode';
import { oneDatabase } from './targets';

/** A database for which a restore kept something; `job`: the restore, where one is meant and not just the last. */
export interface KeptTarget extends DatabasePlace {
  readonly job?: string;
}

/** From a row of Clusters or Jobs, a job's id (from a button), or asked for. Throws `cancelled`, `job.unknown`. */
export async function keptTarget(services: Services, target: unknown, title: string): Promise<KeptTarget> {
  if (target instanceof KeptNode) return ofRow(services, target, title);
  const id = target instanceof JobNode ? target.job.id : typeof target === 'string' ? target : undefined;
  if (id === undefined) return oneDatabase(services, target, title);
  const job = (await services.jobs.watch()).find((one) => one.id === id);
  const place = job?.result?.data['target'];
  if (typeof place !== 'string') throw new AppError('job.unknown', { job: id });
  return { ...(await placeOf(services, place)), job: id };
}

async function ofRow(services: Services, node: KeptNode, title: string): Promise<KeptTarget> {
  const place = await oneDatabase(services, node, title);
  const { job } = node.kept.mark;
  const known = (await services.jobs.watch()).some(({ id }) => id === job);
  return known ? { ...place, job } : place;
}

/** The database that a reference names. Throws what `podAt` throws. */
async function placeOf(services: Services, reference: string): Promise<DatabasePlace> {
  const { cluster, namespace = '', pod: name = '', database = '' } = parseReference(reference);
  return { ...(await podAt(services, { cluster, namespace, pod: name, workload: name })), database, reference };
}
