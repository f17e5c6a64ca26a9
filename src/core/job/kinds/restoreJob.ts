import { findBackup } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import type { Finding } from '../../base/finding';
import { environmentOf } from '../../cluster/environment';
import { aboutLogins, loginEnd } from '../../cluster/loginEnd';
import { findPoolers } from '../../pod/discover/findPoolers';
import type { Work } from '../../base/progress';
import { restoreInPlace } from '../../restore/inPlace/inPlace';
import { safetyBackupOf } from '../../restore/inPlace/inPlaceSession';
import { fillingFrom, type Filling } from '../../restore/filling';
import { prepareFrom } from '../../restore/prepare';
import { restoreFrom, type RestoreRequest, type SideRequest } from '../../restore/restore';
import { expectRestoreOf, type ExpectedRestore } from '../plan/expectRestore';
import type { JobContext, JobDone, RunKind } from '../run/jobContext';
import { listJobs } from '../record/listJobs';
import type { RestoreOptions } from '../../restore/options';
import { defined } from '../../base/defined';
import { formatReference, type DatabaseReference } from '../../cluster/reference';
import { formatBackupRef } from '../request';
import { obeyPolicy } from '../run/obeyPolicy';
import { lockKey, Places, type DatabasePlace } from '../plan/places';
import { provenFacts } from '../plan/policyQuestion';
import { backUpPlace } from './backupJob';

/** Restores a backup. */
export const restoreJob: RunKind<'restore'> = async (context) => {
  const { request, work } = context;
  const { gentle } = request.options;
  work.report({ type: 'phase', phase: 'preflight' });
  const backup = await findBackup(request.root, formatBackupRef(request.backup));
  const target = await openTarget(context, new Places(request.kubeconfigs, gentle, [], work), request.target);
  const jobs = await listJobs(request.root);
  const expected = expectRestoreOf(jobs, backup, formatReference(request.target), gentle);
  const policy = await obeyPolicy(context, {
    target,
    ...provenFacts(backup),
    lasts: expected.seconds * 1000,
    sha256: backup.manifest.archive.sha256,
  });
  const findings = await tellExpected(context, expected, [target]);
  const done = await restoreInto(context, backup, target);
  return { ...done, findings: [...policy, ...findings, ...(done.findings ?? [])] };
};

/** Says how long it will take, and which login ends before; returns these warnings. */
export async function tellExpected(
  { work }: JobContext,
  expected: ExpectedRestore,
  places: readonly DatabasePlace[],
): Promise<Finding[]> {
  work.report({ type: 'expected', ...expected });
  const clients = [...new Set(places.map(({ client }) => client))];
  const logins = await Promise.all(clients.map((client) => loginEnd(client, work.signal)));
  const findings = aboutLogins(logins, expected.seconds);
  for (const finding of findings) work.report({ type: 'finding', finding });
  return findings;
}

/** What a part takes is not what the whole does. */
export function asPart(work: Work): Work {
  return { ...work, report: (progress) => progress.type !== 'expected' && work.report(progress) };
}

/** Opens a target database and holds it for this job. Throws `target.busy` and what opening throws. */
export async function openTarget(
  { lock, work }: JobContext,
  places: Places,
  reference: DatabaseReference,
): Promise<DatabasePlace> {
  const target = await places.database(reference, work.signal);
  await lock(lockKey(target), formatReference(reference));
  return target;
}

/** Restores a backup with the options of the request; `copy` does the same with one that it `isJustMade`. */
export async function restoreInto(
  context: JobContext<'restore' | 'copy'>,
  backup: BackupEntry,
  place: DatabasePlace,
  isJustMade = false,
): Promise<JobDone> {
  const { inPlace = false }: RestoreOptions = context.request.options;
  if (inPlace) return restoredInPlace(context, { ...(await askedOf(context, place)), backup, isJustMade }, place);
  const begin = async (work: Work): Promise<Filling> => fillingFrom(backup, work);
  return restoreFilling(context, { begin, isJustMade }, place);
}

/** The same with what `begin` gives, which may be on its way; never in place. */
export async function restoreFilling(
  context: JobContext<'restore' | 'copy'>,
  { begin, isJustMade }: { readonly begin: (work: Work) => Promise<Filling>; readonly isJustMade: boolean },
  place: DatabasePlace,
): Promise<JobDone> {
  const { request, work } = context;
  const { pod } = place;
  const started = Date.now();
  const asked = { ...(await askedOf(context, place)), isJustMade };
  const { prepare: isPrepared = false }: RestoreOptions = request.options;
  let backup = '';
  const beginning = async (own: Work): Promise<Filling> => {
    const filling = await begin(own);
    backup = filling.backup.id;
    return filling;
  };
  if (isPrepared) {
    const prepared = await preparedOnly(context, asked, beginning, place);
    return { ...prepared, data: { backup, ...prepared.data } };
  }
  const target = formatReference(place.reference);
  const done = await restoreFrom(asked, work, beginning);
  const { outcome, differences, notes, findings, kept, ...facts } = done;
  return {
    outcome,
    differences,
    notes,
    findings,
    data: {
      backup,
      target,
      ...facts,
      targetVersion: pod.facts.serverVersion,
      pgRestore: pod.facts.pgRestore.text,
      seconds: (Date.now() - started) / 1000,
      ...(kept === undefined ? {} : { kept, undo: `db-ferry undo ${target}` }),
    },
  };
}

async function askedOf(
  { id, request, work }: JobContext<'restore' | 'copy'>,
  { client, pod, database }: DatabasePlace,
): Promise<SideRequest> {
  const { gentle, ...options }: RestoreOptions = request.options;
  const { namespace } = pod.pod;
  const environment = await environmentOf(client, namespace, work.signal);
  const poolers = await findPoolers(client, namespace, work.signal);
  return {
    target: pod,
    database,
    ...options,
    ...(gentle === undefined ? {} : { streams: 1 }),
    ...{ job: id, cluster: client.cluster.alias, poolers },
    ...defined({ environment }),
  };
}

/** The side database waits: which job takes it, and when, is for somebody else to say. */
async function preparedOnly(
  { id, work }: JobContext,
  asked: SideRequest,
  begin: (work: Work) => Promise<Filling>,
  { reference, pod: { facts } }: DatabasePlace,
): Promise<JobDone> {
  const started = Date.now();
  const { differences, notes, findings, ...more } = await prepareFrom(asked, work, begin);
  return {
    outcome: 'prepared',
    differences,
    notes,
    findings,
    data: {
      ...{ target: formatReference(reference), ...more },
      ...{ targetVersion: facts.serverVersion, pgRestore: facts.pgRestore.text },
      seconds: (Date.now() - started) / 1000,
      ...{ swap: `db-ferry swap ${id}`, discard: `db-ferry discard ${id}` },
    },
  };
}

async function restoredInPlace(
  context: JobContext<'restore' | 'copy'>,
  asked: RestoreRequest,
  place: DatabasePlace,
): Promise<JobDone> {
  const { id, work } = context;
  const target = formatReference(place.reference);
  const started = Date.now();
  const ofBackup: Finding[] = [];
  const backUpLive = async (signal: AbortSignal): Promise<BackupEntry> => {
    const stoppable = { ...context, work: asPart({ ...work, signal }) };
    // what came encrypted is not answered in clear
    const encrypt = asked.backup.manifest.encryption === undefined ? {} : { encrypt: true };
    const { entry, findings } = await backUpPlace(stoppable, place, encrypt, { application: safetyBackupOf(id) });
    ofBackup.push(...findings);
    return entry;
  };
  const { outcome, differences, notes, findings, ...facts } = await restoreInPlace({ ...asked, backUpLive }, work);
  return {
    outcome,
    differences,
    notes,
    findings: [...findings, ...ofBackup],
    data: {
      backup: asked.backup.id,
      target,
      ...facts,
      seconds: (Date.now() - started) / 1000,
      undo: `db-ferry restore ${facts.before} ${target} --as replace --in-place`,
    },
  };
}
