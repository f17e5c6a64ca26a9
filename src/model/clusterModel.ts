import type { Cluster } from '../core/cluster/cluster';
import type { KubeClient } from '../core/cluster/kubeClient';
import { formatReference } from '../core/cluster/reference';
import { AppError, isAppError, toAppError } from '../core/base/errors';
import type { DatabasePod, OpenPod } from '../core/pod/databasePod';
import { t } from '../words/language';

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
  /** pinned namespaces that were asked for */
  readonly #lookedIn = new Set<string>();
  readonly #following = new Map<string, AbortController>();
  readonly #paused = new Set<string>();
  /** what following told, which is newer than a list that is still being read */
  readonly #seen = new Map<string, readonly DatabasePod[]>();
  readonly #opening = new Map<string, Promise<OpenPod>>();
  readonly #opened = new Map<string, OpenPod>();

  /** `probe` looks into a pod. */
  constructor(
    readonly client: KubeClient,
    private readonly changed: (model: ClusterModel) => void,
    private readonly probe: typeof probePod = probePod,
  ) {
    this.cluster = client.cluster;
  }

  /** What is known by now; grows while it loads. */
  get contents(): ClusterContents {
    return this.#contents;
  }

  /** Why it could not be loaded, or is not shown any more. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  /** Resolves when its pods are found, or could not be: see `failure`. `pinned`: namespaces to ask for by name as well. */
  load(pinned: readonly string[] = []): Promise<void> {
    const { signal } = this.#abort;
    const added = pinned.filter((name) => !this.#lookedIn.has(name));
    for (const name of added) this.#lookedIn.add(name);
    if (!this.#loading) this.#loading = this.#load(pinned, signal);
    else if (added.length > 0) this.#loading = this.#loading.then(async () => this.#lookIn(added, signal));
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
    const { signal } = this.#abort;
    const opening = this.#open(pod, signal);
    this.#opening.set(pod.uid, opening);
    try {
      const opened = await opening;
      if (this.#opening.get(pod.uid) === opening) this.#opened.set(pod.uid, opened);
      return opened;
    } catch (error) {
      if (this.#opening.get(pod.uid) === opening) this.#opening.delete(pod.uid);
      await this.#lose(error, signal);
      throw error;
    }
  }

  /** What the last probe of a pod found; undefined where nobody opened it. */
  opened({ uid }: DatabasePod): OpenPod | undefined {
    return this.#opened.get(uid);
  }

  /** What a probe found is old: a job changed something there. Of a pod that is open what is known stays until the new answer is there; another is asked when it is opened. */
  reprobe(uid: string): void {
    const known = this.#opened.get(uid);
    this.#opening.delete(uid);
    if (known === undefined) return this.changed(this);
    const again = this.open(known.pod);
    again.then(
      () => this.changed(this),
      () => {
        // why shows in its place
        this.#closePod(uid);
        this.changed(this);
      },
    );
  }

  /** Drops what is known, the login as well: a new one may be there; what runs is ended. */
  forget(): void {
    this.client.forgetLogin();
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#loading = undefined;
    this.#contents = nothing;
    this.#failure = undefined;
    this.#opening.clear();
    this.#opened.clear();
    this.#lookedIn.clear();
    this.#seen.clear();
    this.#unfollowAll();
  }

  /** Another model takes its place: it follows nothing any more, and what somebody waits for comes to its end. */
  retire(): void {
    this.#unfollowAll();
  }

  /** Follows the pods of a namespace until `unfollow` or `forget`: what comes and goes is seen, and a login that is lost. */
  follow(namespace: string): void {
    if (this.#following.has(namespace)) return;
    const abort = new AbortController();
    this.#following.set(namespace, abort);
    void this.#follow(namespace, abort.signal)
      // what else fails here shows when the cluster is refreshed
      .catch(async (error: unknown) => this.#lose(error, abort.signal))
      .finally(() => {
        if (this.#following.get(namespace) === abort) this.#following.delete(namespace);
      });
  }

  unfollow(namespace: string): void {
    this.#following.get(namespace)?.abort();
    this.#following.delete(namespace);
    this.#paused.delete(namespace);
  }

  /** Nobody sees its namespaces: none is followed until `resume`. */
  pause(): void {
    const seen = [...this.#following.keys()];
    for (const namespace of seen) this.unfollow(namespace);
    for (const namespace of seen) this.#paused.add(namespace);
  }

  /** Follows again what was followed before `pause`. */
  resume(): void {
    for (const namespace of this.#paused) this.follow(namespace);
    this.#paused.clear();
  }

  #unfollowAll(): void {
    for (const namespace of [...this.#following.keys(), ...this.#paused]) this.unfollow(namespace);
  }

  async #follow(namespace: string, signal: AbortSignal): Promise<void> {
    const { followPods } = await import('../core/pod/discover/followPods');
    for await (const pods of followPods(this.client, namespace, signal)) {
      if (signal.aborted) return;
      this.#seen.set(namespace, pods);
      const known = this.#contents.namespaces.get(namespace) ?? [];
      if (JSON.stringify(known) === JSON.stringify(pods)) continue;
      for (const { uid } of known) if (!pods.some((pod) => pod.uid === uid)) this.#closePod(uid);
      this.#contents = { ...this.#contents, namespaces: withPods(this.#contents.namespaces, namespace, pods) };
      this.changed(this);
    }
  }

  async #open(pod: DatabasePod, signal: AbortSignal): Promise<OpenPod> {
    const late = AbortSignal.timeout(probeTimeoutMs);
    try {
      return await this.probe(this.client, pod, AbortSignal.any([signal, late]));
    } catch (error) {
      if (!late.aborted || signal.aborted) throw error;
      const message = t`no answer within ${probeTimeoutMs / 1000} s`;
      const { cluster, namespace, name } = pod;
      const reference = formatReference({ cluster, namespace, pod: name });
      throw new AppError('pod.noServer', { reference, message }, { cause: error });
    }
  }

  /** A login that is lost concerns all that is shown of the cluster, whoever met it. `signal`: of what met it. */
  async #lose(error: unknown, signal: AbortSignal): Promise<void> {
    const { isLostLogin } = await import('../core/pod/discover/followPods');
    if (signal.aborted || this.#failure || !isLostLogin(error)) return;
    this.#unfollowAll();
    this.#failure = error;
    this.changed(this);
  }

  #closePod(uid: string): void {
    this.#opening.delete(uid);
    this.#opened.delete(uid);
  }

  async #load(pinned: readonly string[], signal: AbortSignal): Promise<void> {
    try {
      const [{ findPods }, { listNamespaces }] = await Promise.all([
        import('../core/pod/discover/findPods'),
        import('../core/cluster/namespaces'),
      ]);
      const listing = listNamespaces(this.client, signal);
      const early: DatabasePod[] = [];
      const finding = findPods(this.client, {
        signal,
        namespaces: async () => [...new Set([...(await listing).namespaces, ...pinned])],
        onPods: (pods) => {
          if (signal.aborted) return;
          early.push(...pods);
          this.#contents = { ...this.#contents, namespaces: this.#upToDate(early) };
          this.changed(this);
        },
      });
      const [listed, { pods, forbidden }] = await Promise.all([listing, finding]);
      if (signal.aborted) return;
      const { word, namespaces, isComplete, environments } = listed;
      this.#contents = {
        ...{ word, forbidden, environments },
        ...(isComplete ? { total: namespaces.length } : {}),
        namespaces: this.#upToDate(pods),
      };
    } catch (error) {
      if (signal.aborted) return;
      this.#failure = toAppError(error);
    }
    this.changed(this);
  }

  /** Asks for namespaces by name that were pinned after the loading began; what cannot be asked is left out. */
  async #lookIn(namespaces: readonly string[], signal: AbortSignal): Promise<void> {
    const { findPods } = await import('../core/pod/discover/findPods');
    for (const namespace of namespaces) {
      if (this.#contents.namespaces.has(namespace)) continue;
      try {
        const { pods } = await findPods(this.client, { namespace, signal });
        if (signal.aborted) return;
        this.#contents = { ...this.#contents, namespaces: withPods(this.#contents.namespaces, namespace, pods) };
      } catch (error) {
        if (signal.aborted) return;
        await this.#lose(error, signal);
        if (isAppError(error, 'cluster.forbidden')) {
          const forbidden = [...new Set([...this.#contents.forbidden, namespace])].sort();
          this.#contents = { ...this.#contents, forbidden };
        }
      }
    }
    this.changed(this);
  }

  /** Pods of a list, with those namespaces that are followed as following told them. */
  #upToDate(pods: readonly DatabasePod[]): ClusterContents['namespaces'] {
    let namespaces: ClusterContents['namespaces'] = byNamespace(pods);
    for (const [namespace, seen] of this.#seen) namespaces = withPods(namespaces, namespace, seen);
    return namespaces;
  }
}

async function probePod(client: KubeClient, pod: DatabasePod, signal: AbortSignal): Promise<OpenPod> {
  const { openPod } = await import('../core/pod/openPod');
  return openPod(client, pod, signal);
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
