import { hasStatus } from './apiError';
import type { CallOptions, KubeClient } from './kubeClient';

/** A Lease of Kubernetes, as far as we ask for it: who holds something, and for how long without a sign. */
export interface Lease {
  readonly metadata: { readonly resourceVersion?: string | undefined; readonly [more: string]: unknown };
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number | null;
    readonly leaseTransitions?: number | null;
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
  };
}

/** Which one. */
export interface LeaseAt {
  readonly namespace: string;
  readonly name: string;
}

/** Undefined: there is none. Throws `cluster.*`. */
export async function readLease(
  client: KubeClient,
  at: LeaseAt,
  options: CallOptions = {},
): Promise<Lease | undefined> {
  try {
    return await client.get<Lease>(pathOf(at), options);
  } catch (error) {
    if (hasStatus(error, 404)) return undefined;
    throw error;
  }
}

/** Writes it over the very version that was read, or makes it where there was none. False: somebody else was first. Throws `cluster.*`. */
export async function writeLease(
  client: KubeClient,
  at: LeaseAt,
  found: Lease | undefined,
  { spec, labels }: { readonly spec: Lease['spec']; readonly labels?: Readonly<Record<string, string>> },
  options: CallOptions = {},
): Promise<boolean> {
  const metadata = found?.metadata ?? { ...at, ...(labels === undefined ? {} : { labels }) };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
  try {
    if (found) await client.put(pathOf(at), lease, options);
    else await client.post(pathOf({ namespace: at.namespace }), lease, options);
    return true;
  } catch (error) {
    if (hasStatus(error, 409)) return false;
    throw error;
  }
}

/** Now, as Kubernetes writes a MicroTime. */
export function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z');
}

function pathOf({ namespace, name }: { readonly namespace: string; readonly name?: string }): string {
  const all = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}
