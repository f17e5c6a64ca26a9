import { findBackup } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import type { Finding } from '../../base/finding';
import { environmentOf } from '../../cluster/environment';
import { aboutLogins, loginEnd } from '../../cluster/loginEnd';
import { findPoolers } from '../../pod/discover/findPoolers';
import type { Work } from '../../base/progress';
import { restoreInPlace } from '../../restore/inPlace/inPlace';
import { safetyBackupOf } from '../../restore/inPlace/inPlaceSession';
import { restore, type RestoreRequest } from '../../restore/restore';
import { expectRestoreOf, type ExpectedRestore } from '../plan/expectRestore';
import type { JobContext, JobDone, RunKind } from '../run/jobContext';
import { listJobs } from '../record/listJobs';
import type { JobOptions } from '../record/jobEvents';
import { checkRestoreOptions } from '../plan/restoreOptions';
import { gentleOf, lockKey, Places, type DatabasePlace } from '../plan/places';
import { backUpPlace } from './backupJob';

/** Restores: `[backup, database ref]`. */
export const restoreJob: RunKind = async (context) => {
  const { request, work } = context;
  const [named = '', reference = ''] = request.operands;
  work.report({ type: 'phase', phase: 'preflight' });
  const backup = await findBackup(request.root, named);
  const target = await openTarget(
    context,
    new Places(request.kubeconfigs, gentleOf(request.options), [], context.work),
    reference,
  );
  const expected = expectRestoreOf(await listJobs(request.root), backup, reference, gentleOf(request.options));
  const findings = await tellExpected(context, expected, [target]);
  const done = await restoreInto(context, backup, target, reference);
  return { ...done, findings: [...findings, ...(done.findings ?? [])] };
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
  reference: string,
): Promise<DatabasePlace> {
  const target = await places.database(reference, work.signal);
  await lock(lockKey(target), reference);
  return target;
}

/** Restores a backup with the options of the request; `copy` does the same. */
export async function restoreInto(
  context: JobContext,
  backup: BackupEntry,
  place: DatabasePlace,
  reference: string,
): Promise<JobDone> {
  const { id, request, work } = context;
  const { client, pod, database } = place;
  checkRestoreOptions(request.options);
  const { as, createRoles, mapRoles, streams: most, inPlace, ...options } = request.options;
  const streams = gentleOf(request.options) === undefined ? most : 1;
  const { namespace } = pod.pod;
  const environment = await environmentOf(client, namespace, work.signal);
  const poolers = await findPoolers(client, namespace, work.signal);
  const started = Date.now();
  const asked: RestoreRequest = {
    backup,
    target: pod,
    database,
    ...(as === undefined ? {} : { as }),
    ...leavingOut(options),
    ...(createRoles === undefined ? {} : { createRoles }),
    ...(mapRoles === undefined ? {} : { mapRoles }),
    ...(streams === undefined ? {} : { streams }),
    job: id,
    cluster: client.cluster.alias,
    poolers,
    ...(environment === undefined ? {} : { environment }),
  };
  if (inPlace) return restoredInPlace(context, asked, place, reference);
  const done = await restore(asked, work);
  const { outcome, differences, notes, findings, kept, ...facts } = done;
  return {
    outcome,
    differences,
    notes,
    findings,
    data: {
      backup: backup.id,
      target: reference,
      ...facts,
      targetVersion: pod.facts.serverVersion,
      pgRestore: pod.facts.pgRestore.text,
      seconds: (Date.now() - started) / 1000,
      ...(kept === undefined ? {} : { kept, undo: `db-ferry undo ${reference}` }),
    },
  };
}

/** What a restore leaves out, or goes on without, as the options of the request say. */
export function leavingOut(
  options: JobOptions,
): Pick<RestoreRequest, 'noOwner' | 'noPrivileges' | 'noTablespaces' | 'trustSettings' | 'goOn' | 'acceptMissing'> {
  const { noOwner, noPrivileges, noTablespaces, trustSettings, goOn, acceptMissing } = options;
  return {
    ...(noOwner === undefined ? {} : { noOwner }),
    ...(noPrivileges === undefined ? {} : { noPrivileges }),
    ...(noTablespaces === undefined ? {} : { noTablespaces }),
    ...(trustSettings === undefined ? {} : { trustSettings }),
    ...(goOn === undefined ? {} : { goOn }),
    ...(acceptMissing === undefined ? {} : { acceptMissing }),
  };
}

async function restoredInPlace(
  context: JobContext,
  asked: RestoreRequest,
  place: DatabasePlace,
  reference: string,
): Promise<JobDone> {
  const { id, work } = context;
  const started = Date.now();
  const ofBackup: Finding[] = [];
  const backUpLive = async (signal: AbortSignal): Promise<BackupEntry> => {
    const stoppable = { ...context, work: asPart({ ...work, signal }) };
    const { entry, findings } = await backUpPlace(stoppable, place, { application: safetyBackupOf(id) });
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
      target: reference,
      ...facts,
      seconds: (Date.now() - started) / 1000,
      undo: `db-ferry restore ${facts.before} ${reference} --as replace --in-place`,
    },
  };
}
