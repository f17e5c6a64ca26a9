import { chmod, lstat, mkdir, readlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';

/** Why a folder is no place for what is private. */
export type Unsafe = 'link' | 'notFolder' | 'owner' | 'writable' | 'workTree';

/**
 * Looks at each level of a path, from the top: one that is there must be a folder which nobody else may change. A link is followed only where nobody else
 * could have made it. Returns the real path; what is not there yet is as it was named. Throws `state.unsafe` { folder, reason }.
 */
export async function safeLevels(folder: string): Promise<string> {
  const left = partsOf(path.resolve(folder));
  let at = path.parse(path.resolve(folder)).root;
  await checkAbove(at, await lstat(at));
  for (let links = 0; left.length > 0;) {
    const next = path.join(at, left.shift() ?? '');
    const found = await there(next);
    if (!found) return path.join(next, ...left);
    if (found.isSymbolicLink()) {
      // its folder was looked at: whoever may not write there did not make it
      if (!isTrusted(found.uid) || (links += 1) > mostLinks) throw unsafe(next, 'link');
      const target = path.resolve(at, await readlink(next));
      left.unshift(...partsOf(target));
      at = path.parse(target).root;
      continue;
    }
    await checkAbove(next, found);
    at = next;
  }
  return at;
}

/**
 * Makes a folder of ours below one that is safe (0700), or looks that the one which is there is ours alone: no link, our own, and nobody else may write to it. What
 * only lets our own group in is closed: at each start of a pod a volume is opened to the pod's group. Throws `state.unsafe`.
 */
export async function ownFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return;
  } catch (error) {
    if (!isErrno(error, ['EEXIST'])) throw error;
  }
  const found = await checkOwn(folder);
  if (found && (found.mode & 0o077) !== 0 && canTell) await chmod(folder, 0o700);
}

/** The same without making it or changing it; undefined where there is none. */
export async function checkOwn(folder: string): Promise<Stats | undefined> {
  const found = await there(folder);
  if (!found) return undefined;
  if (found.isSymbolicLink()) throw unsafe(folder, 'link');
  if (!found.isDirectory()) throw unsafe(folder, 'notFolder');
  if (!isOwn(found.uid)) throw unsafe(folder, 'owner');
  if (mayBeWritten(found)) throw unsafe(folder, 'writable');
  return found;
}

/** True for a file or folder of this user. */
export function isOwn(uid: number): boolean {
  return !canTell || uid === process.geteuid?.();
}

/** True where others than this user may write: everybody, or a group that is not this user's own. */
export function mayBeWritten({ mode, gid }: Pick<Stats, 'mode' | 'gid'>): boolean {
  if (!canTell) return false;
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isOwnGroup(gid));
}

export function unsafe(folder: string, reason: Unsafe): AppError {
  return new AppError('state.unsafe', { folder, reason });
}

/** A level above: root's or ours; where all may write, only with the sticky bit, which keeps names from being exchanged. */
async function checkAbove(folder: string, found: Stats): Promise<void> {
  if (!found.isDirectory()) throw unsafe(folder, 'notFolder');
  if (!isTrusted(found.uid)) throw unsafe(folder, 'owner');
  if (mayBeWritten(found) && (found.mode & 0o1000) === 0) throw unsafe(folder, 'writable');
}

/** Root, this user; in a container with a user id of its own, where the image's folders belong to another one, also that. */
function isTrusted(uid: number): boolean {
  return !canTell || uid === 0 || isOwn(uid) || isArbitraryUser();
}

/** OpenShift gives each namespace user ids of its own, and group 0. */
function isArbitraryUser(): boolean {
  return process.getegid?.() === 0 && process.geteuid?.() !== 0;
}

/** The group that a distribution makes for each user; root's; and in a Dev Spaces container, or the pod of a job, those of the pod, where nobody else is. */
function isOwnGroup(gid: number): boolean {
  if (gid === 0) return true;
  if (gid === process.getegid?.() && gid === process.geteuid?.()) return true;
  const isPod = process.env['DEVWORKSPACE_ID'] !== undefined || process.env['DB_FERRY_IN_CLUSTER'] !== undefined;
  return isPod && (process.getgroups?.() ?? []).includes(gid);
}

async function there(name: string): Promise<Stats | undefined> {
  try {
    return await lstat(name);
  } catch (error) {
    if (isErrno(error, ['ENOENT'])) return undefined;
    throw error;
  }
}

function partsOf(absolute: string): string[] {
  return absolute.split(path.sep).filter((part) => part !== '');
}

/** Windows has other rights than these. */
const canTell = process.geteuid !== undefined;
const mostLinks = 40;
