import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { checkOwn, ownFolder, safeLevels, unsafe } from './levels';
import { isTracked, isWorkTreeTop } from './gitIndex';

/**
 * Where this user's own state is: jobs, locks, keys. XDG_STATE_HOME; in Dev Spaces, where the home folder may not outlive a restart, a folder of the workspace
 * volume beside the clones; else `~/.local/state`. Backups are elsewhere: they may be shared, this may not.
 */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'];
  if (state !== undefined && path.isAbsolute(state)) return path.join(state, 'db-ferry');
  const projects = env['PROJECTS_ROOT'];
  if (env['DEVWORKSPACE_ID'] !== undefined && projects !== undefined && path.isAbsolute(projects)) {
    return path.join(projects, '.db-ferry-state');
  }
  return path.join(env['HOME'] ?? homedir(), '.local', 'state', 'db-ferry');
}

/** Where the state that belongs to one root of backups is: its jobs, and notes about it. The same for every way to write the root. */
export function rootState(root: string): string {
  // a bucket is the same from everywhere
  const real = /^(?:s3|store):/i.test(root) ? root.replace(/\?asOf=[0-9TZ:.-]*$/, '') : realOf(path.resolve(root));
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 16);
  const name = path.basename(real).replaceAll(/[^A-Za-z0-9._-]/g, '_');
  return path.join(stateFolder(), 'roots', `${name.slice(0, 40)}-${digest}`);
}

/**
 * Makes the state folder, and below it these folders one in the other, each 0700 and ours alone; returns the path. Throws `state.unsafe` where
 * somebody else could have put something there, and what the file system says.
 */
export async function prepareState(...below: readonly string[]): Promise<string> {
  const real = await safeLevels(path.dirname(stateFolder()));
  await mkdir(real, { recursive: true, mode: 0o700 });
  let at = path.join(real, path.basename(stateFolder()));
  await ownFolder(at);
  await refuseTracked(at);
  for (const name of below) await ownFolder((at = path.join(at, name)));
  return path.join(stateFolder(), ...below);
}

/** Makes the state of a root, and in it these folders. */
export async function prepareRootState(root: string, ...below: readonly string[]): Promise<string> {
  return prepareState(...path.relative(stateFolder(), rootState(root)).split(path.sep), ...below);
}

/** Throws `state.unsafe` where the state folder could hold what somebody else put there; one that is not there holds nothing. */
export async function checkState(): Promise<void> {
  const folder = stateFolder();
  if (checked.has(folder)) return;
  const real = await safeLevels(path.dirname(folder));
  const own = path.join(real, path.basename(folder));
  if (!(await checkOwn(own))) return;
  await refuseTracked(own);
  checked.add(folder);
}

/** What a process has looked at stays as it is: nobody else may change it. */
const checked = new Set<string>();

/** A state that came with a clone is somebody else's. */
async function refuseTracked(folder: string): Promise<void> {
  if ((await isWorkTreeTop(folder)) || (await isTracked(folder))) throw unsafe(folder, 'workTree');
}

/** The real path, as far as there is one. */
function realOf(name: string): string {
  try {
    return realpathSync(name);
  } catch {
    const parent = path.dirname(name);
    return parent === name ? name : path.join(realOf(parent), path.basename(name));
  }
}
