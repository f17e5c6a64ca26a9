import type { KubeClient } from '../core/cluster/kubeClient';
import { AppError } from '../core/base/errors';
import { findCluster, formatReference, parseReference, type DatabaseReference } from '../core/cluster/reference';
import type { AskedOperation } from '../core/policy/rules/decideByPolicy';
import type { KnownPlace } from '../core/policy/rules/policyPlaces';
import type { Operation } from '../core/policy/rules/policySchema';
import type { BackupEntry } from '../core/catalog/manifest';
import { safe } from '../words/format';
import type { Call } from './command';
import { backupReference, databaseReference } from './operands';
import { askedOf, kubeconfigsOf, rootOf } from './setting';

/** The operation that the words of the command line mean. */
export async function questionOf(call: Call): Promise<Question> {
  const { isOperation } = await import('../core/policy/rules/decideByPolicy');
  const { askedFacts, provenFacts } = await import('../core/job/plan/policyQuestion');
  const [operation = '', first, second] = call.operands;
  if (!isOperation(operation)) {
    const { operations } = await import('../core/policy/rules/policySchema');
    const message = `${operation} is no operation; they are ${operations.join(', ')}.`;
    throw new AppError('usage', { message, command: 'policy explain' });
  }
  const { options } = call;
  const backup = takesBackup.includes(operation) && first !== undefined ? await foundBackup(call, first) : undefined;
  const places = [second ?? (backup === undefined ? first : undefined), operation === 'copy' ? first : undefined];
  const [target, from] = await Promise.all(
    places.map(async (text) => (text === undefined ? undefined : lookedAt(call, await placeOf(text)))),
  );
  const isSource = operation === 'backup';
  const of = backup === undefined ? { source: isSource ? target?.place : from?.place } : provenFacts(backup);
  const asked: AskedOperation = {
    ...{ operation, now: new Date(), replaces: replaces(operation, target?.exists, options.as === 'replace') },
    ...{ inPlace: options['in-place'] === true, masked: options.mask !== undefined, ...of },
    ...{ target: isSource ? undefined : target?.place, ...askedFacts(askedOf(call)) },
  };
  const clients = [...new Set([target, from].flatMap((one) => one?.client ?? []))];
  return { asked, clients, ...(backup === undefined ? {} : { sha256: backup.manifest.archive.sha256 }) };
}

/** What policies are asked, and where it would be done. */
export interface Question {
  readonly asked: AskedOperation;
  /** the target's cluster first */
  readonly clients: readonly KubeClient[];
  /** of the archive that is restored */
  readonly sha256?: string;
}

const takesBackup: readonly string[] = ['restore', 'verify', 'drill', 'delete', 'unhold'];

function replaces(operation: Operation, exists: boolean | undefined, isAsked: boolean): boolean {
  if (operation === 'undo' || operation === 'release' || operation === 'swap') return true;
  return exists ?? isAsked;
}

async function placeOf(text: string): Promise<DatabaseReference> {
  const { pod } = parseReference(text);
  return databaseReference(pod === undefined ? `${text}/?/?` : text);
}

async function foundBackup(call: Call, named: string): Promise<BackupEntry> {
  const { findBackup } = await import('../core/catalog/catalog');
  const { formatBackupRef } = await import('../core/job/request');
  return findBackup(await rootOf(call), formatBackupRef(await backupReference(call, named)));
}

interface Known {
  readonly place: KnownPlace;
  readonly client?: KubeClient;
  readonly exists?: boolean;
}

/** The client of a cluster; undefined where no kubeconfig knows it. */
export async function knownBy({
  kubeconfigs,
  cluster,
}: {
  readonly kubeconfigs: readonly string[];
  readonly cluster: string;
}): Promise<{ readonly client?: KubeClient }> {
  const { readClusters } = await import('../core/cluster/readClusters');
  const { connect } = await import('../core/cluster/connect');
  const { clusters, problems } = await readClusters({ files: kubeconfigs, env: process.env });
  try {
    return { client: connect(findCluster(clusters, cluster, problems)) };
  } catch {
    return {};
  }
}

/** A place as its cluster shows it; where nobody may look into its pod, as its pod's name tells. */
async function lookedAt(call: Call, reference: DatabaseReference): Promise<Known> {
  const { Places } = await import('../core/job/plan/places');
  const { lookedUpPlace } = await import('../core/job/plan/policyQuestion');
  const { environmentOf } = await import('../core/cluster/environment');
  const { signal } = new AbortController();
  const kubeconfigs = kubeconfigsOf(call);
  try {
    const { client, pod, database } = await new Places(kubeconfigs).database(reference, signal);
    const exists = pod.facts.databases.some(({ name }) => name === database);
    return { place: await lookedUpPlace(client, pod, database, signal), client, exists };
  } catch {
    call.terminal.info(safe(`${formatReference(reference)} cannot be looked into: it is judged by its name.`));
  }
  const { client } = await knownBy({ kubeconfigs, cluster: reference.cluster });
  const { namespace, pod, database } = reference;
  const cluster = client?.cluster ?? { alias: reference.cluster, server: '', contexts: [] };
  const environment = client && (await environmentOf(client, namespace, signal));
  const place = { cluster, namespace, workload: pod.replace(/-\d+$/, ''), database, environment };
  return { place, ...(client === undefined ? {} : { client }) };
}
