import { lstat, readdir, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno, toAppError } from '../base/errors';
import { readSafely, refused } from '../base/safeFile';
import type { ByteSource } from '../store/byteSource';
import { fileSource } from '../store/fileSource';
import { adopt } from './adopt';
import { keyRing, type KeyRing } from '../state/keys';
import { archiveFile, encodeName, jobFile, manifestFile, partialSuffix, type BackupPlace } from './backupFolder';
import type { BackupEntry, Manifest } from './manifest';
import { longestManifest, parseManifest } from './parseManifest';
import { removeSignature, signedBy } from './signature';

/** A folder that stands where a backup does and cannot be read as one. */
export interface UnreadableBackup {
  readonly folder: string;
  /** why */
  readonly error: AppError;
}

/**
 * What is under a root: the backups, oldest first, and the folders that cannot be read as one, each with its reason: none hides another. A missing root
 * holds none; partial folders are not backups. Throws what the file system says of the root itself.
 */
export async function readCatalog(
  root: string,
  filter: Partial<BackupPlace> = {},
): Promise<{ readonly entries: readonly BackupEntry[]; readonly unreadable: readonly UnreadableBackup[] }> {
  const entries: BackupEntry[] = [];
  const { folders, unreadable } = await lookForBackups(root, filter);
  const ring = await keyRing();
  for (const folder of folders) {
    if (folder.endsWith(partialSuffix)) continue;
    try {
      const entry = await readEntry(folder, ring, root);
      mustFit(root, folder, entry.manifest);
      entries.push(entry);
    } catch (error) {
      unreadable.push({ folder, error: damagedManifest(folder, error) });
    }
  }
  return { entries: entries.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)), unreadable };
}

/** The backups alone. */
export async function listBackups(root: string, filter: Partial<BackupPlace> = {}): Promise<BackupEntry[]> {
  return [...(await readCatalog(root, filter)).entries];
}

/**
 * Throws for a manifest that says it belongs to another folder: by the place it was taken from, and by its time. A copy of a backup that was put elsewhere
 * by hand would pass for another one.
 */
export function mustFit(root: string, folder: string, manifest: Pick<Manifest, 'id' | 'origin' | 'source'>): void {
  const { cluster, namespace, workload, database } = manifest.source;
  const place = path.relative(root, path.dirname(folder)).split(path.sep);
  if (manifest.origin === 'adopted') {
    // its folder is named by the file that it was, and its id by the end of the copy
    if (place[0] !== 'adopted') throw new Error('it says that it was adopted, and is not where such are');
    return;
  }
  const own = [cluster, namespace, workload, database].map(encodeName);
  if (own.join('/') !== place.join('/')) throw new Error(`it is of another place: ${own.join('/')}`);
  const time = /^\d{8}T\d{6}/.exec(path.basename(folder))?.[0];
  if (time === undefined || !manifest.id.startsWith(time)) throw new Error(`it is of another folder: ${manifest.id}`);
}

/**
 * The backup that a person names: an id of the catalog (or the beginning of one, where only one fits), or a path (starts with `/` or `.`) to a backup's folder, its archive,
 * or a foreign archive, which is adopted in memory. Throws `backup.unknown` (also where two have the id: then a path tells which), `backup.incomplete`, `backup.damaged` (a manifest that cannot be
 * read), `archive.foreign`.
 */
export async function findBackup(root: string, idOrPath: string): Promise<BackupEntry> {
  if (idOrPath.startsWith('/') || idOrPath.startsWith('.')) return fromPath(path.resolve(idOrPath));
  const all = await listBackups(root);
  const [exact, ...more] = all.filter((entry) => entry.id === idOrPath);
  if (exact && more.length === 0) return exact;
  if (exact) {
    const folders = [exact, ...more].map(({ folder }) => folder);
    throw new AppError('backup.unknown', { backup: idOrPath, folders });
  }
  const begins = idOrPath.length >= 4 ? all.filter((entry) => entry.id.startsWith(idOrPath)) : [];
  const [only] = begins;
  if (only && begins.length === 1) return only;
  throw new AppError('backup.unknown', {
    backup: idOrPath,
    ...(begins.length > 1 ? { fits: begins.map((one) => one.id) } : {}),
  });
}

/** What interrupted or running backups left: folders that have no final name. */
export async function listPartials(root: string): Promise<string[]> {
  return (await lookForBackups(root)).folders.filter((folder) => folder.endsWith(partialSuffix));
}

/** The job that writes or wrote a partial folder; undefined where it does not say. */
export async function jobOfPartial(folder: string): Promise<string | undefined> {
  const text = await readSafely(path.join(folder, jobFile), { most: 100 }).then(String, () => '');
  return text === '' ? undefined : text;
}

/** Removes a partial folder. Throws `usage` for any other folder. */
export async function removePartial(folder: string): Promise<void> {
  if (!folder.endsWith(partialSuffix)) throw new AppError('usage', { message: `${folder} is no partial backup` });
  await rm(folder, { recursive: true, force: true });
}

/** False for a foreign file that is a backup in memory alone: of one that was imported the digest is known. */
export function isInCatalog({ manifest }: { readonly manifest: Pick<Manifest, 'origin' | 'archive'> }): boolean {
  return manifest.origin === 'db-ferry' || manifest.archive.sha256 !== '';
}

/** Deletes a backup of the catalog: its manifest first, so that what a crash leaves is no backup any more. */
export async function removeBackup(entry: {
  readonly folder: string;
  readonly manifest: Pick<Manifest, 'origin' | 'archive'>;
}): Promise<void> {
  if (!isInCatalog(entry)) throw new AppError('usage', { message: `${entry.folder} is not ours to delete` });
  await rm(path.join(entry.folder, manifestFile), { force: true });
  await removeSignature(entry.folder);
  await rm(entry.folder, { recursive: true, force: true });
}

/** The archive's path. */
export function archivePath(entry: BackupEntry): string {
  return path.join(entry.folder, path.basename(entry.manifest.archive.file));
}

/**
 * The archive's bytes, wherever they lie. Throws what the file system says where it is missing, `file.refused` for what is no file of its folder; of a foreign one a person named the path, and a link at
 * its name is followed.
 */
export async function openArchive(entry: BackupEntry): Promise<ByteSource> {
  return fileSource(archivePath(entry), { inside: entry.folder, follow: !isInCatalog(entry) });
}

async function readEntry(folder: string, ring: KeyRing, inside = folder): Promise<BackupEntry> {
  const text = await readSafely(path.join(folder, manifestFile), { most: longestManifest, inside });
  const manifest = parseManifest(JSON.parse(text.toString()));
  return { id: manifest.id, folder, manifest, signed: await signedBy(folder, manifest, ring, inside) };
}

/** Why a folder is no backup, in words that name the file. */
export function damagedManifest(folder: string, error: unknown): AppError {
  const { code, data } = toAppError(error);
  if (code !== 'internal') return toAppError(error);
  const missing = isErrno(error, ['ENOENT']);
  const reason = missing ? 'it has no manifest' : `the manifest cannot be read: ${String(data['message'])}`;
  return new AppError('backup.damaged', { backup: folder, reason }, { cause: error });
}

async function fromPath(named: string): Promise<BackupEntry> {
  const name = await realpath(named).catch(() => named);
  const found = await stat(name).catch(() => undefined);
  if (!found) throw new AppError('backup.unknown', { backup: named });
  const folder = found.isDirectory() ? name : path.dirname(name);
  if (found.isDirectory() || path.basename(name) === archiveFile) {
    if (folder.endsWith(partialSuffix)) throw new AppError('backup.incomplete', { backup: folder });
    if (await isThere(path.join(folder, manifestFile))) return ownOf(folder);
  }
  return adopt(found.isDirectory() ? await archiveIn(folder) : name);
}

async function ownOf(folder: string): Promise<BackupEntry> {
  try {
    return await readEntry(folder, await keyRing());
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
    throw new AppError('archive.foreign', { reason: 'directory format', way: 'load', tool: 'pg_restore' });
  }
  throw new AppError('backup.unknown', { backup: folder });
}

async function isFile(name: string): Promise<boolean> {
  return (await stat(name).catch(() => undefined))?.isFile() ?? false;
}

/**
 * Folders at the depth of a backup, partial ones too, and what stands there and cannot be looked into. Hidden folders of the root are not looked into, and no link
 * is followed: it could lead anywhere.
 */
export async function lookForBackups(
  root: string,
  filter: Partial<BackupPlace> = {},
): Promise<{ readonly folders: readonly string[]; readonly unreadable: UnreadableBackup[] }> {
  const unreadable: UnreadableBackup[] = [];
  let level = [root];
  const names = [filter.cluster, filter.namespace, filter.workload, filter.database, undefined];
  for (const [depth, name] of names.entries()) {
    const next: string[] = [];
    for (const folder of level) {
      try {
        const found = await subfolders(folder, name === undefined ? undefined : encodeName(name));
        next.push(...found.folders);
        const odd = found.links.map((link) => ({ folder: link, error: refused(link, 'link') }));
        if (depth === names.length - 1) unreadable.push(...odd);
      } catch (error) {
        if (folder === root) throw error;
        unreadable.push({ folder, error: toAppError(error) });
      }
    }
    level = next;
  }
  return { folders: level, unreadable };
}

async function subfolders(folder: string, only: string | undefined): Promise<{ folders: string[]; links: string[] }> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'EACCES', 'ENOTDIR'])) return [];
    throw error;
  });
  const named = found.filter(({ name }) => !name.startsWith('.') && (only === undefined || name === only));
  const pathsOf = (some: typeof named): string[] => some.map(({ name }) => path.join(folder, name)).sort();
  return {
    folders: pathsOf(named.filter((one) => one.isDirectory())),
    links: pathsOf(named.filter((one) => one.isSymbolicLink())),
  };
}
