import type { Finding } from '../base/finding';
import type { Cluster } from './cluster';

/** A warning for each cluster whose certificate nobody checks: dumps and logins go to whoever answers at its address. Pure. */
export function aboutTrust(clusters: readonly Cluster[]): Finding[] {
  return [...new Set(clusters)]
    .filter(({ insecure }) => insecure === true)
    .map(({ alias: cluster, server }) => ({ level: 'warn', code: 'cluster.insecure', data: { cluster, server } }));
}
