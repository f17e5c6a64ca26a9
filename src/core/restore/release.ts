import { AppError } from '../errors';
import { persist } from '../persist';
import type { Work } from '../progress';
import { readDatabase, workplace, type Workplace } from './databaseRow';
import { applicationOf, dropOurs, type OurDatabase } from './sideDatabase';
import { findKept, nothingKept, type KeptRequest } from './undo';

/**
 * Drops what restores kept for a database: all of it, or that of one restore. There is no undo after it. Cancelling is heard between two
 * databases; what is then left is returned as `remaining`, and so is what could not be dropped after another was. Throws
 * `restore.nothingKept`, `exec.failed` and `cancelled` only while nothing is dropped yet, `restore.unknown` when the server does not say.
 */
export async function release(
  request: KeptRequest & { readonly job: string },
  work: Work,
): Promise<{ readonly removed: readonly string[]; readonly remaining: readonly string[]; readonly bytes: number }> {
  work.report({ type: 'phase', phase: 'release' });
  const server = workplace(request.target, request.database, applicationOf(request.job));
  const kept = await findKept(server, request, work.signal);
  if (kept.length === 0) throw nothingKept(request);
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
    remaining: kept.slice(removed.length).map(({ row }) => row.name),
    bytes: removed.reduce((sum, { row }) => sum + (row.bytes ?? 0), 0),
  };
}

/** After an error: the DROP may have been done all the same. Throws `restore.unknown` where the server does not say. */
async function isThere(server: Workplace, { row, mark }: OurDatabase): Promise<boolean> {
  const ask = async (): Promise<boolean> => (await readDatabase(server, row.name))?.oid === row.oid;
  const found = await persist(async () => ask().catch(() => undefined), [2000, 5000, 5000]);
  if (found === undefined) throw new AppError('restore.unknown', { database: row.name, job: mark.job });
  return found;
}
