import { createHash } from 'node:crypto';
import type { LabClusterState, LabPod } from '../labPod';
import { keptResources } from './kept';

/** One kind of object the server lists: where it lives and what there is of it. */
export interface Resource {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  /** clients make, change and delete them */
  readonly writable?: true;
  items(state: LabClusterState): KubeObject[];
}

export interface KubeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

export function apiVersionOf({ group }: Resource): string {
  return group === '' ? 'v1' : `${group}/v1`;
}

/** Resources this cluster knows: OpenShift's own only where it is one. */
export function known(state: LabClusterState): readonly Resource[] {
  const own = state.openshift ? resources : plainResources;
  return state.kept ? [...own, ...keptResources] : own;
}

const created = '2026-11-01T08:00:00Z';

/** Everything that can be listed. Workloads are derived from what the pods say owns them. */
const resources: readonly Resource[] = [
  {
    ...{ group: '', plural: 'pods', kind: 'Pod', shortNames: ['po'], namespaced: true },
    items: ({ pods, kept }) => [...pods.map(podObject), ...(kept?.items('pods') ?? [])],
  },
  {
    ...{ group: '', plural: 'namespaces', kind: 'Namespace', shortNames: ['ns'], namespaced: false },
    items: (state) => spaces(state, 'Namespace'),
  },
  {
    ...{ group: 'project.openshift.io', plural: 'projects', kind: 'Project', shortNames: [], namespaced: false },
    items: (state) => spaces(state, 'Project'),
  },
  workload('apps', 'statefulsets', 'StatefulSet', 'sts'),
  workload('apps', 'deployments', 'Deployment', 'deploy'),
  workload('apps', 'replicasets', 'ReplicaSet', 'rs'),
  workload('apps.openshift.io', 'deploymentconfigs', 'DeploymentConfig', 'dc'),
  workload('', 'replicationcontrollers', 'ReplicationController', 'rc'),
];

const plainResources = resources.filter(({ group }) => !group.endsWith('openshift.io'));

function spaces(state: LabClusterState, kind: 'Namespace' | 'Project'): KubeObject[] {
  return state.namespaces.map((name) => ({
    ...{ kind, apiVersion: kind === 'Project' ? 'project.openshift.io/v1' : 'v1' },
    metadata: {
      ...{ name, uid: uidOf('Namespace', '', name), creationTimestamp: created },
      labels: { 'kubernetes.io/metadata.name': name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }));
}

interface Built {
  readonly look: PodLook;
  readonly object: KubeObject;
}
const builtPods = new WeakMap<LabPod, Built>();

/** The parts of a pod that tests may set in place; everything else is taken as fixed. */
export type PodLook = Pick<LabPod, 'phase' | 'ready' | 'labels' | 'annotations' | 'owners' | 'containers'>;

export function lookOf({ phase, ready, labels, annotations, owners, containers }: LabPod): PodLook {
  return { phase, ready, labels, annotations, owners, containers };
}

export function looksLike(pod: LabPod, look: PodLook): boolean {
  return (
    pod.phase === look.phase &&
    pod.ready === look.ready &&
    pod.labels === look.labels &&
    pod.annotations === look.annotations &&
    pod.owners === look.owners &&
    pod.containers === look.containers
  );
}

/** The same object as long as the pod looks the same: ten thousand are not built for each request. */
function podObject(pod: LabPod): KubeObject {
  const before = builtPods.get(pod);
  if (before && looksLike(pod, before.look)) return before.object;
  const object = buildPod(pod);
  builtPods.set(pod, { look: lookOf(pod), object });
  return object;
}

function buildPod(pod: LabPod): KubeObject {
  const { name, namespace, uid, labels, annotations } = pod;
  return {
    ...{ kind: 'Pod', apiVersion: 'v1' },
    metadata: {
      ...{ name, namespace, uid, creationTimestamp: created, labels, annotations },
      ...(pod.owners.length === 0
        ? {}
        : {
            ownerReferences: pod.owners.map((owner) => ({
              ...{ apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name },
              ...{ uid: uidOf(owner.kind, namespace, owner.name), controller: true, blockOwnerDeletion: true },
            })),
          }),
    },
    spec: {
      containers: pod.containers.map(({ name: container, image, env, ports }) => ({
        ...{ name: container, image, resources: {}, imagePullPolicy: 'IfNotPresent' },
        ports: ports.map((port) => ({ ...port, protocol: 'TCP' })),
        env: env.map((one) =>
          one.secret
            ? { name: one.name, valueFrom: { secretKeyRef: one.secret } }
            : { name: one.name, ...(one.value === undefined ? {} : { value: one.value }) },
        ),
      })),
      ...{ restartPolicy: 'Always', serviceAccountName: 'default', nodeName: 'node-1' },
    },
    status: podStatus(pod),
  };
}

function podStatus(pod: LabPod): Record<string, unknown> {
  const ended = { reason: pod.phase === 'Failed' ? 'Error' : 'Completed', exitCode: pod.phase === 'Failed' ? 1 : 0 };
  const state = {
    Pending: { waiting: { reason: 'ContainerCreating' } },
    Running: { running: { startedAt: created } },
    Succeeded: { terminated: ended },
    Failed: { terminated: ended },
  }[pod.phase];
  const condition = (type: string, holds: boolean): object => ({
    ...{ type, status: holds ? 'True' : 'False', lastProbeTime: null, lastTransitionTime: created },
  });
  return {
    phase: pod.phase,
    conditions: [
      condition('Initialized', pod.phase !== 'Pending'),
      condition('Ready', pod.ready),
      condition('ContainersReady', pod.ready),
      condition('PodScheduled', true),
    ],
    ...{ hostIP: '192.0.2.1', podIP: pod.address ?? '192.0.2.10', startTime: created, qosClass: 'BestEffort' },
    containerStatuses: pod.containers.map(({ name, image }) => ({
      ...{ name, image, imageID: '', ready: pod.ready, restartCount: 0, lastState: {}, state },
      started: pod.phase === 'Running',
    })),
  };
}

/** `x-5d8f9` of a ReplicaSet belongs to Deployment `x`; `x-3` of a ReplicationController to DeploymentConfig `x`. */
const parents: Readonly<Record<string, { kind: string; apiVersion: string }>> = {
  ReplicaSet: { kind: 'Deployment', apiVersion: 'apps/v1' },
  ReplicationController: { kind: 'DeploymentConfig', apiVersion: 'apps.openshift.io/v1' },
};

function workload(group: string, plural: string, kind: string, shortName: string): Resource {
  return {
    ...{ group, plural, kind, shortNames: [shortName], namespaced: true },
    items: (state) => {
      const owned = new Map<string, { name: string; parent: string | undefined; pods: LabPod[] }>();
      for (const pod of state.pods) {
        for (const owner of pod.owners) {
          const parent = /^(.+)-[^-]+$/.exec(owner.name)?.[1];
          const name = owner.kind === kind ? owner.name : parents[owner.kind]?.kind === kind ? parent : undefined;
          if (name === undefined) continue;
          const key = `${pod.namespace}/${name}`;
          const one = owned.get(key) ?? { name, parent: parents[kind] && parent, pods: [] };
          one.pods.push(pod);
          owned.set(key, one);
        }
      }
      const apiVersion = group === '' ? 'v1' : `${group}/v1`;
      return [...owned.values()].map(({ name, parent, pods }) => workloadObject(apiVersion, kind, name, parent, pods));
    },
  };
}

function workloadObject(
  apiVersion: string,
  kind: string,
  name: string,
  parent: string | undefined,
  pods: readonly LabPod[],
): KubeObject {
  const [{ namespace, labels }] = pods as [LabPod];
  const owner = parent === undefined ? undefined : parents[kind];
  const matchLabels = kind === 'ReplicationController' || kind === 'DeploymentConfig' ? labels : undefined;
  return {
    ...{ kind, apiVersion },
    metadata: {
      ...{ name, namespace, uid: uidOf(kind, namespace, name), creationTimestamp: created, labels },
      ...(owner && parent !== undefined
        ? {
            ownerReferences: [{ ...owner, name: parent, uid: uidOf(owner.kind, namespace, parent), controller: true }],
          }
        : {}),
    },
    spec: { replicas: pods.length, selector: matchLabels ?? { matchLabels: labels } },
    status: { replicas: pods.length, readyReplicas: pods.filter(({ ready }) => ready).length },
  };
}

function uidOf(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join('/')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
