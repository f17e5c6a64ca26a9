import { AppError, isAppError } from '../base/errors';
import { keyFileName, sealBackupKey } from '../encrypt/backupKey';
import { writeOnce } from '../store/store';
import { keyNumbers, keyOfBackup } from './backupKeys';
import { atOf } from './atOf';
import type { BackupSummary } from './manifest';

/**
 * Opens an encrypted backup to other recipients: one more key file, for all of these; nothing that is there is touched, so it works where a lock keeps everything as it is. Returns the name of the key file. Whoever an earlier
 * key file is for can still open it. Throws `usage` for a backup in clear, `encrypted.*` where no identity here opens it, `recipient.invalid`, and what the store says.
 */
export async function rotateKey(entry: BackupSummary, recipients: readonly string[]): Promise<string> {
  const { id, manifest } = entry;
  if (!manifest.encryption) throw new AppError('usage', { rule: 'backup.clear', backup: id });
  const at = atOf(entry);
  const key = await keyOfBackup(at, { id, encryption: manifest.encryption });
  const content = await sealBackupKey(key, recipients, { backup: id, made: new Date() });
  for (;;) {
    const [newest = 0] = await keyNumbers(at);
    const name = keyFileName(newest + 1);
    try {
      await writeOnce(at.store, at.prefix + name, content);
      return name;
    } catch (error) {
      // another one was quicker: the next number
      if (!isAppError(error, 'store.exists')) throw error;
    }
  }
}
