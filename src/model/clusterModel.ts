import type { Cluster } from '../core/cluster/cluster';
import type { KubeClient } from '../core/cluster/kubeClient';
import { toAppError, type AppError } from '../core/errors';
import type { DatabasePod, OpenPod } from '../core/pod/databasePod';

/** What is known of one cluster. */
export interface ClusterContents {
  /** what its namespaces are called there */
  readonly word: 'project' | 'namespace';
  /** those that hold database pods, with them; sorted */
  readonly namespaces: ReadonlyMap<string, readonly DatabasePod[]>;
  /** how many there are in all; undefined where they may not be listed */
  readonly total?: number;
  /** namespaces whose pods may not be listed */
  readonly forbidden: readonly string[];
  /** production, test, … by namespace */
  readonly environments: ReadonlyMap<string, string>;
}

/** One cluster as this window knows it: loaded once it is asked for, then kept until it is forgotten. */
export class ClusterModel {
  readonly cluster: Cluster;
  #contents: ClusterContents = nothing;
  #failure: AppError | undefined;
  #loading: Promise<void> | undefined;
  #abort = new AbortController();
  readonly #opening = new Map<string, Promise<OpenPod>>();
  readonly #opened = new Map<string, OpenPod>();

  constructor(
    readonly client: KubeClient,
    private readonly changed: (model: ClusterModel) => void,
  ) {
    this.cluster = client.cluster;
  }

  /** What is known by now; grows while it loads. */
  get contents(): ClusterContents {
    return this.#contents;
  }

  /** Why it could not be loaded. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  /** Resolves when its pods are found, or could not be: see `failure`. `pinned`: namespaces to ask for by name as well. */
  load(pinned: readonly string[] = []): Promise<void> {
    this.#loading ??= this.#load(pinned, this.#abort.signal);
    return this.#loading;
  }

  /** True once the first loading came to its end. */
  get isLoaded(): boolean {
    return this.#contents !== nothing || this.#failure !== undefined;
  }

  /** Runs the probe in a pod, once; a failure is not kept. Throws what opening throws. */
  async open(pod: DatabasePod): Promise<OpenPod> {
    const known = this.#opening.get(pod.uid);
    if (known) return known;
    const opening = import('../core/pod/openPod').then(({ openPod }) =>
      openPod(this.client, pod, AbortSignal.any([this.#abort.signal, AbortSignal.timeout(probeTimeoutMs)])),
    );
    this.#opening.set(pod.uid, opening);
    try {
      const opened = await opening;
      if (this.#opening.get(pod.uid) === opening) this.#opened.set(pod.uid, opened);
      return opened;
    } catch (error) {
      this.#opening.delete(pod.uid);
      throw error;
    }
  }

  /** What the last probe of a pod found; undefined where nobody opened it. */
  opened({ uid }: DatabasePod): OpenPod | undefined {
    return this.#opened.get(uid);
  }

  /** What a probe found is old: a job changed something there. */
  reprobe(uid: string): void {
    this.#closePod(uid);
    this.changed(this);
  }

  /** Drops what is known; what runs is ended. */
  forget(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#loading = undefined;
    this.#contents = nothing;
    this.#failure = undefined;
    this.#opening.clear();
    this.#opened.clear();
  }

  /** Follows the pods of a namespace until the signal aborts: what comes and goes is seen. */
  async follow(namespace: string, signal: AbortSignal): Promise<void> {
    const { followPods } = await import('../core/pod/followPods');
    for await (const pods of followPods(this.client, namespace, signal)) {
      const known = this.#contents.namespaces.get(namespace) ?? [];
      if (JSON.stringify(known) === JSON.stringify(pods)) continue;
      for (const { uid } of known) if (!pods.some((pod) => pod.uid === uid)) this.#closePod(uid);
      this.#contents = { ...this.#contents, namespaces: withPods(this.#contents.namespaces, namespace, pods) };
      this.changed(this);
    }
  }

  #closePod(uid: string): void {
    this.#opening.delete(uid);
    this.#opened.delete(uid);
  }

  async #load(pinned: readonly string[], signal: AbortSignal): Promise<void> {
    try {
      const [{ findPods }, { listNamespaces }] = await Promise.all([
        import('../core/pod/findPods'),
        import('../core/cluster/namespaces'),
      ]);
      const listing = listNamespaces(this.client, signal);
      const early: DatabasePod[] = [];
      const finding = findPods(this.client, {
        signal,
        namespaces: async () => [...new Set([...(await listing).namespaces, ...pinned])],
        onPods: (pods) => {
          early.push(...pods);
          this.#contents = { ...this.#contents, namespaces: byNamespace(early) };
          this.changed(this);
        },
      });
      const [listed, { pods, forbidden }] = await Promise.all([listing, finding]);
      if (signal.aborted) return;
      const { word, namespaces, isComplete, environments } = listed;
      this.#contents = {
        ...{ word, forbidden, environments },
        ...(isComplete ? { total: namespaces.length } : {}),
        namespaces: byNamespace(pods),
      };
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = toAppError(error);
    }
    this.changed(this);
  }
}

const probeTimeoutMs = 60_000;

const nothing: ClusterContents = { word: 'namespace', namespaces: new Map(), forbidden: [], environments: new Map() };

function byNamespace(pods: readonly DatabasePod[]): Map<string, readonly DatabasePod[]> {
  const map = new Map<string, DatabasePod[]>();
  for (const pod of pods) {
    const known = map.get(pod.namespace);
    if (known) known.push(pod);
    else map.set(pod.namespace, [pod]);
  }
  return sorted(map);
}

function sorted<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function withPods(
  namespaces: ClusterContents['namespaces'],
  namespace: string,
  pods: readonly DatabasePod[],
): ClusterContents['namespaces'] {
  const all = new Map(namespaces);
  if (pods.length === 0) all.delete(namespace);
  else all.set(namespace, pods);
  return sorted(all);
}
