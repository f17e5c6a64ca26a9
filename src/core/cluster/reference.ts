import { AppError } from '../base/errors';
import type { Cluster, KubeconfigProblem } from './cluster';

/** `cluster/namespace/pod[/database]`, as far as it goes. */
export interface Reference {
  readonly cluster: string;
  readonly namespace?: string;
  /** a pod, or the StatefulSet or Deployment whose primary is meant */
  readonly pod?: string;
  readonly database?: string;
}

/** A reference to a pod, or to a workload whose primary is meant. */
export interface PodReference {
  readonly cluster: string;
  readonly namespace: string;
  readonly pod: string;
}

/** A reference to a database. */
export interface DatabaseReference extends PodReference {
  readonly database: string;
}

/** Reads a reference. The database is all that follows the third slash: its name may hold slashes. Throws `reference.invalid`. */
export function parseReference(text: string): Reference {
  const [cluster = '', namespace, pod, ...rest] = text.split('/');
  const lacks = (empty: keyof DatabaseReference): AppError => new AppError('reference.invalid', { text, empty });
  if (cluster === '') throw lacks('cluster');
  if (namespace === undefined) return { cluster };
  if (namespace === '') throw lacks('namespace');
  if (pod === undefined) return { cluster, namespace };
  if (pod === '') throw lacks('pod');
  if (rest.length === 0) return { cluster, namespace, pod };
  const database = rest.join('/');
  if (database === '') throw lacks('database');
  return { cluster, namespace, pod, database };
}

/** Reads a reference to a pod, which names no database. Throws `reference.invalid`. */
export function parsePodReference(text: string): PodReference {
  const { cluster, namespace, pod, database } = parseReference(text);
  if (namespace !== undefined && pod !== undefined && database === undefined) return { cluster, namespace, pod };
  throw notMeant(text, 'pod');
}

/** Reads a reference to a database. Throws `reference.invalid`. */
export function parseDatabaseReference(text: string): DatabaseReference {
  const { cluster, namespace, pod, database } = parseReference(text);
  if (namespace !== undefined && pod !== undefined && database !== undefined)
    return { cluster, namespace, pod, database };
  throw notMeant(text, 'database');
}

/** What a reference names, and what is wanted there. */
function notMeant(text: string, wanted: 'pod' | 'database'): AppError {
  const { namespace, pod, database } = parseReference(text);
  const parts = [namespace, pod, database].filter((part) => part !== undefined).length;
  const names = ['cluster', 'namespace', 'pod', 'database'][parts] ?? '';
  return new AppError('reference.invalid', { text, names, wanted });
}

/** The pod of a reference to a database. */
export function podOf({ cluster, namespace, pod }: PodReference): PodReference {
  return { cluster, namespace, pod };
}

/** The text that `parseReference` reads as the same reference. */
export function formatReference({ cluster, namespace, pod, database }: Reference): string {
  return [cluster, namespace, pod, database].filter((part) => part !== undefined).join('/');
}

/**
 * The cluster with this alias, else the one that holds a context of this name. Throws `cluster.unknown`, `cluster.none`, both with the kubeconfig
 * files that could not be read (`problems`): it may stand in one of them.
 */
export function findCluster(
  clusters: readonly Cluster[],
  alias: string,
  problems: readonly KubeconfigProblem[] = [],
): Cluster {
  const unread = problems.length === 0 ? {} : { problems };
  if (clusters.length === 0) throw new AppError('cluster.none', { cluster: alias, ...unread });
  const found =
    clusters.find((cluster) => cluster.alias === alias) ??
    clusters.find((cluster) => cluster.contexts.some(({ name }) => name === alias));
  if (found) return found;
  throw new AppError('cluster.unknown', { cluster: alias, known: clusters.map((cluster) => cluster.alias), ...unread });
}
