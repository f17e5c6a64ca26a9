import type { JsonObject } from '../../../base/json';
import { isAppError } from '../../../base/errors';
import type { KubeClient } from '../../../cluster/kubeClient';
import { packBundle, type BundlePart } from './bundle';
import { labels, ours, pathOf } from './names';
import { settingsMap, settingsName, type RunnerSettings } from './settings';

/** What a namespace is given so that jobs run there. */
export interface RunnerPlan {
  readonly namespace: string;
  /** namespaces with databases: there its ServiceAccount may find pods and run commands in them */
  readonly targets: readonly string[];
  /** the folder of the command line's bundle; undefined: the image holds it at `path` */
  readonly bundle: { readonly folder: string } | { readonly path: string };
  readonly image?: string | undefined;
  /** of the volume, as Kubernetes writes it: `20Gi` */
  readonly size: string;
  readonly storageClass?: string | undefined;
  readonly more: Pick<RunnerSettings, 'secrets' | 'kubeconfig' | 'recipients' | 'trustedKeys'>;
}

/** An object to apply. */
export interface Applied {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly path: string;
  readonly body: JsonObject;
}

/** Where OpenShift's own `nodejs` image is, for every namespace; and where it is to be had elsewhere. */
const images = {
  openShift: 'image-registry.openshift-image-registry.svc:5000/openshift/nodejs:22-ubi9-minimal',
  other: 'registry.access.redhat.com/ubi9/nodejs-22-minimal',
} as const;

/** The objects, in the order in which they are made. Changes nothing. Throws what reading the bundle and asking the cluster throw. */
export async function planRunner(client: KubeClient, plan: RunnerPlan): Promise<readonly Applied[]> {
  const isOpenShift = await hasGroup(client, 'project.openshift.io');
  const packed = 'folder' in plan.bundle ? await packBundle(plan.bundle.folder) : undefined;
  const settings: RunnerSettings = {
    schema: 1,
    image: plan.image ?? (isOpenShift ? images.openShift : images.other),
    bundle: packed
      ? { sha256: packed.sha256, parts: packed.parts.map(({ name }) => name) }
      : { path: (plan.bundle as { readonly path: string }).path },
    claim: ours,
    serviceAccount: ours,
    // OpenShift gives each namespace a group of its own, and refuses any other
    ...(isOpenShift ? {} : { fsGroup: 1001 }),
    ...plan.more,
  };
  return objectsOf(plan, settings, packed?.parts ?? []);
}

/** Makes the objects, or changes them to what they should be. Throws `cluster.forbidden` for rights that the caller has not got: Kubernetes lets nobody give away what they do not have. */
export async function applyAll(client: KubeClient, objects: readonly Applied[]): Promise<void> {
  const [first] = objects;
  if (first) await needNamespace(client, first.namespace);
  for (const { path, body } of objects) {
    await client.patch(path, 'apply', body, { query: { fieldManager: ours, force: 'true' } });
  }
}

async function needNamespace(client: KubeClient, name: string): Promise<void> {
  try {
    await client.get(`/api/v1/namespaces/${encodeURIComponent(name)}`);
  } catch (error) {
    // whoever may not look at it may still use it
    if (isAppError(error, 'cluster.forbidden')) return;
    if (!isAppError(error, 'cluster.api') || error.data['status'] !== 404) throw error;
    const metadata = { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
    await client.post('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
  }
}

function objectsOf(plan: RunnerPlan, settings: RunnerSettings, parts: readonly BundlePart[]): Applied[] {
  const { namespace, targets, size, storageClass } = plan;
  const rbac = 'rbac.authorization.k8s.io';
  const roleObjects = (where: string, name: string, rules: readonly object[], binding = name): Applied[] => [
    object('roles', { apiVersion: `${rbac}/v1`, kind: 'Role' }, where, name, { rules }),
    object('rolebindings', { apiVersion: `${rbac}/v1`, kind: 'RoleBinding' }, where, binding, {
      roleRef: { apiGroup: rbac, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: ours, namespace }],
    }),
  ];
  const v1 = (kind: string): { apiVersion: string; kind: string } => ({ apiVersion: 'v1', kind });
  return [
    object('serviceaccounts', v1('ServiceAccount'), namespace, ours, {}),
    ...roleObjects(namespace, 'db-ferry-runner', [
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update', 'patch'] },
    ]),
    ...targets.flatMap((target) =>
      // a binding of its own: another runner of the same namespace keeps its right
      roleObjects(
        target,
        'db-ferry-jobs',
        [
          { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
          { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
        ],
        `db-ferry-jobs-${namespace}`,
      ),
    ),
    object('persistentvolumeclaims', v1('PersistentVolumeClaim'), namespace, ours, {
      spec: {
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: size } },
        ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
      },
    }),
    ...parts.map(({ name, binaryData }) =>
      object('configmaps', v1('ConfigMap'), namespace, name, { immutable: true, binaryData }),
    ),
    object('configmaps', v1('ConfigMap'), namespace, settingsName, { data: settingsMap(settings) }),
  ];
}

function object(
  path: Parameters<typeof pathOf>[0],
  type: { readonly apiVersion: string; readonly kind: string },
  namespace: string,
  name: string,
  body: JsonObject,
): Applied {
  const metadata = { name, namespace, labels: { [labels.managedBy]: ours, [labels.name]: ours } };
  return {
    kind: type.kind,
    namespace,
    name,
    path: pathOf(path, namespace, name),
    body: { ...type, metadata, ...body },
  };
}

async function hasGroup(client: KubeClient, group: string): Promise<boolean> {
  try {
    await client.get(`/apis/${group}`);
    return true;
  } catch (error) {
    if (isAppError(error, 'cluster.api') || isAppError(error, 'cluster.forbidden')) return false;
    throw error;
  }
}
