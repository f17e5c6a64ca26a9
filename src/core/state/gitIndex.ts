import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';

/** True when the folder itself holds `.git`, be it a folder or a file: it is what somebody cloned. */
export async function isWorkTreeTop(folder: string): Promise<boolean> {
  return lstat(path.join(folder, '.git')).then(
    () => true,
    () => false,
  );
}

/** The top of the git work tree that a folder is in; undefined where it is in none. */
export async function workTreeOf(folder: string): Promise<string | undefined> {
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if (await isWorkTreeTop(at)) return at;
    if (at === path.dirname(at)) return undefined;
  }
}

/**
 * True when git tracks a file in the folder: then it is somebody's, not what was made here. The index is read by ourselves, since git runs what a repository's
 * configuration says. An index that cannot be read counts as one that tracks it.
 */
export async function isTracked(folder: string): Promise<boolean> {
  const top = await workTreeOf(folder);
  if (top === undefined) return false;
  const below = path.relative(top, path.resolve(folder)).split(path.sep).join('/');
  try {
    const index = await readSmall(path.join(await gitFolder(top), 'index'), mostIndex);
    return index !== undefined && pathsIn(index).some((name) => below === '' || name.startsWith(`${below}/`));
  } catch {
    return true;
  }
}

/** `.git`, or where it leads in a work tree that was added. */
async function gitFolder(top: string): Promise<string> {
  const git = path.join(top, '.git');
  if ((await lstat(git)).isDirectory()) return git;
  const text = (await readSmall(git, 4096))?.toString() ?? '';
  const [, target] = /^gitdir: (.+)\n?$/.exec(text) ?? [];
  if (target === undefined) throw new Error('no gitdir');
  return path.resolve(top, target);
}

/** Undefined where there is none: nothing was added yet. */
async function readSmall(name: string, most: number): Promise<Buffer | undefined> {
  const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const found = await file.stat();
    if (!found.isFile() || found.size > most) throw new Error('no index');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The paths of an index, versions 2 to 4 (gitformat-index). Throws for any other, and for one whose names are spread over a second file. */
export function pathsIn(index: Buffer): string[] {
  if (index.toString('latin1', 0, 4) !== 'DIRC') throw new Error('no index');
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) throw new Error('unknown version');
  const count = index.readUInt32BE(8);
  // of SHA-256 repositories ids are longer: the one under which all names can be read is right
  for (const idBytes of [20, 32]) {
    const found = entriesIn(index, version, count, idBytes);
    if (found) return found;
  }
  throw new Error('not understood');
}

function entriesIn(index: Buffer, version: number, count: number, idBytes: number): string[] | undefined {
  const paths: string[] = [];
  let at = 12;
  let before = Buffer.alloc(0);
  for (let entry = 0; entry < count; entry += 1) {
    const start = at;
    at += 40 + idBytes;
    if (at + 2 > index.length) return undefined;
    const flags = index.readUInt16BE(at);
    at += (flags & 0x4000) !== 0 && version > 2 ? 4 : 2;
    let kept = Buffer.alloc(0);
    if (version === 4) {
      const strip = varint(index, at);
      if (!strip || strip.value > before.length) return undefined;
      at = strip.at;
      kept = before.subarray(0, before.length - strip.value);
    }
    const end = index.indexOf(0, at);
    if (end < 0) return undefined;
    const name = Buffer.concat([kept, index.subarray(at, end)]);
    const length = flags & 0xfff;
    if (name.length === 0 || (length < 0xfff && length !== name.length)) return undefined;
    at = version === 4 ? end + 1 : start + Math.ceil((end - start + 1) / 8) * 8;
    before = name;
    paths.push(name.toString());
  }
  // a split index keeps the rest of its names elsewhere
  if (index.toString('latin1', at, at + 4) === 'link') throw new Error('a split index');
  return paths;
}

/** As git writes offsets: each further byte counts one more. */
function varint(bytes: Buffer, from: number): { value: number; at: number } | undefined {
  let at = from;
  let byte = bytes[at++];
  if (byte === undefined) return undefined;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0) {
    byte = bytes[at++];
    if (byte === undefined || value > 1e9) return undefined;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, at };
}

const mostIndex = 512e6;
