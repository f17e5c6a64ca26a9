import type { LabClusterState, LabPod } from '../labPod';
import { apiVersionOf, known, lookOf, looksLike, type KubeObject, type PodLook, type Resource } from './objects';

/** One change of one object, in the order it was seen. */
export interface Change {
  readonly revision: number;
  readonly resource: Resource;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

interface Stored {
  readonly text: string;
  readonly source: KubeObject;
  readonly object: KubeObject;
}

/**
 * Gives the state, which tests change as they like, what a real store has: a revision for every change, so that no
 * change between a list and a watch is lost.
 */
export class Store {
  private current = 100;
  private compacted = 0;
  private readonly kinds = new Map<Resource, Map<string, Stored>>();
  private readonly sorted = new Map<Resource, Map<string, KubeObject[]>>();
  private changes: Change[] = [];
  private seen: { readonly pods: readonly LabPod[]; readonly looks: readonly PodLook[]; readonly names: string } = {
    ...{ pods: [], looks: [], names: '' },
  };

  constructor(private readonly state: LabClusterState) {
    this.sync();
  }

  /** The revision after everything that was changed until now. */
  get revision(): number {
    this.sync();
    return this.current;
  }

  /** All objects, or those of one namespace, by namespace and name. */
  list(resource: Resource, namespace = ''): readonly KubeObject[] {
    this.sync();
    return this.sorted.get(resource)?.get(namespace) ?? [];
  }

  /** What changed after a revision; undefined when that is forgotten (410). */
  since(resource: Resource, revision: number): readonly Change[] | undefined {
    this.sync();
    if (revision < this.compacted) return undefined;
    return this.changes.filter((change) => change.resource === resource && change.revision > revision);
  }

  /** Forgets the past: older revisions and continue tokens are answered with 410 from now on. */
  compact(): void {
    this.current = this.revision + 1;
    this.compacted = this.current;
    this.changes = [];
  }

  isForgotten(revision: number): boolean {
    return revision < this.compacted;
  }

  private sync(): void {
    if (!this.isChanged()) return;
    for (const resource of known(this.state)) this.syncKind(resource);
    if (this.changes.length > 50_000) {
      this.changes = this.changes.slice(-25_000);
      this.compacted = (this.changes[0]?.revision ?? this.current) - 1;
    }
  }

  private isChanged(): boolean {
    const { pods, namespaces } = this.state;
    const names = `${namespaces.join('/')} ${this.state.kept?.revision ?? 0}`;
    const before = this.seen;
    const isSame =
      names === before.names &&
      pods.length === before.pods.length &&
      pods.every((pod, at) => {
        const look = before.looks[at];
        return pod === before.pods[at] && look !== undefined && looksLike(pod, look);
      });
    if (!isSame) this.seen = { pods: [...pods], looks: pods.map(lookOf), names };
    return !isSame;
  }

  private syncKind(resource: Resource): void {
    const old = this.kinds.get(resource) ?? new Map<string, Stored>();
    const now = new Map<string, Stored>();
    for (const source of resource.items(this.state)) {
      const key = keyOf(source);
      const before = old.get(key);
      if (before?.source === source) {
        now.set(key, before);
        continue;
      }
      const text = JSON.stringify(source);
      if (before?.text === text) {
        now.set(key, { ...before, source });
        continue;
      }
      const isSameOne = before?.object.metadata['uid'] === source.metadata['uid'];
      if (before && !isSameOne) this.note(resource, 'DELETED', before.object);
      now.set(key, { text, source, object: this.note(resource, before && isSameOne ? 'MODIFIED' : 'ADDED', source) });
    }
    for (const [key, { object }] of old) if (!now.has(key)) this.note(resource, 'DELETED', object);
    this.kinds.set(resource, now);
    this.sorted.set(resource, inOrder(now));
  }

  private note(resource: Resource, type: Change['type'], source: KubeObject): KubeObject {
    const revision = ++this.current;
    const metadata = { ...source.metadata, resourceVersion: String(revision) };
    const object = { ...source, apiVersion: apiVersionOf(resource), metadata };
    this.changes.push({ revision, resource, type, object });
    return object;
  }
}

/** The order in which a real store lists. */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** By namespace; those of all namespaces under the empty name. */
function inOrder(stored: ReadonlyMap<string, Stored>): Map<string, KubeObject[]> {
  const all = [...stored.keys()].sort().flatMap((key) => stored.get(key)?.object ?? []);
  const spaces = new Map([['', all]]);
  for (const object of all) {
    const { namespace } = object.metadata;
    if (namespace === undefined) continue;
    const here = spaces.get(namespace);
    if (here) here.push(object);
    else spaces.set(namespace, [object]);
  }
  return spaces;
}
