import { lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { encodeName } from './backupFolder';

/**
 * Where backups go unless someone says otherwise: in Dev Spaces a folder of the workspace volume (it outlives the workspace's
 * restart and is no clone), elsewhere the user's data folder (XDG).
 */
export function defaultRoot(env: NodeJS.ProcessEnv): string {
  const projects = env['PROJECTS_ROOT'];
  if (env['DEVWORKSPACE_ID'] !== undefined && projects !== undefined && path.isAbsolute(projects)) {
    return path.join(projects, 'db-ferry');
  }
  const data = env['XDG_DATA_HOME'];
  const base =
    data !== undefined && path.isAbsolute(data) ? data : path.join(env['HOME'] ?? homedir(), '.local', 'share');
  return path.join(base, 'db-ferry');
}

/** Makes the root (0700). Inside a git work tree it ignores itself, so that no row of a customer is ever committed. */
export async function prepareRoot(root: string, cluster?: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  const real = await realpath(root);
  if (!(await insideWorkTree(real)) || (await ignoresAll(real))) return;
  // somebody else's .gitignore is not touched: every folder of ours ignores itself
  for (const name of ['.jobs', ...(cluster === undefined ? [] : [encodeName(cluster)])]) {
    await mkdir(path.join(real, name), { recursive: true, mode: 0o700 });
    await ignoresAll(path.join(real, name));
  }
}

/** Writes a `.gitignore` where there is none; false where there is one that lets something through. */
async function ignoresAll(folder: string): Promise<boolean> {
  const file = path.join(folder, '.gitignore');
  try {
    await writeFile(file, '*\n', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readFile(file, 'utf8')).split('\n').some((line) => line.trim() === '*');
  }
}

/** True when the folder or one above it holds `.git`, be it a folder or a file. */
export async function insideWorkTree(folder: string): Promise<boolean> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    try {
      await lstat(path.join(at, '.git'));
      return true;
    } catch {
      if (at === path.dirname(at)) return false;
    }
  }
}
