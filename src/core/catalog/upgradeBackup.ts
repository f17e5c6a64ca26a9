import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, lstat, mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno, reasonOf } from '../base/errors';
import type { Report } from '../base/progress';
import { isProven } from '../state/signed';
import { archiveFile, globalsFile, jobFile, partialSuffix, reportFile, verifiedFolder } from '../store/layout';
import { localStore } from '../store/local';
import { getIfThere } from '../store/store';
import { flush, seal } from './backupFolder';
import { findBackup, isInCatalog, removeBackup } from './catalog';
import { withRoom } from './disk';
import { mustNotBeHeld } from './hold';
import type { BackupEntry } from './manifest';
import { writeSealed } from './sealBackup';
import { noteUnfinished } from './unfinished';
import { verifyBackup } from './verifyBackup';

export interface UpgradeWork {
  readonly signal: AbortSignal;
  readonly report: Report;
  readonly mustBeFree?: () => Promise<void>;
}

/**
 * Seals a backup of format 1 as one of format 2, after it was read to its last byte and held what its manifest says. Archive and globals stay the same files: they get a second name, or
 * are copied where a file has one name only. What was written down of it since, verifications and drills, goes along. The old folder goes when the new one is sealed; at each moment of
 * it one of the two is whole. It is signed by this workspace only where it was proven to be ours before: an upgrade proves nothing that nobody proved. Returns the new one; a backup of
 * format 2 is returned as it is. `mustBeFree` throws where somebody reads the old folder: asked at first, and when all is read.
 *
 * Throws `backup.damaged` (also where something else has the name that one of both gets), `backup.held`, `disk.full`, `cancelled`, `usage` for a file that is no backup of the catalog, or one that somebody signed whose key does not count here: that
 * would be lost.
 */
export async function upgradeBackup(entry: BackupEntry, work: UpgradeWork): Promise<BackupEntry> {
  if (!isInCatalog(entry) || entry.at !== undefined) {
    throw new AppError('usage', { rule: 'upgrade.foreign', folder: entry.folder, command: 'upgrade' });
  }
  if (entry.manifest.formatVersion === 2) return entry;
  const { by } = entry.signed ?? { by: 'nobody' };
  if (by === 'unknown' || by === 'wrong') {
    throw new AppError('usage', { rule: 'upgrade.signed', by, command: 'upgrade' });
  }
  const { mustBeFree = async () => undefined } = work;
  const folder = await realpath(entry.folder);
  const parent = path.dirname(folder);
  const final = path.join(parent, entry.id);
  const byTime = path.join(parent, entry.id.slice(0, entry.id.indexOf('-')));
  await mustBeFree();
  await mustNotBeHeld(entry);
  // before the long reading
  await (folder === final ? mustBeNew(byTime, entry) : sealedBefore(final, entry));
  await verifyBackup(entry, work);
  await mustBeFree();
  await mustNotBeHeld(entry);
  const old = folder === final ? await named(final, byTime, entry) : folder;
  const finished = await sealedBefore(final, entry);
  if (!finished) await sealAnew(entry, { old, final }, work);
  // what came since the folder was sealed
  await carryOver(old, final, work);
  await removeBackup({ ...entry, folder: old });
  return finished ?? findBackup('', final);
}

/** Each run has a name of its own, so that nobody removes what another one makes; of one that was killed `clean` knows by its note. */
async function sealAnew(
  entry: BackupEntry,
  { old, final }: { readonly old: string; readonly final: string },
  work: UpgradeWork,
): Promise<void> {
  const partial = `${final}.${randomBytes(3).toString('hex')}${partialSuffix}`;
  const finished = await noteUnfinished(path.resolve(final, '../../../../..'), partial);
  await mkdir(partial, { mode: 0o700 });
  try {
    await writeFile(path.join(partial, jobFile), '', { mode: 0o600 });
    await secondName(path.join(old, path.basename(entry.manifest.archive.file)), path.join(partial, archiveFile), work);
    if (entry.manifest.globals) await secondName(path.join(old, globalsFile), path.join(partial, globalsFile), work);
    await carryOver(old, partial, work);
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
    await mustBeNew(final, entry);
    await seal(partial, final);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw reasonOf(error, work.signal);
  } finally {
    await finished();
  }
}

/** The verifications and drills that stand beside the old one, as they are: they say whose they are by id and archive. Durable; what is there already stays. */
async function carryOver(from: string, to: string, work: UpgradeWork): Promise<void> {
  const { objects } = await localStore(from).level(`${verifiedFolder}/`);
  if (objects.length === 0) return;
  const folder = path.join(to, verifiedFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const { key } of objects) {
    try {
      await secondName(path.join(from, key), path.join(to, key), work);
    } catch (error) {
      if (!isErrno(error, ['EEXIST'])) throw error;
    }
  }
  await flush(folder);
  await flush(to);
}

/** What an upgrade sealed that was killed before the old one was gone. Throws `backup.damaged` where something else stands there. */
async function sealedBefore(final: string, entry: BackupEntry): Promise<BackupEntry | undefined> {
  if (!(await isThere(final))) return undefined;
  let there: BackupEntry;
  try {
    there = await findBackup('', final);
  } catch (error) {
    throw taken(final, entry, error);
  }
  const { id, manifest } = there;
  const isSame = id === entry.id && manifest.archive.sha256 === entry.manifest.archive.sha256;
  if (!isSame || manifest.formatVersion !== 2) throw taken(final, entry);
  return there;
}

/** The old one must not have the name that the new one gets: it is named by its time, as 0.1.0 did. */
async function named(folder: string, byTime: string, entry: BackupEntry): Promise<string> {
  await mustBeNew(byTime, entry);
  await rename(folder, byTime);
  await flush(path.dirname(byTime));
  return byTime;
}

/** A rename would put an empty folder out of the way, and nobody would know whose it was. */
async function mustBeNew(at: string, entry: BackupEntry): Promise<void> {
  if (await isThere(at)) throw taken(at, entry);
}

function taken(at: string, { id }: BackupEntry, cause?: unknown): AppError {
  return new AppError('backup.damaged', { backup: id, reason: 'upgrade.taken', at }, { cause });
}

async function isThere(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    (error: unknown) => {
      if (isErrno(error, ['ENOENT'])) return false;
      throw error;
    },
  );
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
