import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno, reasonOf } from '../base/errors';
import type { Report } from '../base/progress';
import { isProven } from '../state/signed';
import { archiveFile, globalsFile, jobFile, partialSuffix, reportFile } from '../store/layout';
import { localStore } from '../store/local';
import { getIfThere } from '../store/store';
import { flush, seal } from './backupFolder';
import { findBackup, isInCatalog, removeBackup } from './catalog';
import { withRoom } from './disk';
import { mustNotBeHeld } from './hold';
import type { BackupEntry } from './manifest';
import { writeSealed } from './sealBackup';
import { verifyBackup } from './verifyBackup';

/**
 * Seals a backup of format 1 as one of format 2, after it was read to its last byte and held what its manifest says. Archive and globals stay the same files: they get a second name, or
 * are copied where a file has one name only. The old folder goes when the new one is sealed; at each moment of it one of the two is whole. It is signed by this workspace only
 * where it was proven to be ours before: an upgrade proves nothing that nobody proved. Returns the new one; a backup of format 2 is returned as it is.
 *
 * Throws `backup.damaged`, `backup.held`, `disk.full`, `cancelled`, `usage` for a file that is no backup of the catalog, or one that somebody signed whose key does not count here: that
 * would be lost.
 */
export async function upgradeBackup(
  entry: BackupEntry,
  work: { readonly signal: AbortSignal; readonly report: Report },
): Promise<BackupEntry> {
  if (!isInCatalog(entry) || entry.at !== undefined) {
    throw new AppError('usage', { rule: 'upgrade.foreign', folder: entry.folder, command: 'upgrade' });
  }
  if (entry.manifest.formatVersion === 2) return entry;
  const { by } = entry.signed ?? { by: 'nobody' };
  if (by === 'unknown' || by === 'wrong') {
    throw new AppError('usage', { rule: 'upgrade.signed', by, command: 'upgrade' });
  }
  await mustNotBeHeld(entry);
  await verifyBackup(entry, work);
  const parent = path.dirname(await realpath(entry.folder));
  const old = await asOldIsNamed(await realpath(entry.folder), entry.id);
  const final = path.join(parent, entry.id);
  const finished = await sealedBefore(final, entry);
  if (!finished) await sealAnew(entry, { old, final }, work);
  await removeBackup({ ...entry, folder: old });
  return finished ?? findBackup('', final);
}

async function sealAnew(
  entry: BackupEntry,
  { old, final }: { readonly old: string; readonly final: string },
  work: { readonly signal: AbortSignal },
): Promise<void> {
  const partial = final + partialSuffix;
  try {
    await mkdir(partial, { mode: 0o700 });
    await writeFile(path.join(partial, jobFile), entry.manifest.job, { mode: 0o600 });
    await secondName(path.join(old, path.basename(entry.manifest.archive.file)), path.join(partial, archiveFile), work);
    if (entry.manifest.globals) await secondName(path.join(old, globalsFile), path.join(partial, globalsFile), work);
    const report = await getIfThere(localStore(old), reportFile, longestReport).then((text) => text?.toString());
    // with what was just verified
    const { verified } = (await findBackup('', old)).manifest;
    const upgraded = { from: 1, time: new Date().toISOString() } as const;
    const manifest = {
      ...entry.manifest,
      archive: { ...entry.manifest.archive, file: archiveFile },
      verified,
      upgraded,
    };
    await writeSealed(partial, manifest, { report, sign: isProven(entry.signed) });
    work.signal.throwIfAborted();
    await seal(partial, final);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw reasonOf(error, work.signal);
  }
}

/** What an upgrade sealed that was killed before the old one was gone. Throws `backup.damaged` where something else stands there. */
async function sealedBefore(final: string, { id, manifest }: BackupEntry): Promise<BackupEntry | undefined> {
  const isThere = await lstat(final).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const there = await findBackup('', final);
  if (
    there.id === id &&
    there.manifest.formatVersion === 2 &&
    there.manifest.archive.sha256 === manifest.archive.sha256
  ) {
    return there;
  }
  throw new AppError('backup.damaged', { backup: id, reason: 'upgrade.taken', at: final });
}

/** The folder of the old one, which must not have the name that the new one gets: then it is named by its time, as 0.1.0 did. */
async function asOldIsNamed(folder: string, id: string): Promise<string> {
  if (path.basename(folder) !== id) return folder;
  const named = path.join(path.dirname(folder), id.slice(0, id.indexOf('-')));
  await rename(folder, named);
  await flush(path.dirname(named));
  return named;
}

/** The same file under another name; a copy where a file has one name only. Flushed, since the old name goes. */
async function secondName(from: string, to: string, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!isErrno(error, ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])) throw error;
    const { size } = await lstat(from);
    await withRoom(path.dirname(to), size, { signal }, () => copyFile(from, to, constants.COPYFILE_EXCL));
  }
  await flush(to);
}

/** bytes of all reports of a backup of format 1 together */
const longestReport = 64e6;
