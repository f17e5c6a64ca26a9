import { AppError, isAppError } from '../../base/errors';
import { isBlocked, type Finding } from '../../base/finding';
import { defined } from '../../base/defined';
import { formatReference, type DatabaseReference } from '../../cluster/reference';
import { recipientsOfBackups } from '../../encrypt/recipients';
import { decide, decideBackup } from '../../policy/decide';
import { decideAll } from '../../policy/decideAll';
import { policiesInForce } from '../../policy/policies';
import { encryptedPlaces, protectedPlaces } from '../../policy/protectedList';
import type { ClusterNames } from '../../policy/protectedPlaces';
import type { Operation } from '../../policy/rules/policySchema';
import type { AskedOperation } from '../../policy/rules/decideByPolicy';
import type { DatabasePlace, Place } from '../plan/places';
import { askedFacts, lookedUpPlace } from '../plan/policyQuestion';
import type { RequestOf } from '../request';
import { byRequest } from './byRequest';
import type { JobContext } from './jobContext';

type Changing = 'restore' | 'copy' | 'undo' | 'release' | 'swap';

/** What a job would read and change, opened, and what is known of it beside the request. */
export interface Obeying extends Pick<AskedOperation, 'source' | 'masked' | 'drilled' | 'lasts'> {
  readonly target: DatabasePlace;
  /** the database that is copied */
  readonly from?: DatabasePlace;
  /** of the archive that is restored */
  readonly sha256?: string;
}

/**
 * What policies say of what a job is about to change: asked once its target is held, whatever the host that asked for it said. Throws `restore.refused` { findings } and `policy.refused`
 * { findings } for what they forbid, and what reading them throws.
 */
export async function obeyPolicy(context: JobContext<Changing>, obeying: Obeying): Promise<readonly Finding[]> {
  const { request, work } = context;
  const { target: place, from, sha256, ...facts } = obeying;
  const protectedBy = (await protectedPlaces()).entryFor(place.client.cluster, place.pod.pod.namespace);
  const replaced = replaces(request, place);
  const findings = decide({
    ...{ reference: formatReference(place.reference), database: place.database, replaces: replaced },
    ...defined({ protectedBy, confirmed: request.confirmed }),
    alsoNamed: 'only' in request.options ? (request.options.only ?? []).map(({ name }) => name) : [],
  });
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  const inPlace = 'inPlace' in request.options && request.options.inPlace;
  const question = async (): Promise<Omit<AskedOperation, 'now'>> => ({
    ...{ operation: operationOf(request), replaces: replaced, inPlace, ...facts },
    ...(from === undefined
      ? {}
      : { source: await lookedUpPlace(from.client, from.pod, from.database, work.signal), masked: isMasked(request) }),
    target: await lookedUpPlace(place.client, place.pod, place.database, work.signal),
  });
  const governed = await ask(context, [place, ...(from === undefined ? [] : [from])], question, sha256);
  return [...findings, ...governed];
}

/** The same of a job that changes no database that is there: a backup, a trial of one. Throws `policy.refused` { findings }. */
export async function obeyReading(
  context: JobContext<'backup' | 'verify' | 'drill'>,
  place: DatabasePlace | Place,
  facts: Pick<AskedOperation, 'source' | 'masked'> = {},
): Promise<readonly Finding[]> {
  const { request, work } = context;
  return ask(context, [place], async () => {
    const database = 'database' in place ? place.database : undefined;
    const known = await lookedUpPlace(place.client, place.pod, database, work.signal);
    const [asked] = request.kind === 'backup' ? [{ source: known }] : [{ target: known, ...facts }];
    return { operation: request.kind, replaces: false, masked: isMasked(request), ...asked };
  });
}

/** Where nobody made a policy, and no request is named, nothing more is looked up. */
async function ask(
  context: JobContext,
  places: readonly Place[],
  question: () => Promise<Omit<AskedOperation, 'now'>>,
  sha256?: string,
): Promise<readonly Finding[]> {
  const { request, work } = context;
  const clients = [...new Set(places.map(({ client }) => client))];
  const [target] = places;
  const approved = target && (await byRequest(context, target, sha256));
  const policies = await policiesInForce(request.root, clients, work.signal);
  const now = new Date();
  const facts = { ...askedFacts(request.asked), now, approved: approved !== undefined };
  const { decisions, findings } =
    policies.length === 0 ? { decisions: [], findings: [] } : decideAll(policies, { ...(await question()), ...facts });
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('policy.refused', { findings });
  const { notBefore } = request.asked;
  if (notBefore !== undefined && new Date(notBefore) > now) throw new AppError('policy.early', { notBefore });
  const rules = decisions.map(({ class: { rule } }) => rule);
  await approved?.begin({
    approvals: Math.max(0, ...rules.map(({ approvals }) => approvals)),
    noticeHours: Math.max(0, ...rules.map(({ noticeHours = 0 }) => noticeHours)),
  });
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

/** A restore or a copy that only prepares is another thing than one that replaces. */
function operationOf(request: RequestOf<Changing>): Operation {
  return 'prepare' in request.options && request.options.prepare ? 'prepare' : request.kind;
}

/** Of a backup that is restored its own manifest says it. */
function isMasked(request: JobContext['request']): boolean {
  return (request.kind === 'copy' || request.kind === 'backup') && request.options.mask !== undefined;
}

/** An undo and a release change what is there, or they find nothing. A preparation replaces nothing: its swap does. */
function replaces(request: RequestOf<Changing>, { pod, database }: DatabasePlace): boolean {
  if (request.kind === 'undo' || request.kind === 'release') return true;
  if ('prepare' in request.options && request.options.prepare) return false;
  return pod.facts.databases.some(({ name }) => name === database);
}
