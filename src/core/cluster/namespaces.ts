import { type AppError, isAppError } from '../errors';
import type { KubeClient } from './kubeClient';

export interface Namespaces {
  /** what a person calls them on this cluster */
  readonly word: 'project' | 'namespace';
  /** sorted */
  readonly namespaces: readonly string[];
  /** false: the user may not list them; these are the ones that the kubeconfig names */
  readonly isComplete: boolean;
}

/** The namespaces the user may see: OpenShift's projects, else all namespaces, else those that the contexts name. */
export async function listNamespaces(client: KubeClient, signal?: AbortSignal): Promise<Namespaces> {
  const projects = await names(client, '/apis/project.openshift.io/v1/projects', signal);
  if (projects) return { word: 'project', namespaces: projects, isComplete: true };
  const namespaces = await names(client, '/api/v1/namespaces', signal);
  if (namespaces) return { word: 'namespace', namespaces, isComplete: true };
  const known = client.cluster.contexts.flatMap(({ namespace }) => namespace ?? []);
  return { word: 'namespace', namespaces: [...new Set(known)].sort(), isComplete: false };
}

/** undefined: there is no such thing here, or it is not for this user. */
async function names(client: KubeClient, path: string, signal?: AbortSignal): Promise<string[] | undefined> {
  try {
    const { items } = await client.list<{ metadata: { name: string } }>(path, signal ? { signal } : {});
    return items.map(({ metadata }) => metadata.name).sort();
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden') || isStatus(error, 404)) return undefined;
    throw error;
  }
}

function isStatus(error: unknown, status: number): error is AppError {
  return isAppError(error, 'cluster.api') && error.data['status'] === status;
}
