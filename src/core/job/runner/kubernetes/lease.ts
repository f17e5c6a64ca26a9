import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../base/errors';
import type { KubeClient } from '../../../cluster/kubeClient';
import { microTime, readLease, writeLease, type LeaseAt } from '../../../cluster/lease';
import { labels, ours } from './names';

/** A database that is held for one job of the cluster. */
export interface HeldLease {
  release(): Promise<void>;
}

const seconds: { readonly held: number; readonly renew: number; readonly poll: number } = {
  held: 40,
  renew: 10,
  poll: 2,
};

/**
 * Holds a Lease by which jobs of one database, whoever started them, come one after the other. Waits while another job that lives has it, `patienceMs` at most: throws
 * `target.busy` { reference, job } then. Whose renewal is older than it promised has lost it; how long that is is measured here, so that no two clocks are compared. `onLost` is called once, where
 * another job has it, or where it could not be renewed for so long that one may: with the job that has it, if that is known.
 */
export async function holdLease(
  client: KubeClient,
  { namespace, reference, job }: { readonly namespace: string; readonly reference: string; readonly job: string },
  { signal, onLost, patienceMs = 30 * 60_000, held = seconds }: LeaseOptions,
): Promise<HeldLease> {
  const at = { namespace, name: leaseName(reference) };
  const deadline = Date.now() + patienceMs;
  let seen: { readonly version: string; readonly since: number } | undefined;
  for (;;) {
    const found = await readLease(client, at, { signal });
    const version = found?.metadata.resourceVersion ?? '';
    if (seen?.version !== version) seen = { version, since: Date.now() };
    const holder = found?.spec?.holderIdentity ?? '';
    const silentFor = Date.now() - seen.since;
    const isFree =
      holder === '' || holder === job || silentFor > (found?.spec?.leaseDurationSeconds ?? held.held) * 1000;
    if (isFree && (await writeLease(client, at, found, taken(job, held.held), { signal }))) break;
    if (!isFree && Date.now() > deadline) throw new AppError('target.busy', { reference, job: holder });
    await pause(held.poll * 1000, signal);
  }
  const over = new AbortController();
  const renewing = keepRenewing(client, at, { job, held, signal: over.signal }).then((by) => {
    if (!over.signal.aborted) onLost(by);
  });
  return {
    async release() {
      over.abort();
      await renewing;
      const found = await readLease(client, at).catch(() => undefined);
      if (found?.spec?.holderIdentity !== job) return;
      const spec = { ...found.spec, holderIdentity: '' };
      // it runs out by itself
      await writeLease(client, at, found, { spec }).catch(() => undefined);
    },
  };
}

interface LeaseOptions {
  readonly signal: AbortSignal;
  readonly onLost: (by: string | undefined) => void;
  readonly patienceMs?: number;
  /** seconds: how long it is promised, how often it is renewed and looked at */
  readonly held?: typeof seconds;
}

/**
 * Renews the very Lease that is this job's, until that is over or lost: then it resolves with whose it is, if it is somebody's. What is renewed is the version that was read, so that another job's is never
 * renewed for it; where no answer says that it is this job's it is counted as lost a renewal before others may take it.
 */
async function keepRenewing(
  client: KubeClient,
  at: LeaseAt,
  { job, held, signal }: { readonly job: string; readonly held: typeof seconds; readonly signal: AbortSignal },
): Promise<string | undefined> {
  let since = Date.now();
  let wait = held.renew;
  for (;;) {
    await sleep(wait * 1000, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return undefined;
    const asked = Date.now();
    const answered = AbortSignal.any([signal, AbortSignal.timeout(held.renew * 500)]);
    try {
      const found = await readLease(client, at, { signal: answered });
      const holder = found?.spec?.holderIdentity ?? '';
      if (holder !== job) return holder === '' ? undefined : holder;
      const spec = { ...found?.spec, renewTime: microTime() };
      const isRenewed = await writeLease(client, at, found, { spec }, { signal: answered });
      // where somebody wrote it meanwhile the next look tells
      if (isRenewed) since = asked;
      wait = isRenewed ? held.renew : held.poll;
    } catch {
      // nobody answered: the next look tells
      wait = held.poll;
    }
    if (Date.now() - since > (held.held - held.renew) * 1000) return undefined;
  }
}

/** The name of the Lease of a database. Pure. */
export function leaseName(reference: string): string {
  return `db-ferry-${createHash('sha256').update(reference).digest('hex').slice(0, 16)}`;
}

/** As it is when this job takes it. */
function taken(job: string, held: number): Parameters<typeof writeLease>[3] {
  const now = microTime();
  const spec = { holderIdentity: job, leaseDurationSeconds: held, acquireTime: now, renewTime: now };
  return { spec, labels: { [labels.managedBy]: ours } };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw new AppError('cancelled', {}, { cause: error });
  }
}
