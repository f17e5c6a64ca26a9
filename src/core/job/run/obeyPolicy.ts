import { AppError, isAppError } from '../../base/errors';
import { isBlocked, type Finding } from '../../base/finding';
import { defined } from '../../base/defined';
import { formatReference, type DatabaseReference } from '../../cluster/reference';
import { recipientsOfBackups } from '../../encrypt/recipients';
import { decide, decideBackup } from '../../policy/decide';
import { encryptedPlaces, protectedPlaces } from '../../policy/protectedList';
import type { ClusterNames } from '../../policy/protectedPlaces';
import type { DatabasePlace } from '../plan/places';
import type { RequestOf } from '../request';
import type { JobContext } from './jobContext';

/**
 * What this user's policy says of what a job is about to change: asked once its target is held, whatever the host that asked for it said. Throws `restore.refused` { findings } for
 * what it forbids, and what reading the policy throws.
 */
export async function obeyPolicy(
  { request, work }: JobContext<Changing>,
  place: DatabasePlace,
): Promise<readonly Finding[]> {
  const protectedBy = (await protectedPlaces()).entryFor(place.client.cluster, place.pod.pod.namespace);
  const findings = decide({
    ...{ reference: formatReference(place.reference), database: place.database, replaces: replaces(request, place) },
    ...defined({ protectedBy, confirmed: request.confirmed }),
    alsoNamed: 'only' in request.options ? (request.options.only ?? []).map(({ name }) => name) : [],
  });
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  return findings;
}

/**
 * What this user's policy says of a backup of a place, by whichever kind of job: asked by the plan and by the job. `encrypt`: it is encrypted, asked for or not. Throws what reading the policy and
 * the list of recipients throws.
 */
export async function backupPolicy({ client, pod, database }: DatabasePlace): ReturnType<typeof backupPolicyOf> {
  const { namespace, name } = pod.pod;
  const { cluster } = client;
  return backupPolicyOf(cluster, { cluster: cluster.alias, namespace, pod: name, database });
}

/** The same of a place that is known by its names alone. */
export async function backupPolicyOf(
  cluster: ClusterNames,
  reference: Required<DatabaseReference>,
): Promise<{ readonly encrypt: boolean; readonly findings: readonly Finding[] }> {
  const encryptedBy = (await encryptedPlaces()).entryFor(cluster, reference.namespace);
  const canEncrypt = encryptedBy !== undefined && (await hasRecoveryKey());
  return decideBackup({ reference: formatReference(reference), encryptedBy, canEncrypt });
}

async function hasRecoveryKey(): Promise<boolean> {
  try {
    return (await recipientsOfBackups()).length > 0;
  } catch (error) {
    if (isAppError(error, 'recovery.missing')) return false;
    throw error;
  }
}

type Changing = 'restore' | 'copy' | 'undo' | 'release' | 'swap';

/** An undo and a release change what is there, or they find nothing. A preparation replaces nothing: its swap does. */
function replaces(request: RequestOf<Changing>, { pod, database }: DatabasePlace): boolean {
  if (request.kind === 'undo' || request.kind === 'release') return true;
  if ('prepare' in request.options && request.options.prepare) return false;
  return pod.facts.databases.some(({ name }) => name === database);
}
