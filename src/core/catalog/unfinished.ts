import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prepareRoot } from './root';

/**
 * Notes under the root that a file is being written somewhere else, so that what a killed process leaves of it can be found. Returns what
 * takes the note back. Where the root cannot be written there is no note: the file is worth more.
 */
export async function noteUnfinished(root: string, file: string): Promise<() => Promise<void>> {
  const note = path.join(notesOf(root), encodeURIComponent(path.basename(file)).slice(-100));
  try {
    await prepareRoot(root);
    await mkdir(notesOf(root), { recursive: true, mode: 0o700 });
    await writeFile(note, file, { mode: 0o600 });
  } catch {
    return async () => undefined;
  }
  return async () => rm(note, { force: true });
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
      await rm(file, { force: true });
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
  for (const name of await readdir(notesOf(root)).catch(() => [])) {
    const note = path.join(notesOf(root), name);
    const file = await readFile(note, 'utf8').catch(() => '');
    if (!path.isAbsolute(file) || !file.endsWith('.tmp') || !(await isQuiet(note))) continue;
    const isThere = await stat(file).then(
      () => true,
      () => false,
    );
    if (!isThere || (await isQuiet(file))) found.push({ note, file, isThere });
  }
  return found;
}

function notesOf(root: string): string {
  return path.join(root, '.jobs', '.unfinished');
}

async function isQuiet(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > quietMs;
}

const quietMs = 10 * 60_000;
