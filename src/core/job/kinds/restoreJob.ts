import { findBackup } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import { environmentOf } from '../../cluster/environment';
import { restore } from '../../restore/restore';
import type { JobContext, JobDone, RunKind } from '../jobContext';
import { lockKey, Places, type DatabasePlace } from '../places';

/** Restores: `[backup, database ref]`. */
export const restoreJob: RunKind = async (context) => {
  const { request, work } = context;
  const [named = '', reference = ''] = request.operands;
  work.report({ type: 'phase', phase: 'preflight' });
  const backup = await findBackup(request.root, named);
  const target = await openTarget(context, new Places(request.kubeconfigs), reference);
  return restoreInto(context, backup, target, reference);
};

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
  { id, request, work }: JobContext,
  backup: BackupEntry,
  { client, pod, database }: DatabasePlace,
  reference: string,
): Promise<JobDone> {
  const { as, noOwner, createRoles, mapRoles } = request.options;
  const environment = await environmentOf(client, pod.pod.namespace, work.signal);
  const started = Date.now();
  const done = await restore(
    {
      backup,
      target: pod,
      database,
      ...(as === undefined ? {} : { as }),
      ...(noOwner === undefined ? {} : { noOwner }),
      ...(createRoles === undefined ? {} : { createRoles }),
      ...(mapRoles === undefined ? {} : { mapRoles }),
      job: id,
      cluster: client.cluster.alias,
      ...(environment === undefined ? {} : { environment }),
    },
    work,
  );
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
      seconds: (Date.now() - started) / 1000,
      ...(kept === undefined ? {} : { kept, undo: `db-ferry undo ${reference}` }),
    },
  };
}
