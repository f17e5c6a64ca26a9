import { findBackup } from '../../catalog/catalog';
import { AppError } from '../../base/errors';
import { compareDatabases, type Comparable } from '../../compare/diff';
import type { JobContext, RunKind } from '../run/jobContext';
import { listJobs } from '../record/listJobs';
import { leftOutBetween } from '../plan/madeWithout';
import { Places } from '../plan/places';
import { formatBackupRef, formatOperand, type BackupRef } from '../request';
import { formatReference, type DatabaseReference } from '../../cluster/reference';

/** Compares two, each a backup or a database. */
export const diffJob: RunKind<'diff'> = async (context) => {
  const { id, request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const places = new Places(request.kubeconfigs, request.options.gentle, [], work);
  const left = await sideOf(context, places, request.left);
  const right = await sideOf(context, places, request.right);
  const [a, b] = [formatOperand(request.left), formatOperand(request.right)];
  const ignore = leftOutBetween(await listJobs(request.root), namesOf(left, a), namesOf(right, b));
  const { equal, differences, notes, tables, rows } = await compareDatabases(left, right, id, work, ignore);
  return { outcome: equal ? 'done' : 'differences', differences, notes, data: { left: a, right: b, tables, rows } };
};

async function sideOf(
  { request, work }: JobContext<'diff'>,
  places: Places,
  operand: BackupRef | DatabaseReference,
): Promise<Comparable> {
  if (!('cluster' in operand)) return { backup: await findBackup(request.root, formatBackupRef(operand)) };
  const { pod, database } = await places.database(operand, work.signal);
  if (pod.facts.databases.some(({ name }) => name === database)) return { pod, database };
  const known = pod.facts.databases.filter(({ isTemplate }) => !isTemplate).map(({ name }) => name);
  throw new AppError('database.unknown', { reference: formatReference(operand), database, known });
}

/** What a job may have called a database: as it is named now, or by its pod or workload. A backup was made by no restore. */
function namesOf(side: Comparable, operand: string): string[] {
  if ('backup' in side) return [];
  const { cluster, namespace, name, workload } = side.pod.pod;
  return [operand, ...[name, workload.name].map((pod) => `${cluster}/${namespace}/${pod}/${side.database}`)];
}
