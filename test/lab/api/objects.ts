import type { LabClusterState, LabPod } from '../labPod';

/** One kind of object the server lists: where it lives and what there is of it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  items(state: LabClusterState): KubeObject[];
}

export interface KubeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/** Everything that can be listed. Workloads are derived from what the pods say owns them. */
export const resources: readonly Resource[] = [
  { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true, items: ({ pods }) => pods.map(podObject) },
  {
    group: '',
    version: 'v1',
    plural: 'namespaces',
    kind: 'Namespace',
    namespaced: false,
    items: (state) => spaces(state),
  },
  {
    group: 'project.openshift.io',
    version: 'v1',
    plural: 'projects',
    kind: 'Project',
    namespaced: false,
    items: (state) => spaces(state),
  },
  workload('apps', 'statefulsets', 'StatefulSet'),
  workload('apps', 'deployments', 'Deployment'),
  workload('apps', 'replicasets', 'ReplicaSet'),
  workload('apps.openshift.io', 'deploymentconfigs', 'DeploymentConfig'),
  workload('', 'replicationcontrollers', 'ReplicationController'),
];

/** Resources this cluster knows: OpenShift's own only where it is one. */
export function known(state: LabClusterState): readonly Resource[] {
  return resources.filter(({ group }) => state.openshift || !group.endsWith('openshift.io'));
}

function spaces(state: LabClusterState): KubeObject[] {
  return state.namespaces.map((name) => ({
    metadata: {
      name,
      uid: `ns-${name}`,
      resourceVersion: '1',
      creationTimestamp: created,
      labels: {},
      annotations: {},
    },
    status: { phase: 'Active' },
  }));
}

const created = '2026-11-01T08:00:00Z';

function podObject(pod: LabPod): KubeObject {
  const waiting =
    pod.phase === 'Pending' ? { waiting: { reason: 'ContainerCreating' } } : { running: { startedAt: created } };
  return {
    metadata: {
      ...{ name: pod.name, namespace: pod.namespace, uid: pod.uid, resourceVersion: '1', creationTimestamp: created },
      ...{ labels: pod.labels, annotations: pod.annotations },
      ownerReferences: pod.owners.map((owner) => ({ ...owner, uid: `uid-${owner.name}`, controller: true })),
    },
    spec: {
      nodeName: 'node-1',
      containers: pod.containers.map(({ name, image, env, ports }) => ({
        ...{ name, image, ports },
        env: env.map((one) =>
          one.secret
            ? { name: one.name, valueFrom: { secretKeyRef: one.secret } }
            : { name: one.name, value: one.value },
        ),
      })),
    },
    status: {
      phase: pod.phase,
      podIP: '127.0.0.1',
      conditions: [{ type: 'Ready', status: pod.ready ? 'True' : 'False' }],
      containerStatuses: pod.containers.map(({ name, image }) => ({
        name,
        image,
        ready: pod.ready,
        restartCount: 0,
        state: waiting,
      })),
    },
  };
}

/** `x-5d8f9` of a ReplicaSet belongs to Deployment `x`; `x-3` of a ReplicationController to DeploymentConfig `x`. */
const parents: Readonly<Record<string, { kind: string; apiVersion: string }>> = {
  ReplicaSet: { kind: 'Deployment', apiVersion: 'apps/v1' },
  ReplicationController: { kind: 'DeploymentConfig', apiVersion: 'apps.openshift.io/v1' },
};

function workload(group: string, plural: string, kind: string): Resource {
  return {
    ...{ group, version: 'v1', plural, kind, namespaced: true },
    items(state) {
      const found = new Map<string, KubeObject>();
      for (const pod of state.pods) {
        for (const owner of pod.owners) {
          const parent = parents[owner.kind];
          const parentName = owner.name.replace(/-[^-]+$/, '');
          const name = owner.kind === kind ? owner.name : parent?.kind === kind ? parentName : undefined;
          if (name === undefined) continue;
          const ownerReferences =
            owner.kind === kind && parent
              ? [{ ...parent, name: parentName, uid: `uid-${parentName}`, controller: true }]
              : [];
          found.set(`${pod.namespace}/${name}`, {
            metadata: {
              name,
              namespace: pod.namespace,
              uid: `uid-${name}`,
              resourceVersion: '1',
              creationTimestamp: created,
              ownerReferences,
            },
            spec: { replicas: 1, selector: { matchLabels: pod.labels } },
            status: { replicas: 1, readyReplicas: 1 },
          });
        }
      }
      return [...found.values()];
    },
  };
}
