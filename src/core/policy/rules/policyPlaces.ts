import type { ClusterNames } from '../protectedPlaces';
import type { PlaceFacts } from './expression';
import type { PolicySpec } from './policySchema';

/** A place that an operation reads or changes, as it is known before a policy says what it is. */
export interface KnownPlace {
  /** absent of a place that nobody can reach now, as the one an old backup was taken from: its name is all there is */
  readonly cluster: ClusterNames;
  readonly namespace: string;
  readonly workload: string;
  readonly database?: string | undefined;
  /** what the namespace's labels call it */
  readonly environment?: string | undefined;
  readonly bytes?: number | undefined;
}

/** What a policy knows of a place: of all its entries that mean it each fact of the first that has it. Where it says nothing of the environment, the namespace's labels do. Pure. */
export function placeFacts(spec: PolicySpec, place: KnownPlace): PlaceFacts {
  const { namespace, workload, database, environment, bytes } = place;
  const entries = (spec.places ?? []).filter(
    ({ match, databases }) =>
      isMeant(spec, place, match) &&
      (databases === undefined || (database !== undefined && databases.includes(database))),
  );
  const first = <Name extends 'environment' | 'customerFacing' | 'personalData' | 'critical'>(name: Name) =>
    entries.map((entry) => entry[name]).find((value) => value !== undefined);
  return {
    ...{ cluster: place.cluster.alias, namespace, workload, database, bytes },
    environment: first('environment') ?? environment,
    customerFacing: first('customerFacing'),
    personalData: first('personalData'),
    critical: first('critical'),
  };
}

/** True where a pattern `cluster/namespace/workload` means a place. Pure. */
export function isMeant(spec: PolicySpec, { cluster, namespace, workload }: KnownPlace, pattern: string): boolean {
  const parts = pattern.split('/');
  // names of contexts hold slashes, those of namespaces and workloads none
  const [inNamespace = '', inWorkload = ''] = parts.slice(-2);
  const inCluster = parts.slice(0, -2).join('/');
  return (
    fits(inNamespace, namespace) &&
    fits(inWorkload, workload) &&
    namesOf(spec, cluster).some((name) => fits(inCluster, name))
  );
}

/** What a policy may call a cluster. Where it names servers itself, what somebody's kubeconfig calls them counts for nothing: anybody can call a cluster `dev`. */
function namesOf({ clusters }: PolicySpec, { alias, server, contexts }: ClusterNames): readonly string[] {
  if (clusters !== undefined) {
    const named = Object.entries(clusters).filter(([, address]) => hostOf(address) === hostOf(server));
    return named.map(([name]) => name);
  }
  const host = hostOf(server);
  return [alias, ...contexts.map(({ name }) => name), ...(host === undefined ? [] : [host])];
}

function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

function fits(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(name);
}
