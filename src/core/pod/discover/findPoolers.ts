import { isAppError } from '../../base/errors';
import type { KubeClient } from '../../cluster/kubeClient';
import { parsePods } from './parsePod';
import type { PodObject } from './podObject';
import { isPooler } from './recognise';

/** A pod that runs a pooler. */
export interface PoolerPod {
  readonly name: string;
  /** its IP addresses: where its sessions come from */
  readonly addresses: readonly string[];
}

/** The poolers that run in a namespace; none where its pods cannot be listed. Throws `cancelled`. */
export async function findPoolers(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly PoolerPod[]> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  try {
    const { items } = await client.list<PodObject>(path, {
      signal,
      onPage: (page) => parsePods(page).filter(isPooler),
    });
    return items.map(({ metadata, status }) => ({
      name: metadata.name,
      addresses: [...new Set([status?.podIP, ...(status?.podIPs ?? []).map(({ ip }) => ip)])].filter(
        (address) => address !== undefined,
      ),
    }));
  } catch (error) {
    if (isAppError(error, 'cancelled') || signal.aborted) throw error;
    return [];
  }
}
