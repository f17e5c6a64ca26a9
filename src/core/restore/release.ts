import type { Work } from '../progress';
import { workplace } from './databaseRow';
import { dropOurs } from './sideDatabase';
import { findKept, nothingKept, type KeptRequest } from './undo';

/**
 * Drops what restores kept for a database: all of it, or that of one restore. There is no undo after it. Throws `restore.nothingKept`,
 * `exec.failed` (what could be dropped before it is gone), `cancelled`.
 */
export async function release(
  request: KeptRequest,
  work: Work,
): Promise<{ readonly removed: readonly string[]; readonly bytes: number }> {
  work.report({ type: 'phase', phase: 'release' });
  const server = workplace(request.target, request.database);
  const kept = await findKept(server, request, work.signal);
  if (kept.length === 0) throw nothingKept(request);
  for (const one of kept) await dropOurs(server, one, work.signal);
  return {
    removed: kept.map(({ row }) => row.name),
    bytes: kept.reduce((sum, { row }) => sum + (row.bytes ?? 0), 0),
  };
}
