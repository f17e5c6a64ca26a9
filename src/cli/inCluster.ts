import type { Call } from './command';
import type { OptionName } from './options';

/** The options of what can be done in the cluster. */
export const runnerFlags = ['in-cluster', 'runner'] as const satisfies readonly OptionName[];

/** True where a command is asked to do its work in the cluster. */
export function isInCluster({ options }: Pick<Call, 'options'>): boolean {
  return options['in-cluster'] === true || options.runner !== undefined;
}

/** True for the id of a job that runs in a cluster, or did. */
export function isClusterJob(id: string): boolean {
  return id.startsWith('db-ferry-');
}
