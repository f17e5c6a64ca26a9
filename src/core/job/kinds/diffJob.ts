import { findBackup } from '../../catalog/catalog';
import { AppError } from '../../base/errors';
import { compareDatabases, type Comparable } from '../../compare/diff';
import type { JobContext, RunKind } from '../run/jobContext';
import { listJobs } from '../record/listJobs';
import { leftOutBetween } from '../plan/madeWithout';
import { Places } from '../plan/places';

/** Compares: `[a, b]`, each a backup or a database ref. Left is a. */
export const diffJob: RunKind = async (context) => {
  const { id, request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const places = new Places(request.kubeconfigs, request.options.gentle, [], work);
  const [a = '', b = ''] = request.operands;
  const left = await sideOf(context, places, a);
  const right = await sideOf(context, places, b);
  const ignore = leftOutBetween(await listJobs(request.root), namesOf(left, a), namesOf(right, b));
  const { equal, differences, notes, tables, rows } = await compareDatabases(left, right, id, work, ignore);
  return { outcome: equal ? 'done' : 'differences', differences, notes, data: { left: a, right: b, tables, rows } };
};

/** A path or an id names a backup; what holds slashes and is no path, a database. */
async function sideOf({ request, work }: JobContext, places: Places, operand: string): Promise<Comparable> {
  if (operand.startsWith('/') || !operand.includes('/')) return { backup: await findBackup(request.root, operand) };
  const { pod, database } = await places.database(operand, work.signal);
  if (pod.facts.databases.some(({ name }) => name === database)) return { pod, database };
  const known = pod.facts.databases.filter(({ isTemplate }) => !isTemplate).map(({ name }) => name);
  throw new AppError('database.unknown', { reference: operand, database, known });
}

/** What a job may have called a database: as it is named now, or by its pod or workload. A backup was made by no restore. */
function namesOf(side: Comparable, operand: string): string[] {
  if ('backup' in side) return [];
  const { cluster, namespace, name, workload } = side.pod.pod;
  return [operand, ...[name, workload.name].map((pod) => `${cluster}/${namespace}/${pod}/${side.database}`)];
}
