import type { ErrorData } from '../base/errorData';
import { lstatSync, readdirSync } from 'node:fs';
import { access, constants, mkdir, realpath, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';
import { isBucket } from './storeOfRoot';
import { readSafely } from '../base/safeFile';
import { isTracked, isWorkTreeTop, workTreeOf } from '../state/gitIndex';
import { isOwn, mayBeWritten } from '../state/levels';
import { unwritable } from '../base/unwritable';
import { encodeName, manifestFile } from './backupFolder';

/**
 * Where backups go unless someone says otherwise: in Dev Spaces a folder of the workspace volume (it outlives the workspace's restart), elsewhere the user's data folder
 * (XDG). It is none where clones go; the one of 0.1.0, which was, stays in use while it is the one that holds backups.
 */
export function defaultRoot(env: NodeJS.ProcessEnv): string {
  const projects = env['PROJECTS_ROOT'];
  if (env['DEVWORKSPACE_ID'] !== undefined && projects !== undefined && path.isAbsolute(projects)) {
    const before = path.join(projects, 'db-ferry');
    return holdsOwnBackups(before) ? before : path.join(projects, '.db-ferry');
  }
  const data = env['XDG_DATA_HOME'];
  const base =
    data !== undefined && path.isAbsolute(data) ? data : path.join(env['HOME'] ?? homedir(), '.local', 'share');
  return path.join(base, 'db-ferry');
}

/** A folder as DB Ferry makes one, for nobody else, with a backup in it; no clone, and nothing that was unpacked. */
function holdsOwnBackups(root: string): boolean {
  try {
    const found = lstatSync(root);
    if (!found.isDirectory() || !isOwn(found.uid) || (found.mode & 0o007) !== 0) return false;
    if (lstatSync(path.join(root, '.git'), { throwIfNoEntry: false })) return false;
    let level = [root];
    for (let depth = 0; depth < 5; depth += 1) level = level.flatMap(foldersIn);
    return level.some((folder) => lstatSync(path.join(folder, manifestFile), { throwIfNoEntry: false })?.isFile());
  } catch {
    return false;
  }
}

function foldersIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((one) => one.isDirectory() && !one.name.startsWith('.'))
    .map((one) => path.join(folder, one.name));
}

/**
 * What is to be known of a root before it is used: whom it belongs to and who may write to it, since then what is in it may be theirs. A root that is not there is nobody's.
 * Throws `root.refused` for one that everybody may write to, that is the top of a git work tree, or in which git tracks files: that is what was cloned.
 */
export async function checkRoot(root: string): Promise<{ readonly isShared: boolean }> {
  if (isBucket(root)) return { isShared: false };
  const real = await realpath(root).catch((error: unknown) => {
    // what cannot be reached is said by what reads or writes it
    if (isErrno(error, ['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'])) return undefined;
    throw error;
  });
  if (real === undefined) return { isShared: false };
  const found = await stat(real);
  if (!found.isDirectory()) return { isShared: false };
  const refuse = (reason: ErrorData['root.refused']['reason']): AppError =>
    new AppError('root.refused', { root, reason });
  if (await isWorkTreeTop(real)) throw refuse('workTree');
  if (await isTracked(real)) throw refuse('tracked');
  if (process.geteuid !== undefined && (found.mode & 0o002) !== 0) throw refuse('writable');
  return { isShared: !isOwn(found.uid) || mayBeWritten(found) };
}

/**
 * Makes the root (0700) where it is none of those that are refused. Inside a git work tree it ignores itself, so that no row of a customer is ever committed. Throws
 * `root.refused`, `root.unreadable` where nothing can be written there, `disk.full`.
 */
export async function prepareRoot(root: string, cluster?: string): Promise<void> {
  if (isBucket(root)) throw new AppError('usage', { rule: 'root.bucket', root });
  await checkRoot(root);
  try {
    await makeRoot(root, cluster);
    await access(root, constants.W_OK);
  } catch (error) {
    throw await unwritable(root, error);
  }
}

async function makeRoot(root: string, cluster: string | undefined): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const real = await realpath(root);
  if ((await workTreeOf(real)) === undefined || (await ignoresAll(real))) return;
  // somebody else's .gitignore is not touched: every folder of ours ignores itself
  if (cluster === undefined) return;
  const folder = path.join(real, encodeName(cluster));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await ignoresAll(folder);
}

/** Writes a `.gitignore` where there is none; false where there is one that lets something through. */
async function ignoresAll(folder: string): Promise<boolean> {
  const file = path.join(folder, '.gitignore');
  try {
    await writeFile(file, '*\n', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const text = await readSafely(file, { most: 1e6 }).then(String, () => '');
    return text.split('\n').some((line) => line.trim() === '*');
  }
}
