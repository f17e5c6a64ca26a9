import type { ResultData } from '../record/resultData';
import { findBackup } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import { verifyBackup } from '../../catalog/verifyBackup';
import { drill } from '../../restore/restore';
import type { JobContext, JobDone, RunKind } from '../run/jobContext';
import { obeyReading } from '../run/obeyPolicy';
import { Places } from '../plan/places';
import { provenFacts } from '../plan/policyQuestion';
import { formatBackupRef } from '../request';
import { formatReference, type PodReference } from '../../cluster/reference';

/** Checks a backup; with `deep` also by restoring it there. */
export const verifyJob: RunKind<'verify'> = async (context) => {
  const { request, work } = context;
  work.report({ type: 'phase', phase: 'read' });
  const entry = await findBackup(request.root, formatBackupRef(request.backup));
  const { deep } = request;
  if (deep !== undefined) return verifyDeep(context, entry, deep);
  const { bytes: archiveBytes, textBytes, tables } = await verifyBackup(entry, work);
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return { outcome: 'done', data: { ...facts(entry), archiveBytes, textBytes, tables: tables.length, rows } };
};

/** Roles that the target lacks are made for it and dropped with it: a drill is no decision about roles. */
async function verifyDeep(context: JobContext<'verify'>, entry: BackupEntry, deep: PodReference): Promise<JobDone> {
  const { id, request, work } = context;
  const { gentle, trustArchive = false } = request.options;
  const place = await new Places(request.kubeconfigs, gentle, [], work).pod(deep, work.signal);
  const { client, pod } = place;
  const findings = await obeyReading(context, place, provenFacts(entry));
  const cluster = client.cluster.alias;
  const gentleStreams = gentle === undefined ? {} : { streams: 1 };
  const done = await drill(
    { backup: entry, target: pod, createRoles: true, trustArchive, ...gentleStreams, job: id, cluster },
    work,
  );
  const { differences, notes, tables, rows } = done;
  const outcome = differences.length > 0 ? 'differences' : 'done';
  return {
    outcome,
    findings,
    differences,
    notes,
    data: { ...facts(entry), deep: formatReference(deep), tables, rows },
  };
}

function facts({ id, folder, manifest }: BackupEntry): ResultData {
  const { cluster, namespace, workload, database } = manifest.source;
  const of = [cluster, namespace, workload, database].join('/');
  return { backup: id, folder, origin: manifest.origin, sha256: manifest.archive.sha256, of };
}
