import { type AppError, isAppError } from '../errors';
import { environmentIn } from './environment';
import type { KubeClient } from './kubeClient';

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
    const { items } = await client.list<NamespaceObject>(path, signal ? { signal } : {});
    const environments = new Map<string, string>();
    for (const { metadata } of items) {
      const environment = environmentIn(metadata.labels);
      if (environment !== undefined) environments.set(metadata.name, environment);
    }
    return { namespaces: items.map(({ metadata }) => metadata.name).sort(), environments };
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden') || isStatus(error, 404)) return undefined;
    throw error;
  }
}

interface NamespaceObject {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

function isStatus(error: unknown, status: number): error is AppError {
  return isAppError(error, 'cluster.api') && error.data['status'] === status;
}
