import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readSafely } from '../base/safeFile';
import { checkState, prepareRootState, rootState } from '../state/stateFolder';
import { partialSuffix } from './backupFolder';

/**
 * Notes in this user's own state that a file is being written somewhere else, or a backup that no job writes, so that what a killed process leaves of it
 * can be found. Returns what takes the note back. Where the state cannot be written there is no note: the file is worth more.
 */
export async function noteUnfinished(root: string, file: string): Promise<() => Promise<void>> {
  try {
    const notes = await prepareRootState(root, notesName);
    const note = path.join(notes, encodeURIComponent(path.basename(file)).slice(-100));
    await writeFile(note, file, { mode: 0o600 });
    return async () => rm(note, { force: true });
  } catch {
    return async () => undefined;
  }
}

/** Files that were noted, are there and will not be finished any more: their paths. One that is at work writes all the time. Never throws. */
export async function listUnfinished(root: string): Promise<string[]> {
  return (await quietOnes(root)).flatMap(({ file, isThere }) => (isThere ? [file] : []));
}

/** Removes them, with their notes; returns their paths. Never throws. */
export async function removeUnfinished(root: string): Promise<string[]> {
  const removed: string[] = [];
  for (const { note, file, isThere } of await quietOnes(root)) {
    try {
      await rm(file, { force: true, recursive: file.endsWith(partialSuffix) });
      await rm(note, { force: true });
      if (isThere) removed.push(file);
    } catch {
      // not to be reached now: its note stays
    }
  }
  return removed;
}

async function quietOnes(root: string): Promise<{ note: string; file: string; isThere: boolean }[]> {
  const found: { note: string; file: string; isThere: boolean }[] = [];
  const notes = path.join(rootState(root), notesName);
  const names = await checkState()
    .then(async () => readdir(notes))
    .catch(() => []);
  for (const name of names) {
    const note = path.join(notes, name);
    const file = await readSafely(note, { most: longestPath, own: true }).then(String, () => '');
    if (!isOurs(file) || !(await isQuiet(note))) continue;
    const isThere = (await newestChange(file)) !== undefined;
    if (!isThere || (await isQuiet(file))) found.push({ note, file, isThere });
  }
  return found;
}

/** What an export or an adoption writes, by the form of its name. */
function isOurs(file: string): boolean {
  return path.isAbsolute(file) && (/\.[0-9a-f]{6}\.tmp$/.test(file) || file.endsWith(partialSuffix));
}

async function isQuiet(file: string): Promise<boolean> {
  const newest = await newestChange(file);
  return newest !== undefined && Date.now() - newest > quietMs;
}

/** Of a file, or of a folder and what is in it; undefined where it is not there. */
async function newestChange(file: string): Promise<number | undefined> {
  const own = await stat(file).catch(() => undefined);
  if (!own?.isDirectory()) return own?.mtimeMs;
  const within = (await readdir(file).catch(() => [])).map(async (name) => stat(path.join(file, name)));
  const times = (await Promise.allSettled(within)).map((one) => (one.status === 'fulfilled' ? one.value.mtimeMs : 0));
  return Math.max(own.mtimeMs, ...times);
}

const notesName = 'unfinished';
const longestPath = 16_384;
const quietMs = 10 * 60_000;
