import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

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
export async function prepareRoot(root: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  if (!(await insideWorkTree(root))) return;
  try {
    await writeFile(path.join(root, '.gitignore'), '*\n', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
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
