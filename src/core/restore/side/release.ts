import { AppError } from '../../base/errors';
import { persist } from '../../base/persist';
import { query } from '../../pod/server/sql';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Work } from '../../base/progress';
import { readDatabase, workplace, type Workplace } from '../databaseRow';
import { applicationOf } from '../../postgres/tools/applicationName';
import { dropOurs, type JudgedDatabase, type OurDatabase } from './sideDatabase';
import { claimed, findKept, madeAt, nothingKept, type KeptRequest } from './undo';

/** A logical replication slot of a kept database: whoever reads from it has its place in the stream of changes there. */
export interface KeptSlot {
  readonly name: string;
  readonly database: string;
  /** something reads from it now: the server does not drop its database */
  readonly active: boolean;
}

/** What a release would drop, and the replication slots that go with it. Changes nothing. Throws `restore.nothingKept`, `restore.claimed`, `exec.*`. */
export async function planRelease(
  request: KeptRequest & { readonly job?: string },
  signal: AbortSignal,
): Promise<{
  readonly kept: readonly JudgedDatabase[];
  /** what only claims to be kept: it is dropped only where its name is confirmed */
  readonly claims: readonly JudgedDatabase[];
  /** when those were made, by their OIDs, where the server says it */
  readonly made: ReadonlyMap<number, string>;
  readonly slots: readonly KeptSlot[];
}> {
  const { target, database, job } = request;
  const server = workplace(target, database, job === undefined ? undefined : applicationOf(job));
  const { usable: kept, claims } = await findKept(server, request, signal);
  const unproven = [...kept, ...claims].filter(({ proof }) => proof.how === 'claim');
  const made = await madeAt(server, unproven);
  if (kept.length === 0) throw claims.length === 0 ? nothingKept(request) : await claimed(server, request, claims);
  return { kept, claims, made, slots: await slotsOf(server, kept, signal) };
}

/**
 * Drops what restores kept for a database: all of it that is proven, that of one restore, or those that are meant. What only claims to be kept stays. There is no undo after it. DROP DATABASE takes the database's
 * logical slots along: it is done only with `dropSlots`. Cancelling is heard between two
 * databases; what is then left is returned as `remaining`, and so is what could not be dropped after another was. Throws
 * `restore.nothingKept`, `restore.claimed`, `release.slots`, `exec.failed` and `cancelled` only while nothing is dropped yet, `restore.unknown` when the server does not say.
 */
export async function release(
  request: KeptRequest & { readonly job: string; readonly dropSlots?: boolean },
  work: Work,
): Promise<{
  readonly removed: readonly string[];
  readonly remaining: readonly string[];
  readonly bytes: number;
  /** the same with their sizes */
  readonly dropped: readonly { readonly name: string; readonly bytes?: number }[];
  /** what only claims to be kept, and stays */
  readonly claims: readonly string[];
  /** names of the slots that went with them */
  readonly slots: readonly string[];
}> {
  work.report({ type: 'phase', phase: 'release' });
  const server = workplace(request.target, request.database, applicationOf(request.job));
  const { usable: kept, claims } = await findKept(server, request, work.signal);
  if (kept.length === 0) throw claims.length === 0 ? nothingKept(request) : await claimed(server, request, claims);
  const slots = await slotsOf(server, kept, work.signal);
  const inUse = slots.filter(({ active }) => active);
  if (inUse.length > 0 || (slots.length > 0 && request.dropSlots !== true)) {
    throw new AppError('release.slots', {
      databases: [...new Set(slots.map((slot) => slot.database))],
      slots: slots.map(({ name }) => name),
      ...(inUse.length === 0 ? {} : { active: inUse.map(({ name }) => name) }),
    });
  }
  const removed: OurDatabase[] = [];
  for (const one of kept) {
    if (work.signal.aborted && removed.length === 0) throw new AppError('cancelled');
    if (work.signal.aborted) break;
    try {
      await dropOurs(server, one);
    } catch (error) {
      if (await isThere(server, one)) {
        if (removed.length === 0) throw error;
        work.log.warn(`${one.row.name} could not be dropped: ${String(error)}`);
        break;
      }
    }
    removed.push(one);
  }
  return {
    removed: removed.map(({ row }) => row.name),
    dropped: removed.map(({ row: { name, bytes } }) => ({ name, ...(bytes === undefined ? {} : { bytes }) })),
    claims: claims.map(({ row }) => row.name),
    remaining: kept.slice(removed.length).map(({ row }) => row.name),
    bytes: removed.reduce((sum, { row }) => sum + (row.bytes ?? 0), 0),
    slots: slots.filter((slot) => removed.some(({ row }) => row.name === slot.database)).map(({ name }) => name),
  };
}

async function slotsOf(server: Workplace, kept: readonly OurDatabase[], signal: AbortSignal): Promise<KeptSlot[]> {
  if (kept.length === 0) return [];
  const names = kept.map(({ row }) => quoteLiteral(row.name)).join(', ');
  const sql = `select json_build_object('name', slot_name, 'database', database, 'active', active)
    from pg_replication_slots where database in (${names}) order by slot_name`;
  return query<KeptSlot>(server, server.from, sql, { signal });
}

/** After an error: the DROP may have been done all the same. Throws `restore.unknown` where the server does not say. */
async function isThere(server: Workplace, { row, mark }: OurDatabase): Promise<boolean> {
  const ask = async (): Promise<boolean> => (await readDatabase(server, row.name))?.oid === row.oid;
  const found = await persist(async () => ask().catch(() => undefined), [2000, 5000, 5000]);
  if (found === undefined) throw new AppError('restore.unknown', { database: row.name, job: mark.job });
  return found;
}
