import { listNamespaces } from '../../cluster/namespaces';
import type { KubeClient } from '../../cluster/kubeClient';
import { isAppError } from '../../base/errors';
import type { DatabasePod } from '../databasePod';
import { parsePods } from './parsePod';
import type { OwnerReference, PodObject } from './podObject';
import { controller, describe, recognise, unresolvedOwner } from './recognise';

export interface FindOptions {
  /** only this one; else all that may be seen */
  readonly namespace?: string;
  readonly signal?: AbortSignal;
  /** names to ask one by one where listing pods of the whole cluster is forbidden; default: those the user may see */
  readonly namespaces?: (client: KubeClient, signal?: AbortSignal) => Promise<readonly string[]>;
  /** sees pods as they are found, before all are; their workloads may not be resolved yet */
  readonly onPods?: (pods: readonly DatabasePod[]) => void;
}

/**
 * The pods of a cluster that run a PostgreSQL server, in the order of namespace and name; nothing is run in them. Namespaces whose pods may
 * not be listed come back in `forbidden`. Throws `cluster.*`; `cluster.forbidden` only where one namespace was asked for.
 */
export async function findPods(
  client: KubeClient,
  options: FindOptions = {},
): Promise<{ pods: DatabasePod[]; forbidden: string[] }> {
  const { items, forbidden } = await listPods(client, options);
  const pods = describeAll(client, items);
  const resolved = await resolveOwners(client, pods, options.signal);
  return { pods: resolved.sort(byPlace), forbidden };
}

/** How many namespaces are asked at the same time. */
const parallel = 8;

async function listPods(
  client: KubeClient,
  options: FindOptions,
): Promise<{ items: PodObject[]; forbidden: string[] }> {
  const call = {
    ...(options.signal ? { signal: options.signal } : {}),
    onPage(page: PodObject[]): PodObject[] {
      const wanted = parsePods(page).filter((item) => recognise(item) !== undefined);
      if (wanted.length > 0) options.onPods?.(describeAll(client, wanted));
      return wanted;
    },
  };
  if (options.namespace !== undefined) {
    const path = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/pods`;
    return { items: (await client.list<PodObject>(path, call)).items, forbidden: [] };
  }
  try {
    return { items: (await client.list<PodObject>('/api/v1/pods', call)).items, forbidden: [] };
  } catch (error) {
    if (!isAppError(error, 'cluster.forbidden')) throw error;
  }
  const names = [...(await (options.namespaces ?? visibleNamespaces)(client, options.signal))];
  const items: PodObject[] = [];
  const forbidden: string[] = [];
  const worker = async (): Promise<void> => {
    for (let name = names.shift(); name !== undefined; name = names.shift()) {
      try {
        const path = `/api/v1/namespaces/${encodeURIComponent(name)}/pods`;
        for (const item of (await client.list<PodObject>(path, call)).items) items.push(item);
      } catch (error) {
        if (!isAppError(error, 'cluster.forbidden')) throw error;
        forbidden.push(name);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return { items, forbidden: forbidden.sort() };
}

function describeAll(client: KubeClient, items: readonly PodObject[]): DatabasePod[] {
  return items.flatMap((item) => {
    const found = recognise(item);
    return found ? [describe(client.cluster.alias, item, found)] : [];
  });
}

/** Asks for the owner of those few ReplicaSets and ReplicationControllers whose names do not tell; once each. */
export async function resolveOwners(
  client: KubeClient,
  pods: readonly DatabasePod[],
  signal?: AbortSignal,
): Promise<DatabasePod[]> {
  const known = new Map<string, Promise<DatabasePod['workload']>>();
  return Promise.all(
    pods.map(async (pod) => {
      if (!unresolvedOwner(pod)) return pod;
      const { kind, name } = pod.workload;
      const base = kind === 'ReplicaSet' ? '/apis/apps/v1' : '/api/v1';
      const path = `${base}/namespaces/${pod.namespace}/${kind === 'ReplicaSet' ? 'replicasets' : 'replicationcontrollers'}/${name}`;
      let owner = known.get(path);
      if (!owner) known.set(path, (owner = ownerOf(client, path, pod.workload, signal)));
      return { ...pod, workload: await owner };
    }),
  );
}

async function ownerOf(
  client: KubeClient,
  path: string,
  itself: DatabasePod['workload'],
  signal?: AbortSignal,
): Promise<DatabasePod['workload']> {
  try {
    const found = await client.get<{ metadata?: { ownerReferences?: OwnerReference[] } }>(
      path,
      signal ? { signal } : {},
    );
    const owners = found.metadata?.ownerReferences;
    const owner = Array.isArray(owners) ? controller(owners) : undefined;
    return typeof owner?.kind === 'string' && typeof owner.name === 'string'
      ? { kind: owner.kind, name: owner.name }
      : itself;
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error;
    return itself;
  }
}

async function visibleNamespaces(client: KubeClient, signal?: AbortSignal): Promise<readonly string[]> {
  const { namespaces } = await listNamespaces(client, signal);
  return namespaces;
}

function byPlace(a: DatabasePod, b: DatabasePod): number {
  return compare(a.namespace, b.namespace) || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
