import { AppError } from '../core/base/errors';
import { databaseAt } from './podAt';
import { parseDatabaseReference, type DatabaseReference } from '../core/cluster/reference';
import type { JobRef } from '../core/job/request';
import type { DatabasePlace } from '../model/places';
import { recordsOf } from '../core/job/record/records';
import type { Records } from '../core/restore/side/marks';
import type { JudgedDatabase } from '../core/restore/side/sideDatabase';
import type { MeantDatabase } from '../core/restore/side/undo';
import type { Services } from '../services';
import { confirmName, typeName } from '../ui/ask/confirmName';
import { settings } from '../ui/settings';
import { keptLine } from '../words/keptWords';
import { KeptNode } from '../tree/keptNode';
import { JobNode } from '../tree/jobNode';
import { oneDatabase } from './targets';
import { t } from '../words/language';

/** A database for which a restore kept something; `job`: the restore, where one is meant and not just the last. */
export interface KeptTarget extends DatabasePlace {
  readonly job?: string;
  /** the kept database itself, where its row was chosen */
  readonly kept?: { readonly name: string; readonly oid: number };
}

/** From a row of Clusters or Jobs, a job's id (from a button), or asked for. Throws `cancelled`, `job.unknown`. */
export async function keptTarget(services: Services, target: unknown, title: string): Promise<KeptTarget> {
  if (target instanceof KeptNode) return ofRow(services, target, title);
  const id = target instanceof JobNode ? target.job.id : typeof target === 'string' ? target : undefined;
  if (id === undefined) return oneDatabase(services, target, title);
  const job = (await services.jobs.watch()).find((one) => one.id === id);
  const place = job?.result?.data['target'];
  if (typeof place !== 'string') throw new AppError('job.unknown', { job: id });
  return { ...(await databaseAt(services, place)), job: id };
}

async function ofRow(services: Services, node: KeptNode, title: string): Promise<KeptTarget> {
  const place = await oneDatabase(services, node, title);
  const { job } = node.kept.mark;
  const known = (await services.jobs.watch()).some(({ id }) => id === job);
  const { name, oid } = node.kept.facts;
  return { ...place, kept: { name, oid }, ...(known ? { job } : {}) };
}

/** What a look at what is kept asks for: the row that was chosen means that very one, be it proven or not. */
export function askedOf({ database, pod, job, kept }: KeptTarget): {
  readonly database: string;
  readonly cluster: string;
  readonly restoredBy?: string;
  readonly only?: readonly MeantDatabase[];
  readonly records: Records;
} {
  return {
    ...{ database, cluster: pod.cluster, records: recordsOf(settings.root(), pod) },
    ...(job === undefined || kept !== undefined ? {} : { restoredBy: job }),
    ...(kept === undefined ? {} : { only: [{ ...kept, confirmed: true }] }),
  };
}

/** What an undo or a release of it names: the restore where one is meant, else the database; and the name that was typed, where its place is protected. */
export function namedIn(
  { protection }: Services,
  { job, reference, model, pod, database }: KeptTarget,
): { readonly of: JobRef | DatabaseReference; readonly confirmed?: string } {
  const of = job === undefined ? parseDatabaseReference(reference) : { job };
  return protection.isProtected(model.cluster, pod.namespace) ? { of, confirmed: database } : { of };
}

/** Those that were shown and confirmed, for the job. */
export function meantOf(kept: readonly JudgedDatabase[]): { readonly only: readonly MeantDatabase[] } {
  return { only: kept.map(({ row: { name, oid }, proof }) => ({ name, oid, confirmed: proof.how === 'claim' })) };
}

/** A kept database as a line of a question. */
export function keptText({ row, mark, proof }: JudgedDatabase, made: ReadonlyMap<number, string>): string {
  const when = made.get(row.oid);
  return keptLine({
    ...{ name: row.name, owner: row.owner, job: mark.job, time: mark.time, proof },
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
    ...(when === undefined ? {} : { made: when }),
  });
}

/** Has the name of what only claims to be kept typed, and that of the live one where its place is protected. False: given up. */
export async function confirmKept(
  services: Services,
  place: KeptTarget,
  kept: readonly JudgedDatabase[],
): Promise<boolean> {
  for (const { row } of kept.filter(({ proof }) => proof.how === 'claim')) {
    if (!(await typeName(t`Nothing proves what ${row.name} says of itself`, row.name))) return false;
  }
  return confirmName(services, place);
}
