import { AppError, isAppError } from '../base/errors';
import { keyFileNumber, longestKeyFile, openBackupKey } from '../encrypt/backupKey';
import { decryptWhole } from '../encrypt/decryptStream';
import type { Identity, WrittenIdentity } from '../encrypt/identity';
import { ownIdentities, rememberBackupKey, rememberedBackupKey } from '../encrypt/ownIdentities';
import { encryptedSuffix } from '../store/layout';
import { localStore } from '../store/local';
import { getIfThere } from '../store/store';
import type { BackupAt, BackupSummary, Encryption } from './manifest';

/** Which backup a key is of. */
export interface EncryptedBackup {
  readonly id: string;
  readonly encryption: Encryption;
}

/**
 * The key of an encrypted backup, out of the newest of its key files that an identity here opens. It is kept in memory for as long as the process lives. Throws `encrypted.noIdentity` { backup } where nobody named an
 * identity, `encrypted.locked`, `encrypted.damaged` for a key file that is damaged or of another backup, `backup.damaged` where it has none, and what `ownIdentities` throws.
 */
export async function keyOfBackup(at: BackupAt, backup: EncryptedBackup): Promise<WrittenIdentity> {
  const known = rememberedBackupKey(backup.encryption.recipient);
  if (known) return known;
  const identities = await ownIdentities();
  if (identities.length === 0) throw new AppError('encrypted.noIdentity', { backup: backup.id });
  const { key } = await openKeyFiles(at, backup, identities);
  rememberBackupKey(key);
  return key;
}

/** The same with these identities and no others; says which key file it was. */
export async function openKeyFiles(
  at: BackupAt,
  { id, encryption: { recipient } }: EncryptedBackup,
  identities: readonly Identity[],
): Promise<{ readonly key: WrittenIdentity; readonly number: number }> {
  const numbers = await keyNumbers(at);
  if (numbers.length === 0) throw new AppError('backup.damaged', { backup: id, reason: 'key.missing' });
  const failures: unknown[] = [];
  for (const number of numbers) {
    const name = `key.${number}.age`;
    try {
      const content = await at.store.get(at.prefix + name, longestKeyFile);
      return { key: await openBackupKey(`${id}/${name}`, content, { identities, recipient }), number };
    } catch (error) {
      failures.push(error);
    }
  }
  // what is damaged says more than what is for somebody else
  throw failures.find((error) => !isAppError(error, 'encrypted.locked')) ?? failures[0];
}

/** Numbers of the key files that a backup has, the newest first. */
export async function keyNumbers({ store, prefix }: BackupAt): Promise<number[]> {
  const { objects } = await store.level(prefix);
  return objects.flatMap(({ key }) => keyFileNumber(key.slice(prefix.length)) ?? []).sort((a, b) => b - a);
}

/** A file beside the archive of an encrypted backup, decrypted; undefined where there is none. Throws `encrypted.*`, and what the store says. */
export async function openBeside(
  { id, folder, at, manifest }: BackupSummary,
  file: string,
  most: number,
): Promise<Buffer | undefined> {
  const { store, prefix } = at ?? { store: localStore(folder), prefix: '' };
  const stored = file + encryptedSuffix;
  const content = await getIfThere(store, prefix + stored, most);
  if (content === undefined || !manifest.encryption) return content;
  return decryptWhole(`${id}/${stored}`, content, [
    await keyOfBackup({ store, prefix }, { id, encryption: manifest.encryption }),
  ]);
}
