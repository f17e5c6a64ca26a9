import { toAppError, type AppError } from '../base/errors';
import { decryptedSource } from '../encrypt/decryptedSource';
import { decryptWhole } from '../encrypt/decryptStream';
import { keyFileName } from '../encrypt/backupKey';
import type { Identity } from '../encrypt/identity';
import { contentsFile, encryptedSuffix } from '../store/layout';
import { openKeyFiles } from './backupKeys';
import { atOf } from './atOf';
import type { BackupSummary, Verification } from './manifest';
import { longestManifest } from './parseManifest';
import { recordOf } from './verifyBackup';

/** Whether an identity opens a backup. */
export type KeyTest =
  | { readonly backup: BackupSummary; readonly opened: true; readonly keyFile: string; readonly recorded: boolean }
  | { readonly backup: BackupSummary; readonly opened: false; readonly error: AppError };

/** The newest encrypted backup of each database, of backups that are sorted oldest first. Pure. */
export function newestEncrypted(all: readonly BackupSummary[]): BackupSummary[] {
  const newest = new Map<string, BackupSummary>();
  for (const one of all) {
    const { cluster, namespace, workload, database } = one.manifest.source;
    if (one.manifest.encryption) newest.set(JSON.stringify([cluster, namespace, workload, database]), one);
  }
  return [...newest.values()];
}

/**
 * Opens a backup with these identities and no others: its key, its contents, and the archive at both ends; all bytes between are for `verifyBackup`. That it did is filed beside the backup, signed.
 * Never throws for what is wrong with the backup.
 */
export async function testKey(backup: BackupSummary, identities: readonly Identity[]): Promise<KeyTest> {
  try {
    const at = atOf(backup);
    const { id, manifest } = backup;
    const { key, number } = await openKeyFiles(
      at,
      { id, encryption: manifest.encryption ?? { recipient: '' } },
      identities,
    );
    const contents = contentsFile + encryptedSuffix;
    await decryptWhole(`${id}/${contents}`, await at.store.get(at.prefix + contents, longestManifest), [key]);
    // its last chunk is proven when it is opened
    const archive = await decryptedSource(await at.store.open(at.prefix + manifest.archive.file), [key]);
    for await (const piece of archive.read({ to: 1 })) if (piece.length > 0) break;
    const verification: Verification = { level: 'key', time: new Date().toISOString(), place: keyFileName(number) };
    const recorded = await recordOf(backup, verification).then(
      () => true,
      () => false,
    );
    return { backup, opened: true, keyFile: keyFileName(number), recorded };
  } catch (error) {
    return { backup, opened: false, error: toAppError(error) };
  }
}
