import { isAppError } from '../base/errors';
import { asRecord } from '../base/json';
import { environmentIn } from './environment';
import type { KubeClient } from './kubeClient';
import { hasStatus } from './apiError';

export interface Namespaces {
  /** what a person calls them on this cluster */
  readonly word: 'project' | 'namespace';
  /** sorted */
  readonly namespaces: readonly string[];
  /** false: the user may not list them; these are the ones that the kubeconfig names */
  readonly isComplete: boolean;
  /** production, test, …: of those whose labels say so */
  readonly environments: ReadonlyMap<string, string>;
}

/** The namespaces the user may see: OpenShift's projects, else all namespaces, else those that the contexts name. */
export async function listNamespaces(client: KubeClient, signal?: AbortSignal): Promise<Namespaces> {
  const projects = await listed(client, '/apis/project.openshift.io/v1/projects', signal);
  if (projects) return { word: 'project', ...projects, isComplete: true };
  const namespaces = await listed(client, '/api/v1/namespaces', signal);
  if (namespaces) return { word: 'namespace', ...namespaces, isComplete: true };
  const known = client.cluster.contexts.flatMap(({ namespace }) => namespace ?? []);
  return { word: 'namespace', namespaces: [...new Set(known)].sort(), isComplete: false, environments: new Map() };
}

/** undefined: there is no such thing here, or it is not for this user. */
async function listed(
  client: KubeClient,
  path: string,
  signal?: AbortSignal,
): Promise<Pick<Namespaces, 'namespaces' | 'environments'> | undefined> {
  try {
    const { items } = await client.list(path, signal ? { signal } : {});
    const environments = new Map<string, string>();
    const names: string[] = [];
    for (const item of items) {
      const { name, labels } = asRecord(asRecord(item)?.['metadata']) ?? {};
      if (typeof name !== 'string' || !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) continue;
      names.push(name);
      const environment = environmentIn(asRecord(labels));
      if (environment !== undefined) environments.set(name, environment);
    }
    return { namespaces: names.sort(), environments };
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden') || hasStatus(error, 404)) return undefined;
    throw error;
  }
}
