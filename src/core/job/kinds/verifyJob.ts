import { findBackup } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import { verifyBackup } from '../../catalog/verifyBackup';
import type { RunKind } from '../jobContext';

/** Checks a backup: `[backup]`. */
export const verifyJob: RunKind = async ({ request, work }) => {
  const [named = ''] = request.operands;
  work.report({ type: 'phase', phase: 'read' });
  const entry = await findBackup(request.root, named);
  const reading = await verifyBackup(entry, work);
  const { bytes: archiveBytes, textBytes, tables } = reading;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  return {
    outcome: 'done',
    data: {
      ...whole(entry),
      archiveBytes,
      textBytes,
      tables: tables.length,
      rows,
      origin: entry.manifest.origin,
    },
  };
};

function whole({ id, folder, manifest }: BackupEntry): Record<string, unknown> {
  return { backup: id, folder, sha256: manifest.archive.sha256 };
}
