import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isErrno } from '../base/errors';
import { refused, syncByName } from '../base/safeFile';
import { databasePrefix, jobFile, manifestFile, partialSuffix, type BackupPlace } from '../store/layout';

export {
  archiveFile,
  encodeName,
  globalsFile,
  makeBackupId,
  manifestFile,
  partialSuffix,
  type BackupPlace,
} from '../store/layout';

/** `<root>/<cluster>/<namespace>/<workload>/<database>`, each name percent-encoded. */
export function databaseFolder(root: string, place: BackupPlace): string {
  return path.join(root, databasePrefix(place));
}

/**
 * Makes the folder of a new backup under its partial name, with mode 0700, and returns both names: the final one is its id. It says which job writes it.
 */
export async function makePartialFolder(
  root: string,
  place: BackupPlace,
  id: string,
  job: string,
): Promise<{ partial: string; final: string }> {
  const parent = databaseFolder(root, place);
  const final = path.join(parent, id);
  const partial = final + partialSuffix;
  await makeLevels(root, parent);
  // its name says whose it is until the file does
  const named = namedPartial(final, job);
  await mkdir(named, { mode: 0o700 });
  try {
    await writeFile(path.join(named, jobFile), job, { mode: 0o600 });
    await rename(named, partial);
  } catch (error) {
    await rm(named, { recursive: true, force: true });
    throw error;
  }
  return { partial, final };
}

/** What a partial folder is called before it says in a file which job writes it. */
function namedPartial(final: string, job: string): string {
  return `${final}.of-${job}${partialSuffix}`;
}

/** The job in such a name. */
export function jobInName(folder: string): string | undefined {
  return /\.of-([\w-]+)\.partial$/.exec(path.basename(folder))?.[1];
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
