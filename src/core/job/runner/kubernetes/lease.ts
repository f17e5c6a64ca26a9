import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '../../../base/errors';
import type { KubeClient } from '../../../cluster/kubeClient';
import { labels, ours, pathOf } from './names';
import type { Meta } from './objects';

/** A database that is held for one job of the cluster. */
export interface HeldLease {
  release(): Promise<void>;
}

interface Lease {
  readonly metadata: Meta;
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
  };
}

const seconds = { held: 40, renew: 10, poll: 2 };

/**
 * Holds a Lease by which jobs of one database, whoever started them, come one after the other. Waits while another job that lives has it, `patienceMs` at most: throws
 * `target.busy` { reference, job } then. Whose renewal is older than it promised has lost it; how long that is is measured here, so that no two clocks are compared.
 */
export async function holdLease(
  client: KubeClient,
  { namespace, reference, job }: { readonly namespace: string; readonly reference: string; readonly job: string },
  { signal, patienceMs = 30 * 60_000 }: { readonly signal: AbortSignal; readonly patienceMs?: number },
): Promise<HeldLease> {
  const name = leaseName(reference);
  const path = pathOf('leases', namespace, name);
  const deadline = Date.now() + patienceMs;
  let seen: { readonly version: string; readonly since: number } | undefined;
  for (;;) {
    const found = await get(client, path, signal);
    const version = found?.metadata.resourceVersion ?? '';
    if (seen?.version !== version) seen = { version, since: Date.now() };
    const holder = found?.spec?.holderIdentity ?? '';
    const silentFor = Date.now() - seen.since;
    const isFree =
      holder === '' || holder === job || silentFor > (found?.spec?.leaseDurationSeconds ?? seconds.held) * 1000;
    if (isFree && (await take(client, { namespace, name, job, found, signal }))) break;
    if (!isFree && Date.now() > deadline) throw new AppError('target.busy', { reference, job: holder });
    await pause(seconds.poll * 1000, signal);
  }
  const renewal = setInterval(() => {
    void client.patch(path, 'merge', { spec: { renewTime: now() } }).catch(() => undefined);
  }, seconds.renew * 1000);
  renewal.unref();
  return {
    async release() {
      clearInterval(renewal);
      const found = await get(client, path, new AbortController().signal).catch(() => undefined);
      if (found?.spec?.holderIdentity !== job) return;
      await client.put(path, { ...found, spec: { ...found.spec, holderIdentity: '' } }).catch(() => undefined);
    },
  };
}

/** The name of the Lease of a database. Pure. */
export function leaseName(reference: string): string {
  return `db-ferry-${createHash('sha256').update(reference).digest('hex').slice(0, 16)}`;
}

async function get(client: KubeClient, path: string, signal: AbortSignal): Promise<Lease | undefined> {
  try {
    return await client.get<Lease>(path, { signal });
  } catch (error) {
    if (isAppError(error, 'cluster.api') && error.data['status'] === 404) return undefined;
    throw error;
  }
}

/** False where another one was first: what is replaced is the very version that was seen. */
async function take(
  client: KubeClient,
  asked: {
    readonly namespace: string;
    readonly name: string;
    readonly job: string;
    readonly found: Lease | undefined;
    readonly signal: AbortSignal;
  },
): Promise<boolean> {
  const { namespace, name, job, found, signal } = asked;
  const spec = { holderIdentity: job, leaseDurationSeconds: seconds.held, acquireTime: now(), renewTime: now() };
  const metadata = found?.metadata ?? { name, namespace, labels: { [labels.managedBy]: ours } };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  try {
    if (found) await client.put(pathOf('leases', namespace, name), lease, { signal });
    else await client.post(pathOf('leases', namespace), lease, { signal });
    return true;
  } catch (error) {
    if (isAppError(error, 'cluster.api') && error.data['status'] === 409) return false;
    throw error;
  }
}

/** As Kubernetes writes a MicroTime. */
function now(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    throw new AppError('cancelled', {}, { cause: error });
  }
}
