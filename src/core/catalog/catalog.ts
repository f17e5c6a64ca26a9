import { lstat, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isAppError } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { keyRing } from '../state/keys';
import type { ByteSource } from '../store/byteSource';
import { fileSource } from '../store/fileSource';
import {
  archiveFile,
  encryptedSuffix,
  inNamedStore,
  isBackupId,
  jobFile,
  manifestFile,
  partialSuffix,
  signatureFile,
  type BackupPlace,
} from '../store/layout';
import { localStore } from '../store/local';
import type { Removal, Store } from '../store/store';
import { adopt } from './adopt';
import { atOf } from './atOf';
import { jobInName } from './backupFolder';
import { damagedManifest } from './damagedManifest';
import { atOnce, eachOf } from './eachOf';
import { mustNotBeHeld } from './hold';
import {
  elementOf,
  folderOf,
  lookForBackups,
  mayBe,
  mayBeNamed,
  mustFit,
  type UnreadableBackup,
} from './lookForBackups';
import { listIndexed } from './listIndexed';
import type { BackupAt, BackupEntry, BackupSummary, Manifest } from './manifest';
import { isBucket, storeOfRoot } from './storeOfRoot';
import { readManifest, summarise, wholeBackup, type ReadManifest } from './readBackup';

export type { UnreadableBackup } from './lookForBackups';

/** What is in a catalog: the backups, oldest first, and what stands where one does and cannot be read as one. */
export interface CatalogReading {
  readonly entries: readonly BackupSummary[];
  readonly unreadable: readonly UnreadableBackup[];
}

/**
 * What is under a root: the backups, oldest first, and the folders that cannot be read as one, each with its reason: none hides another. Of each its manifest alone is read. A missing root
 * holds none; partial folders are not backups. Throws what the file system says of the root itself.
 */
export async function readCatalog(root: string, filter: Partial<BackupPlace> = {}): Promise<CatalogReading> {
  if (isBucket(root)) return readStore(await storeOfRoot(root), filter);
  const { known, unreadable } = await listIndexed(root, filter);
  return { entries: [...known.values()].map(({ summary }) => summary).sort(byIdAndFolder), unreadable };
}

/** The same of a store. */
export async function readStore(store: Store, filter: Partial<BackupPlace> = {}): Promise<CatalogReading> {
  const entries: BackupSummary[] = [];
  const { prefixes, unreadable } = await lookForBackups(store, filter);
  const ring = await keyRing();
  await eachOf(prefixes, atOnce, async (prefix) => {
    if (elementOf(prefix).endsWith(partialSuffix)) return;
    const folder = folderOf(store, prefix);
    try {
      const read = await readManifest({ store, prefix }, ring);
      mustFit(prefix, read.short);
      entries.push(summarise(folder, read, { store, prefix }));
    } catch (error) {
      // one that is being made has none yet
      if (isAppError(error, 'store.absent') && error.data['key'] === prefix + manifestFile) return;
      unreadable.push({ folder, error: damagedManifest(folder, error) });
    }
  });
  unreadable.sort((a, b) => (a.folder < b.folder ? -1 : 1));
  return { entries: entries.sort(byIdAndFolder), unreadable };
}

/** The backups alone. */
export async function listBackups(root: string, filter: Partial<BackupPlace> = {}): Promise<BackupSummary[]> {
  return [...(await readCatalog(root, filter)).entries];
}

function byIdAndFolder(a: BackupSummary, b: BackupSummary): number {
  const [left, right] = [`${a.id} ${a.folder}`, `${b.id} ${b.folder}`];
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The backup that a person names: an id of the catalog (or the beginning of one, where only one fits), or a path (starts with `/` or `.`) to a backup's folder, its archive,
 * or a foreign archive, which is adopted in memory; or where it stands in a bucket that has a name (`store:archive/…`). Only what may have the id by the name of its folder is read. Throws `backup.unknown` (also where two have the id: then a path tells which),
 * `backup.incomplete`, `backup.damaged` (a manifest that cannot be read), `backup.newer`, `archive.foreign`.
 */
export async function findBackup(root: string, idOrPath: string): Promise<BackupEntry> {
  const stored = inNamedStore(idOrPath);
  if (stored) {
    const { folder, read, ...at } = await inStore(stored);
    return whole(folder, read, at);
  }
  if (!isPath(idOrPath) && isBucket(root)) return findInStore(await storeOfRoot(root), idOrPath);
  const found = isPath(idOrPath) ? await fromPath(path.resolve(idOrPath)) : await find(localStore(root), idOrPath);
  return 'read' in found ? whole(found.folder, found.read) : found;
}

/** The same without what grows with the database: an encrypted backup is found without its key. */
export async function findSummary(root: string, idOrPath: string): Promise<BackupSummary> {
  const stored = inNamedStore(idOrPath);
  if (stored) {
    const { folder, read, ...at } = await inStore(stored);
    return summarise(folder, read, at);
  }
  if (!isPath(idOrPath) && isBucket(root)) {
    const store = await storeOfRoot(root);
    const { folder, prefix, read } = await find(store, idOrPath);
    return summarise(folder, read, { store, prefix });
  }
  const found = isPath(idOrPath) ? await fromPath(path.resolve(idOrPath)) : await find(localStore(root), idOrPath);
  if ('read' in found) return summarise(found.folder, found.read);
  const { tables, largeObjects } = found.manifest;
  const rows = tables.reduce((sum, one) => sum + one.rows, 0);
  return { ...found, tables: tables.length, rows, largeObjects: largeObjects.count };
}

/** One of a bucket that has a name, by where it stands. */
async function inStore({
  root,
  prefix,
}: NonNullable<ReturnType<typeof inNamedStore>>): Promise<
  { readonly folder: string; readonly read: ReadManifest } & BackupAt
> {
  const store = await storeOfRoot(root);
  const folder = folderOf(store, prefix);
  try {
    const read = await readManifest({ store, prefix }, await keyRing());
    mustFit(prefix, read.short);
    return { folder, read, store, prefix };
  } catch (error) {
    if (isAppError(error, 'store.absent')) throw new AppError('backup.unknown', { backup: folder }, { cause: error });
    throw isAppError(error) && error.code.startsWith('store.') ? error : damagedManifest(folder, error);
  }
}

function isPath(text: string): boolean {
  return text.startsWith('/') || text.startsWith('.');
}

/** The same of a store, by id alone. */
export async function findInStore(store: Store, id: string): Promise<BackupEntry> {
  const { folder, prefix, read } = await find(store, id);
  return whole(folder, read, { store, prefix });
}

/** A backup of which the manifest was read. */
interface Found {
  readonly folder: string;
  readonly prefix: string;
  readonly read: ReadManifest;
}

/** A folder that stands where a backup does, whose manifest cannot be read. */
interface Damaged {
  readonly prefix: string;
  readonly error: AppError;
}

/**
 * The one that is named. What cannot be read counts by the name of its folder: a beginning that fits it as well means nobody alone, and where it alone fits, its trouble is the answer.
 */
async function find(store: Store, named: string): Promise<Found> {
  const { found, damaged } = await fitting(store, named);
  const exact = found.filter(({ read }) => read.short.id === named);
  const begins = named.length >= 4 ? found.filter(({ read }) => read.short.id.startsWith(named)) : [];
  const fits = exact.length > 0 ? exact : begins;
  const [only] = fits;
  const broken = exact.length > 0 ? [] : brokenOf(damaged, named);
  if (only && fits.length === 1 && broken.length === 0) {
    return { folder: folderOf(store, only.prefix), ...only };
  }
  const [first] = broken;
  if (first && broken.length + begins.length === 1) throw first.error;
  const names = [...begins.map(({ read }) => read.short.id), ...broken.map(({ prefix }) => elementOf(prefix))];
  throw new AppError('backup.unknown', {
    backup: named,
    ...(exact.length > 1 ? { folders: exact.map(({ prefix }) => folderOf(store, prefix)) } : {}),
    ...(exact.length === 0 && names.length > 1 ? { fits: names.sort() } : {}),
  });
}

/** Those that a name means: of a whole id the folder that has it, of what is shorter all that begin so. */
function brokenOf(damaged: readonly Damaged[], named: string): readonly Damaged[] {
  const own = isBackupId(named) ? damaged.filter(({ prefix }) => elementOf(prefix) === named) : [];
  if (own.length > 0 || named.length < 4) return own;
  return damaged.filter(({ prefix }) => mayBeNamed(elementOf(prefix), named));
}

/** What may be the one that is named, by the name of its folder: what can be read, and what cannot. */
async function fitting(
  store: Store,
  named: string,
): Promise<{ readonly found: readonly Omit<Found, 'folder'>[]; readonly damaged: readonly Damaged[] }> {
  const { prefixes } = await lookForBackups(store);
  const ring = await keyRing();
  const found: Omit<Found, 'folder'>[] = [];
  const damaged: Damaged[] = [];
  for (const prefix of prefixes.filter((one) => mayBe(one, named))) {
    // one that is being made is none yet
    if (elementOf(prefix).endsWith(partialSuffix)) continue;
    try {
      const read = await readManifest({ store, prefix }, ring);
      mustFit(prefix, read.short);
      found.push({ prefix, read });
    } catch (error) {
      const isEmpty = isAppError(error, 'store.absent') && error.data['key'] === prefix + manifestFile;
      if (isEmpty && elementOf(prefix) !== named) continue;
      damaged.push({ prefix, error: damagedManifest(folderOf(store, prefix), error) });
    }
  }
  return { found, damaged };
}

/** What cannot be read as a backup, with where it stands. */
export type DamagedBackup = UnreadableBackup & Pick<BackupSummary, 'id' | 'at'>;

/**
 * The folder of this very name that stands where a backup does and is damaged; undefined where there is none, and where a backup that can be read has that id. One that a newer version made, that is being
 * made, or that cannot be reached now, is not damaged. Throws `backup.unknown` { folders } where several have the name.
 */
export async function findDamaged(root: string, name: string): Promise<DamagedBackup | undefined> {
  const store = isBucket(root) ? await storeOfRoot(root) : localStore(root);
  const { found, damaged } = await fitting(store, name);
  const own = damaged.filter(({ prefix, error }) => elementOf(prefix) === name && staysDamaged(error));
  const [only] = own;
  if (!only || found.some(({ read }) => read.short.id === name)) return undefined;
  if (own.length > 1) {
    throw new AppError('backup.unknown', { backup: name, folders: own.map(({ prefix }) => folderOf(store, prefix)) });
  }
  const { prefix, error } = only;
  return { id: name, folder: folderOf(store, prefix), error, ...(isBucket(root) ? { at: { store, prefix } } : {}) };
}

function staysDamaged(error: AppError): boolean {
  if (isAppError(error, 'file.refused')) return true;
  const isOfSystem = error.cause instanceof Error && 'errno' in error.cause;
  return isAppError(error, 'backup.damaged') && error.data.reason !== 'manifest.missing' && !isOfSystem;
}

/** What interrupted or running backups left: folders that have no final name, in a bucket prefixes without a manifest. */
export async function listPartials(root: string): Promise<string[]> {
  if (isBucket(root)) return listUnsealed(await storeOfRoot(root));
  const { prefixes } = await lookForBackups(localStore(root));
  return prefixes
    .filter((prefix) => elementOf(prefix).endsWith(partialSuffix))
    .map((prefix) => folderOf({ name: root }, prefix));
}

/** What is below a store at the depth of a backup and has no manifest: being made, or left, or deleted halfway. */
export async function listUnsealed(store: Store): Promise<string[]> {
  const found = new Map<string, boolean>();
  for await (const { key } of store.list('')) {
    const prefix = /^(?:[^/]+\/){5}/.exec(key)?.[0];
    if (prefix !== undefined) found.set(prefix, found.get(prefix) === true || key === prefix + manifestFile);
  }
  return [...found].flatMap(([prefix, isSealed]) => (isSealed ? [] : [folderOf(store, prefix)]));
}

/** The job that writes or wrote a partial folder; undefined where it does not say. */
export async function jobOfPartial(folder: string): Promise<string | undefined> {
  const text = await readSafely(path.join(folder, jobFile), { most: 100 }).then(String, () => '');
  return text === '' ? jobInName(folder) : text;
}

/** Removes a partial folder. Throws `usage` for any other folder. */
export async function removePartial(folder: string): Promise<void> {
  if (!folder.endsWith(partialSuffix)) throw new AppError('usage', { rule: 'backup.notPartial', folder });
  await rm(folder, { recursive: true, force: true });
}

/** False for a foreign file that is a backup in memory alone: of one that was imported the digest is known. */
export function isInCatalog({ manifest }: { readonly manifest: Pick<Manifest, 'origin' | 'archive'> }): boolean {
  return manifest.origin === 'db-ferry' || manifest.archive.sha256 !== '';
}

/**
 * Deletes a backup of the catalog: its manifest first, so that what a crash leaves is no backup any more. Where a lock of its store refuses, it is `retained` until a date: with its manifest
 * nothing of it is gone. Throws `backup.held` { backup, owner, reason, time }, `usage` for a file that is not ours, and what the store says.
 */
export async function removeBackup(
  entry: Pick<BackupSummary, 'id' | 'folder' | 'at'> & { readonly manifest: Pick<Manifest, 'origin' | 'archive'> },
): Promise<Removal> {
  if (!isInCatalog(entry)) throw new AppError('usage', { rule: 'backup.notOurs', folder: entry.folder });
  return removeAll(entry);
}

/** Deletes what cannot be read as a backup, of which `findDamaged` says where it stands: the same way. Throws `backup.held`, also where the hold cannot be read, and what the store says. */
export async function removeDamaged(damaged: DamagedBackup): Promise<Removal> {
  return removeAll(damaged);
}

async function removeAll(entry: Pick<BackupSummary, 'id' | 'folder' | 'at'>): Promise<Removal> {
  const { store, prefix } = atOf(entry);
  await mustNotBeHeld(entry);
  const first = await store.remove(prefix + manifestFile);
  if (first.state === 'retained') return first;
  await store.remove(prefix + signatureFile);
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  let until: Date | undefined;
  for (const key of keys) {
    const removal = await store.remove(key);
    if (removal.state === 'retained' && (until === undefined || removal.until > until)) until = removal.until;
  }
  if (until !== undefined) return { state: 'retained', until };
  // on a disk there may be more than what a store knows
  if (entry.at === undefined) await rm(entry.folder, { recursive: true, force: true });
  return { state: 'removed' };
}

/** The archive's path, of a backup on this disk. */
export function archivePath(
  entry: Pick<BackupEntry, 'folder'> & { readonly manifest: Pick<Manifest, 'archive'> },
): string {
  return path.join(entry.folder, path.basename(entry.manifest.archive.file));
}

/**
 * The archive's bytes, wherever they lie; of an encrypted one what it decrypts to. Throws `encrypted.*`, `store.absent`, `file.refused` for what is no file of its folder; of a foreign one a person named the path, and a link at
 * its name is followed.
 */
export async function openArchive(
  entry: Pick<BackupEntry, 'folder' | 'at'> & {
    readonly manifest: Pick<Manifest, 'id' | 'origin' | 'archive' | 'encryption'>;
  },
): Promise<ByteSource> {
  if (!isInCatalog(entry)) return fileSource(archivePath(entry), { inside: entry.folder, follow: true });
  const at = atOf(entry);
  const { id, archive, encryption } = entry.manifest;
  const source = await at.store.open(at.prefix + archive.file);
  if (!encryption) return source;
  const { decryptedSource } = await import('../encrypt/decryptedSource');
  const { keyOfBackup } = await import('./backupKeys');
  return decryptedSource(source, [await keyOfBackup(at, { id, encryption })]);
}

async function whole(folder: string, read: ReadManifest, at?: BackupAt): Promise<BackupEntry> {
  try {
    return await wholeBackup(folder, read, at);
  } catch (error) {
    throw damagedManifest(folder, error);
  }
}

async function fromPath(named: string): Promise<Found | BackupEntry> {
  const name = await realpath(named).catch(() => named);
  const found = await stat(name).catch(() => undefined);
  if (!found) throw new AppError('backup.unknown', { backup: named });
  const folder = found.isDirectory() ? name : path.dirname(name);
  if (found.isDirectory() || [archiveFile, archiveFile + encryptedSuffix].includes(path.basename(name))) {
    if (folder.endsWith(partialSuffix)) throw new AppError('backup.incomplete', { backup: folder });
    if (await isThere(path.join(folder, manifestFile))) return ownOf(folder);
  }
  return adopt(found.isDirectory() ? await archiveIn(folder) : name);
}

async function ownOf(folder: string): Promise<Found> {
  try {
    const read = await readManifest({ store: localStore(folder), prefix: '' }, await keyRing());
    return { folder, prefix: '', read };
  } catch (error) {
    throw damagedManifest(folder, error);
  }
}

async function isThere(name: string): Promise<boolean> {
  return lstat(name).then(
    () => true,
    () => false,
  );
}

async function archiveIn(folder: string): Promise<string> {
  const archive = path.join(folder, archiveFile);
  if (await isFile(archive)) return archive;
  if (await isFile(path.join(folder, 'toc.dat'))) {
    throw new AppError('archive.foreign', { reason: 'directory', way: 'load', tool: 'pg_restore' });
  }
  throw new AppError('backup.unknown', { backup: folder });
}

async function isFile(name: string): Promise<boolean> {
  return (await stat(name).catch(() => undefined))?.isFile() ?? false;
}
