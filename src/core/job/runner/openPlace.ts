import { AppError } from '../../base/errors';
import { connect } from '../../cluster/connect';
import type { KubeClient } from '../../cluster/kubeClient';
import { readClusters } from '../../cluster/readClusters';
import { findCluster, parseReference } from '../../cluster/reference';

/** A namespace of a cluster, by `cluster/namespace`. Throws `reference.invalid` for what names no namespace or more, `cluster.unknown`, `cluster.none`. */
export async function openPlace(
  kubeconfigs: readonly string[],
  place: string,
): Promise<{ readonly client: KubeClient; readonly namespace: string }> {
  const { cluster, namespace, pod } = parseReference(place);
  if (namespace === undefined || pod !== undefined) {
    throw new AppError('reference.invalid', { text: place, wanted: 'namespace' });
  }
  const { clusters, problems } = await readClusters({ files: kubeconfigs });
  return { client: connect(findCluster(clusters, cluster, problems)), namespace };
}
