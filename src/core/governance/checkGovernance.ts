import { isAppError } from '../base/errors';
import type { KubeClient } from '../cluster/kubeClient';
import { mayExec } from '../cluster/reviews';
import { keepsRequests } from './clusterRequests';
import { makeRequestName } from './operationRequest';

/** What was tried, and what came of it. `untold`: this login may not even try. */
export interface GovernanceTrial {
  readonly what: 'requests' | 'forgedRequest' | 'rightForGroup' | 'exec';
  readonly is: 'holds' | 'missing' | 'untold';
}

/** Which level of governance a namespace has for whoever asks, and what it was told by. */
export interface GovernanceLevel {
  readonly level: 'advisory' | 'recorded' | 'enforced';
  readonly trials: readonly GovernanceTrial[];
}

/**
 * Finds out by trying which level of governance holds in a namespace: a request in another's name and a right for a group have to be denied by the API server (nothing is kept of either: the
 * server only says what it would do), and this login must not be able to run commands. What cannot be tried does not count as enforced. Throws `cluster.*`.
 */
export async function checkGovernance(client: KubeClient, namespace: string): Promise<GovernanceLevel> {
  if (!(await keepsRequests(client))) return { level: 'advisory', trials: [{ what: 'requests', is: 'missing' }] };
  const [request, binding, exec] = await Promise.all([
    tried(
      client,
      'db-ferry-requests',
      `/apis/db-ferry.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/operationrequests`,
      {
        ...{ apiVersion: 'db-ferry.io/v1alpha1', kind: 'OperationRequest', metadata: { name: makeRequestName() } },
        spec: {
          ...{ operation: 'restore', target: { workload: 'none', database: 'none' }, digest: '0'.repeat(64) },
          ...{ class: 'none', approvals: 1, requestedBy: 'system:db-ferry-nobody', validMinutes: 1, emergency: false },
        },
      },
    ),
    tried(
      client,
      'db-ferry-grants',
      `/apis/rbac.authorization.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/rolebindings`,
      {
        ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: makeRequestName() } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'db-ferry-operate' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:db-ferry-nobody' }],
      },
    ),
    mayExec(client, namespace),
  ]);
  const trials: readonly GovernanceTrial[] = [
    { what: 'requests', is: 'holds' },
    { what: 'forgedRequest', is: request },
    { what: 'rightForGroup', is: binding },
    { what: 'exec', is: exec.allowed ? 'missing' : 'holds' },
  ];
  // who may not ask, or not give rights, cannot try that; one of them has to have been denied
  const isEnforced = trials.every(({ is }) => is !== 'missing') && (request === 'holds' || binding === 'holds');
  return { level: isEnforced ? 'enforced' : 'recorded', trials };
}

/** As it is said at each step. `open`: what is forged is refused, and this login may run commands there all the same, by what was approved or past it. */
export type SaidLevel = GovernanceLevel['level'] | 'open';

/** Which level holds for whoever asks where a request is kept, without a cluster in the root. Never says more than could be tried. */
export async function levelSaid(
  kept: { readonly client: KubeClient; readonly namespace: string } | undefined,
): Promise<SaidLevel> {
  if (kept === undefined) return 'advisory';
  try {
    const { level, trials } = await checkGovernance(kept.client, kept.namespace);
    const others = trials.filter(({ what }) => what !== 'exec');
    const isRefused =
      others.every(({ is }) => is !== 'missing') &&
      others.some(({ what, is }) => what !== 'requests' && is === 'holds');
    return level === 'recorded' && isRefused ? 'open' : level;
  } catch {
    return 'recorded';
  }
}

async function tried(client: KubeClient, policy: string, path: string, body: object): Promise<GovernanceTrial['is']> {
  try {
    await client.post(path, body, { query: { dryRun: 'All' } });
    return 'missing';
  } catch (error) {
    if (!isAppError(error, 'cluster.forbidden') && !isAppError(error, 'cluster.api')) throw error;
    const { message } = error.data;
    if (message.includes(`ValidatingAdmissionPolicy '${policy}'`)) return 'holds';
    // another policy said no, and not this one; or roles did, before any policy was asked
    return message.includes('ValidatingAdmissionPolicy') ? 'missing' : 'untold';
  }
}
