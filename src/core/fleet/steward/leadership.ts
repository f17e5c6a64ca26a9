import { AppError } from '../../base/errors';
import type { KubeClient } from '../../cluster/kubeClient';
import { microTime, readLease, writeLease, type LeaseAt } from '../../cluster/lease';

/** How long a Lease is held without a renewal, and how long the holder itself counts on it: it stops well before another may begin. */
export interface LeaseTimes {
  readonly heldSeconds: number;
  readonly countedOnSeconds: number;
}

export const leaseName = 'db-ferry-steward';

/**
 * One of several replicas acts: the one that holds a Lease. What a renewal says of the time is compared with nothing; that the Lease did not change for as long as it is held is measured here, by a clock that nobody
 * can set. A replica counts on its Lease from when it asked for it, not from when it was told, so that it stops before another one begins, also where it was stopped and goes on later.
 */
export class Leadership {
  readonly #client: KubeClient;
  readonly #at: LeaseAt;
  readonly #times: LeaseTimes;
  #until = 0;
  #seen: { readonly version: string; readonly since: number } | undefined;

  constructor(
    client: KubeClient,
    namespace: string,
    readonly identity: string,
    times: LeaseTimes = { heldSeconds: 30, countedOnSeconds: 20 },
  ) {
    this.#client = client;
    this.#at = { namespace, name: leaseName };
    this.#times = times;
  }

  /** True while this replica may act. */
  get holds(): boolean {
    return performance.now() < this.#until;
  }

  /** Throws `cancelled` where another one may act by now. */
  fence(): void {
    if (!this.holds) throw new AppError('cancelled');
  }

  /** Renews the Lease, or takes one that nobody holds any more. True: this replica acts. Throws `cluster.*`; it may hold it all the same then, for as long as it counts on it. */
  async seek(signal?: AbortSignal): Promise<boolean> {
    const asked = performance.now();
    const options = {
      timeoutMs: (this.#times.countedOnSeconds * 1000) / 2,
      ...(signal === undefined ? {} : { signal }),
    };
    const found = await readLease(this.#client, this.#at, options);
    const holder = found?.spec?.holderIdentity ?? '';
    const version = found?.metadata.resourceVersion ?? '';
    if (holder !== '' && holder !== this.identity) {
      if (this.#seen?.version !== version) this.#seen = { version, since: asked };
      this.#until = 0;
      const heldMs = (found?.spec?.leaseDurationSeconds ?? this.#times.heldSeconds) * 1000;
      if (performance.now() - this.#seen.since <= heldMs) return false;
    }
    const isNew = holder !== this.identity;
    const now = microTime();
    const spec = {
      holderIdentity: this.identity,
      leaseDurationSeconds: this.#times.heldSeconds,
      acquireTime: isNew ? now : (found?.spec?.acquireTime ?? now),
      renewTime: now,
      leaseTransitions: (found?.spec?.leaseTransitions ?? 0) + (isNew && found ? 1 : 0),
    };
    // of two that take it one is told that it did not
    if (!(await writeLease(this.#client, this.#at, found, { spec }, options))) {
      this.#until = 0;
      return false;
    }
    this.#until = asked + this.#times.countedOnSeconds * 1000;
    return this.holds;
  }

  /** Lets another one act at once. Never throws. */
  async release(): Promise<void> {
    if (!this.holds) return;
    this.#until = 0;
    try {
      const found = await readLease(this.#client, this.#at, { timeoutMs: 5000 });
      if (found?.spec?.holderIdentity !== this.identity) return;
      const spec = { ...found.spec, holderIdentity: '' };
      await writeLease(this.#client, this.#at, found, { spec }, { timeoutMs: 5000 });
    } catch {
      // it runs out by itself
    }
  }
}
