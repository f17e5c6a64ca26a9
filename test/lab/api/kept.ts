import { randomUUID } from 'node:crypto';
import type { KubeObject, Resource } from './objects';

/** What a container printed so far, for who reads its log. */
export interface PodLog {
  readonly chunks: Buffer[];
  ended: boolean;
  readonly readers: Set<() => void>;
}

/** Objects that clients made, beside those that a cluster of the lab has by itself. */
export class Kept {
  /** grows with every change */
  revision = 0;
  readonly logs = new Map<string, PodLog>();
  private readonly objects = new Map<string, KubeObject>();

  /** All of one plural. */
  items(plural: string): KubeObject[] {
    return [...this.objects].flatMap(([key, object]) => (key.startsWith(`${plural} `) ? [object] : []));
  }

  find(plural: string, namespace: string, name: string): KubeObject | undefined {
    return this.objects.get(keyOf(plural, namespace, name));
  }

  /** Keeps an object, in place of the one of its name. Its uid and its beginning stay. Returns it as it is kept. */
  put(plural: string, object: KubeObject): KubeObject {
    const { name, namespace = '' } = object.metadata;
    const before = this.find(plural, namespace, name);
    const kept = {
      ...object,
      metadata: {
        ...object.metadata,
        // the store gives each change its own
        resourceVersion: undefined,
        uid: before?.metadata['uid'] ?? object.metadata['uid'] ?? randomUUID(),
        creationTimestamp: before?.metadata['creationTimestamp'] ?? new Date().toISOString(),
      },
    };
    this.objects.set(keyOf(plural, namespace, name), kept);
    this.revision += 1;
    return kept;
  }

  /** Drops an object, and those that it owns; pods are left to whoever ends their processes. */
  drop(plural: string, { metadata }: KubeObject): void {
    if (!this.objects.delete(keyOf(plural, metadata.namespace ?? '', metadata.name))) return;
    this.revision += 1;
    for (const [key, object] of this.objects) {
      const [owned = ''] = key.split(' ');
      if (owned !== 'pods' && ownersOf(object).some(({ uid }) => uid === metadata['uid'])) this.drop(owned, object);
    }
  }
}

export function ownersOf({ metadata }: KubeObject): readonly { readonly kind: string; readonly uid: string }[] {
  return (metadata['ownerReferences'] as { kind: string; uid: string }[] | undefined) ?? [];
}

/** What clients may make where a cluster keeps it. */
export const keptResources: readonly Resource[] = [
  kept('', 'configmaps', 'ConfigMap', ['cm']),
  kept('', 'secrets', 'Secret'),
  kept('', 'serviceaccounts', 'ServiceAccount', ['sa']),
  kept('', 'persistentvolumeclaims', 'PersistentVolumeClaim', ['pvc']),
  kept('batch', 'jobs', 'Job'),
  kept('batch', 'cronjobs', 'CronJob', ['cj']),
  kept('coordination.k8s.io', 'leases', 'Lease'),
  kept('rbac.authorization.k8s.io', 'roles', 'Role'),
  kept('rbac.authorization.k8s.io', 'rolebindings', 'RoleBinding'),
];

function kept(group: string, plural: string, kind: string, shortNames: readonly string[] = []): Resource {
  const items: Resource['items'] = ({ kept: objects }) => objects?.items(plural) ?? [];
  return { ...{ group, plural, kind, shortNames, items }, namespaced: true, writable: true };
}

function keyOf(plural: string, namespace: string, name: string): string {
  return `${plural} ${namespace}/${name}`;
}
