import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from '../base/errors';
import { refused, syncByName } from '../base/safeFile';

/** The place a backup is taken from, as its folder names it. */
export interface BackupPlace {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly database: string;
}

/** Names of the files in a backup's folder. */
export const archiveFile = 'database.dump';
export const globalsFile = 'globals.sql';
export const manifestFile = 'manifest.json';
/** In a partial folder: the id of the job that writes it. */
export const jobFile = 'job';
/** What a folder's name ends in until all in it is written, verified and flushed. */
export const partialSuffix = '.partial';

/** `<root>/<cluster>/<namespace>/<workload>/<database>`, each name percent-encoded. */
export function databaseFolder(root: string, place: BackupPlace): string {
  const names = [place.cluster, place.namespace, place.workload, place.database];
  return path.join(root, ...names.map(encodeName));
}

/** A name as one element of a path: everything but letters, digits, `.`, `_`, `-` percent-encoded; never `.`, `..` or hidden. */
export function encodeName(name: string): string {
  const encoded = Array.from(Buffer.from(name, 'utf8'), (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9._-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  return encoded.startsWith('.') ? `%2E${encoded.slice(1)}` : encoded;
}

/** A backup's id: its time and six hex digits; sorts by time, can be typed, holds no character that a shell minds. */
export function makeBackupId(now: Date): string {
  return `${compactTime(now)}-${randomBytes(3).toString('hex')}`;
}

/** `20261123T051500Z` */
export function compactTime(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '');
}

/**
 * Makes the folder of a new backup under its partial name, with mode 0700, and returns both names. It says which job writes it. A folder of the same
 * second gets its milliseconds into the name.
 */
export async function makePartialFolder(
  root: string,
  place: BackupPlace,
  now: Date,
  job: string,
): Promise<{ partial: string; final: string }> {
  const parent = databaseFolder(root, place);
  await makeLevels(root, parent);
  const second = compactTime(now);
  const names = [
    second,
    ...Array.from({ length: 99 }, (_, i) => second.replace('Z', `.${String(i + 1).padStart(2, '0')}Z`)),
  ];
  for (const name of names) {
    const final = path.join(parent, name);
    if (await exists(final)) continue;
    try {
      await mkdir(final + partialSuffix, { mode: 0o700 });
      const partial = final + partialSuffix;
      await writeFile(path.join(partial, jobFile), job, { mode: 0o600 });
      return { partial, final };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  throw new Error(`too many backups of one second in ${parent}`);
}

/** The folders from a root down to one below it: none of them a link that leads elsewhere. Throws `file.refused`. */
async function makeLevels(root: string, below: string): Promise<void> {
  await mkdir(root, { recursive: true, mode: 0o700 });
  let at = root;
  for (const name of path.relative(root, below).split(path.sep)) {
    at = path.join(at, name);
    await mkdir(at, { mode: 0o700 }).catch((error: unknown) => {
      if (!isErrno(error, ['EEXIST'])) throw error;
    });
    const found = await lstat(at);
    if (!found.isDirectory()) throw refused(at, found.isSymbolicLink() ? 'link' : 'notFile');
  }
}

/**
 * Gives a partial folder, whose files are flushed, its final name; durable, and proven by `prove`, when it returns. After an error it is a
 * partial folder again: what has the final name is a backup.
 */
export async function seal(
  partial: string,
  final: string,
  prove: () => Promise<void> = async () => undefined,
): Promise<void> {
  await flush(partial);
  await rename(partial, final);
  try {
    // only now: a partial folder always says whose it is
    await rm(path.join(final, jobFile), { force: true });
    await flush(final);
    // the folders above may be as new as this one: database, workload, namespace, cluster, root
    let above = final;
    for (let level = 0; level < 5; level += 1) await flush((above = path.dirname(above)));
    await prove();
  } catch (error) {
    // without its manifest it is at least no backup
    await rename(final, partial).catch(() => rm(path.join(final, manifestFile), { force: true }));
    throw error;
  }
}

/** fsync of a file or folder by name. */
export async function flush(name: string): Promise<void> {
  await syncByName(name);
}

/** Writes a whole file (mode 0600) so that it is there wholly or not at all, also after a crash. */
export async function writeDurably(file: string, content: string | readonly Buffer[]): Promise<void> {
  const temporary = `${file}.${randomBytes(3).toString('hex')}.tmp`;
  const handle = await open(temporary, 'wx', 0o600);
  try {
    for (const piece of typeof content === 'string' ? [content] : content) await handle.writeFile(piece);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await flush(path.dirname(file));
}

async function exists(name: string): Promise<boolean> {
  try {
    await flush(name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
