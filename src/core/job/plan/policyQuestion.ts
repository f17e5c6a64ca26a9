import { isOurs, type BackupEntry } from '../../catalog/manifest';
import { environmentOf } from '../../cluster/environment';
import type { KubeClient } from '../../cluster/kubeClient';
import type { OpenPod } from '../../pod/databasePod';
import type { AskedOperation } from '../../policy/rules/decideByPolicy';
import type { KnownPlace } from '../../policy/rules/policyPlaces';
import type { Asked } from '../request';

/** A database as policies are asked about it. The environment is what the namespace's labels say. */
export function knownPlace(
  cluster: KnownPlace['cluster'],
  { pod, facts }: Pick<OpenPod, 'pod' | 'facts'>,
  database: string | undefined,
  environment: string | undefined,
): KnownPlace {
  const bytes = facts.databases.find(({ name }) => name === database)?.bytes;
  return { cluster, namespace: pod.namespace, workload: pod.workload.name, database, environment, bytes };
}

/** The same, of a cluster that is asked for the labels. Throws `cancelled`. */
export async function lookedUpPlace(
  client: KubeClient,
  pod: Pick<OpenPod, 'pod' | 'facts'>,
  database: string | undefined,
  signal: AbortSignal,
): Promise<KnownPlace> {
  return knownPlace(client.cluster, pod, database, await environmentOf(client, pod.pod.namespace, signal));
}

/** What a backup says of itself, as far as that is proven: of one that nobody vouches for nothing is known, neither where it comes from nor that it is masked. */
export function provenFacts(backup: BackupEntry): Pick<AskedOperation, 'source' | 'masked' | 'drilled'> {
  if (!isOurs(backup)) return {};
  const { source, masked, verified, size } = backup.manifest;
  const { database: bytes } = size;
  const { cluster: alias, server, namespace, workload, database, environment } = source;
  const restored = verified.filter(({ level }) => level === 'restored').map(({ time }) => new Date(time));
  const drilled = restored.sort((a, b) => a.getTime() - b.getTime()).at(-1);
  return {
    source: { cluster: { alias, server, contexts: [] }, namespace, workload, database, environment, bytes },
    masked: masked !== undefined,
    drilled,
  };
}

/** What whoever asks says of it. */
export function askedFacts({
  reason,
  ticket,
  emergency,
  notBefore,
}: Asked): Pick<AskedOperation, 'reason' | 'ticket' | 'emergency' | 'from'> {
  return { reason, ticket, emergency, from: notBefore === undefined ? undefined : new Date(notBefore) };
}
