import { AppError } from '../core/base/errors';
import { parseReference } from '../core/cluster/reference';
import type { DatabasePlace, PodPlace } from '../model/places';
import type { Services } from '../services';
import { t } from '../words/language';

/**
 * The pod of this name, or else one of this workload. Throws `cluster.unknown`, `pod.unknown`, and why its cluster could
 * not be loaded: a pod that nobody could look for is not gone.
 */
export async function podAt(
  { clusters, trees }: Pick<Services, 'clusters' | 'trees'>,
  place: { readonly cluster: string; readonly namespace: string; readonly pod: string; readonly workload: string },
): Promise<PodPlace> {
  const models = await clusters.all();
  const known = models.map(({ cluster }) => cluster.alias);
  const model = models.find(({ cluster }) => cluster.alias === place.cluster);
  if (!model) throw new AppError('cluster.unknown', { cluster: place.cluster, known });
  await model.load(trees.clusters.pinnedIn(place.cluster));
  const pods = model.contents.namespaces.get(place.namespace) ?? [];
  const pod =
    pods.find(({ name }) => name === place.pod) ?? pods.find(({ workload }) => workload.name === place.workload);
  if (pod) return { model, pod, reference: `${pod.cluster}/${pod.namespace}/${pod.name}` };
  const reference = `${place.cluster}/${place.namespace}/${place.pod}`;
  throw model.failure ?? new AppError('pod.unknown', { reference, message: t`it is not there any more` });
}

/** The database that a reference names. Throws what `podAt` throws. */
export async function databaseAt(
  services: Pick<Services, 'clusters' | 'trees'>,
  reference: string,
): Promise<DatabasePlace> {
  const { cluster, namespace = '', pod = '', database = '' } = parseReference(reference);
  return { ...(await podAt(services, { cluster, namespace, pod, workload: pod })), database, reference };
}
