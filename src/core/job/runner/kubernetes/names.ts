/** Labels and annotations of what DB Ferry makes in a cluster. */
export const labels = {
  managedBy: 'app.kubernetes.io/managed-by',
  name: 'app.kubernetes.io/name',
  kind: 'db-ferry.io/kind',
  /** made by the Job controller on the pods of a Job */
  jobName: 'batch.kubernetes.io/job-name',
} as const;

export const annotations = {
  /** the canonical request */
  request: 'db-ferry.io/request',
  /** what the cluster that it works in is called by those who asked */
  alias: 'db-ferry.io/cluster',
  /** who told it to stop */
  cancelledBy: 'db-ferry.io/cancelled-by',
  /** how it ended, where nothing else remembers it */
  result: 'db-ferry.io/result',
} as const;

export const ours = 'db-ferry';
/** Selects what is ours. */
export const selector = `${labels.managedBy}=${ours}`;

/** What one object says of the one that it goes with. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The path of a kind of object in a namespace, or of one of them. */
export function pathOf(kind: keyof typeof groups, namespace: string, name?: string): string {
  const list = `${groups[kind]}/namespaces/${encodeURIComponent(namespace)}/${kind}`;
  return name === undefined ? list : `${list}/${encodeURIComponent(name)}`;
}

const groups = {
  pods: '/api/v1',
  configmaps: '/api/v1',
  secrets: '/api/v1',
  serviceaccounts: '/api/v1',
  persistentvolumeclaims: '/api/v1',
  jobs: '/apis/batch/v1',
  cronjobs: '/apis/batch/v1',
  leases: '/apis/coordination.k8s.io/v1',
  roles: '/apis/rbac.authorization.k8s.io/v1',
  rolebindings: '/apis/rbac.authorization.k8s.io/v1',
} as const;
