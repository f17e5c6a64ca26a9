import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../errors';
import { adopt } from './adopt';
import { archiveFile, encodeName, jobFile, manifestFile, partialSuffix, type BackupPlace } from './backupFolder';
import type { BackupEntry, Manifest } from './manifest';

/**
 * The backups under a root, oldest first; a missing root holds none. Partial folders are not backups; a folder whose manifest cannot be read is
 * left out here and shows when it is named.
 */
export async function listBackups(root: string, filter: Partial<BackupPlace> = {}): Promise<BackupEntry[]> {
  const entries: BackupEntry[] = [];
  for (const folder of await backupFolders(root, filter)) {
    if (folder.endsWith(partialSuffix)) continue;
    try {
      entries.push(await readEntry(folder));
    } catch {
      continue;
    }
  }
  return entries.sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

/**
 * The backup that a person names: an id of the catalog (or the beginning of one, where only one fits), or a path (starts with `/` or `.`) to a backup's folder, its archive,
 * or a foreign archive, which is adopted in memory. Throws `backup.unknown`, `backup.incomplete`, `backup.damaged` (a manifest that cannot be
 * read), `archive.foreign`.
 */
export async function findBackup(root: string, idOrPath: string): Promise<BackupEntry> {
  if (idOrPath.startsWith('/') || idOrPath.startsWith('.')) return fromPath(path.resolve(idOrPath));
  const all = await listBackups(root);
  const exact = all.find((entry) => entry.id === idOrPath);
  if (exact) return exact;
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
  return (await backupFolders(root)).filter((folder) => folder.endsWith(partialSuffix));
}

/** The job that writes or wrote a partial folder; undefined where it does not say. */
export async function jobOfPartial(folder: string): Promise<string | undefined> {
  const text = await readFile(path.join(folder, jobFile), 'utf8').catch(() => '');
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
  await rm(entry.folder, { recursive: true, force: true });
}

/** The archive's path. */
export function archivePath(entry: BackupEntry): string {
  return path.join(entry.folder, path.basename(entry.manifest.archive.file));
}

async function readEntry(folder: string): Promise<BackupEntry> {
  const manifest = JSON.parse(await readFile(path.join(folder, manifestFile), 'utf8')) as Partial<Manifest> | null;
  if (manifest?.format !== 'db-ferry-backup') throw new Error('not a manifest of a backup');
  if (manifest.formatVersion !== 1) throw new Error(`format version ${String(manifest.formatVersion)} is not known`);
  const whole = manifest as Manifest;
  return { id: whole.id, folder, manifest: whole };
}

async function fromPath(name: string): Promise<BackupEntry> {
  const found = await stat(name).catch(() => undefined);
  if (!found) throw new AppError('backup.unknown', { backup: name });
  const folder = found.isDirectory() ? name : path.dirname(name);
  if (found.isDirectory() || path.basename(name) === archiveFile) {
    if (folder.endsWith(partialSuffix)) throw new AppError('backup.incomplete', { backup: folder });
    if (await isFile(path.join(folder, manifestFile))) return named(folder);
  }
  return adopt(found.isDirectory() ? await archiveIn(folder) : name);
}

async function named(folder: string): Promise<BackupEntry> {
  try {
    return await readEntry(folder);
  } catch (error) {
    const reason = `the manifest cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new AppError('backup.damaged', { backup: folder, reason }, { cause: error });
  }
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

/** Folders at the depth of a backup, partial ones too; hidden folders of the root (`.jobs`) are not looked into. */
export async function backupFolders(root: string, filter: Partial<BackupPlace> = {}): Promise<string[]> {
  let level = [root];
  for (const name of [filter.cluster, filter.namespace, filter.workload, filter.database, undefined]) {
    const next: string[] = [];
    for (const folder of level)
      next.push(...(await subfolders(folder, name === undefined ? undefined : encodeName(name))));
    level = next;
  }
  return level;
}

async function subfolders(folder: string, only: string | undefined): Promise<string[]> {
  const found = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (['ENOENT', 'EACCES', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  });
  return found
    .filter((one) => one.isDirectory() && !one.name.startsWith('.') && (only === undefined || one.name === only))
    .map((one) => path.join(folder, one.name))
    .sort();
}
