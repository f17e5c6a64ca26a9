import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import {
  link as linkFile,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  unlink,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../base/errors';
import { readSafely, refused, syncByName } from '../base/safeFile';
import { unwritable } from '../base/unwritable';
import type { ByteSource } from './byteSource';
import { fileSource } from './fileSource';
import {
  checkKey,
  checkPrefix,
  type Removal,
  type Store,
  type StoredLevel,
  type StoredObject,
  type Upload,
} from './store';

export interface LocalOptions {
  /** how much room there is */
  readonly room?: Store['room'];
  /** how the file of an upload is made (tests); must fail where there is one */
  readonly make?: (file: string) => Promise<FileHandle>;
  /** how a file gets a second name (tests) */
  readonly link?: typeof linkFile;
}

/**
 * A folder of a disk as a store: this workspace's volume, or a claim that is mounted. An object is a regular file of mode 0600; no link is followed, below the root nothing leads out of
 * it, and what is on its way has a hidden name that no list shows. A commit is flushed, as the folders above it are. What may not be written throws `root.unreadable`, a full disk `disk.full`; all else is
 * thrown as the file system says it.
 */
export function localStore(root: string, options: LocalOptions = {}): Store {
  return new LocalStore(path.resolve(root), options);
}

class LocalStore implements Store {
  readonly name: string;
  readonly can = { locks: false, versions: false };
  readonly room: Store['room'];
  #real: string | undefined;
  readonly #make: (file: string) => Promise<FileHandle>;
  readonly #link: typeof linkFile;

  constructor(root: string, { room, make = makeFile, link = linkFile }: LocalOptions) {
    this.name = root;
    this.room = room;
    this.#make = make;
    this.#link = link;
  }

  async *list(
    prefix: string,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<StoredObject, void, undefined> {
    const { folders, objects } = await this.level(prefix);
    // in the order of whole keys: a folder's stand where its name with the slash does
    const all = [...folders.map((name) => `${prefix}${name}/`), ...objects.map(({ key }) => key)].sort(byUnits);
    const own = new Map(objects.map((object) => [object.key, object]));
    for (const key of all) {
      options.signal?.throwIfAborted();
      const object = own.get(key);
      if (object) yield object;
      else yield* this.list(key, options);
    }
  }

  async level(prefix: string): Promise<StoredLevel> {
    checkPrefix(prefix);
    const folder = path.join(this.name, prefix);
    const folders: string[] = [];
    const objects: StoredObject[] = [];
    const odd: StoredLevel['refused'][number][] = [];
    for (const entry of await this.#entries(folder)) {
      if (entry.name.startsWith('.')) continue;
      const key = prefix + entry.name;
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile()) {
        const found = await lstat(path.join(folder, entry.name)).catch(absentIs(undefined));
        if (found?.isFile()) objects.push({ key, size: found.size, changed: found.mtime });
      } else
        odd.push({ key, error: refused(path.join(folder, entry.name), entry.isSymbolicLink() ? 'link' : 'notFile') });
    }
    return { folders: folders.sort(byUnits), objects: objects.sort((a, b) => byUnits(a.key, b.key)), refused: odd };
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    const file = this.#file(key);
    const found = await lstat(file).catch(absentIs(undefined));
    if (!found?.isFile()) return undefined;
    await this.#mustBeStraight(path.dirname(file));
    return { key, size: found.size, changed: found.mtime };
  }

  async open(key: string): Promise<ByteSource> {
    const file = this.#file(key);
    try {
      await this.#mustBeStraight(path.dirname(file));
      return await fileSource(file);
    } catch (error) {
      throw isErrno(error, ['ENOENT', 'ENOTDIR']) ? new AppError('store.absent', { key }, { cause: error }) : error;
    }
  }

  async get(key: string, most: number): Promise<Buffer> {
    const file = this.#file(key);
    try {
      await this.#mustBeStraight(path.dirname(file));
      return await readSafely(file, { most });
    } catch (error) {
      throw isErrno(error, ['ENOENT', 'ENOTDIR']) ? new AppError('store.absent', { key }, { cause: error }) : error;
    }
  }

  async create(key: string): Promise<Upload> {
    const file = this.#file(key);
    const making = path.join(path.dirname(file), `.${randomBytes(6).toString('hex')}.tmp`);
    for (let tries = 3; ; tries -= 1) {
      try {
        await this.#makeFolders(path.dirname(key));
        return new LocalUpload({ key, file, making, link: this.#link }, await this.#make(making));
      } catch (error) {
        // the folder went with the last that was in it, just now
        if (tries === 0 || !isErrno(error, ['ENOENT'])) return told(path.dirname(file), error);
      }
    }
  }

  async remove(key: string): Promise<Removal> {
    const file = this.#file(key);
    const found = await lstat(file).catch(absentIs(undefined));
    if (found === undefined) return { state: 'absent' };
    await this.#mustBeStraight(path.dirname(file));
    if (found.isDirectory()) return { state: 'absent' };
    await unlink(file).catch(async (error: unknown) => told(path.dirname(file), error));
    await this.#sweep(path.dirname(file));
    return { state: 'removed' };
  }

  /** A folder that nothing is in any more is none: a store knows objects alone. The root stays. */
  async #sweep(folder: string): Promise<void> {
    for (let at = folder; at !== this.name; at = path.dirname(at)) {
      const isGone = await rmdir(at).then(
        () => true,
        () => false,
      );
      if (!isGone) return syncByName(await realpath(at));
    }
    await syncByName(await realpath(this.name));
  }

  #file(key: string): string {
    checkKey(key);
    return path.join(this.name, key);
  }

  async #entries(folder: string): Promise<Dirent[]> {
    const found = await readdir(folder, { withFileTypes: true }).catch(absentIs([]));
    if (found.length > 0) await this.#mustBeStraight(folder);
    return found;
  }

  /** Throws `file.refused` for a folder below the root that is reached through a link. */
  async #mustBeStraight(folder: string): Promise<void> {
    this.#real ??= await realpath(this.name);
    const real = await realpath(folder);
    if (real !== path.join(this.#real, path.relative(this.name, folder))) throw refused(folder, 'outside');
  }

  /** The folders from the root down to one below it: none of them a link that leads elsewhere. */
  async #makeFolders(below: string): Promise<void> {
    await mkdir(this.name, { recursive: true, mode: 0o700 });
    let at = this.name;
    for (const name of below === '.' ? [] : below.split('/')) {
      const above = at;
      at = path.join(at, name);
      const isNew = await mkdir(at, { mode: 0o700 }).then(
        () => true,
        (error: unknown) => {
          if (!isErrno(error, ['EEXIST'])) throw error;
          return false;
        },
      );
      if (isNew) await syncByName(await realpath(above));
      const found = await lstat(at);
      if (!found.isDirectory()) throw refused(at, found.isSymbolicLink() ? 'link' : 'notFile');
    }
  }
}

interface UploadNames {
  readonly key: string;
  /** what it will be */
  readonly file: string;
  /** what it is until then */
  readonly making: string;
  readonly link: typeof linkFile;
}

class LocalUpload implements Upload {
  readonly #names: UploadNames;
  #handle: FileHandle | undefined;
  #size = 0;

  constructor(names: UploadNames, handle: FileHandle) {
    this.#names = names;
    this.#handle = handle;
  }

  async write(chunk: Buffer): Promise<void> {
    if (!this.#handle) throw ended(this.#names.key);
    await this.#handle.writeFile(chunk).catch(async (error: unknown) => told(path.dirname(this.#names.file), error));
    this.#size += chunk.length;
  }

  async commit({ ifAbsent = false }: { readonly ifAbsent?: boolean } = {}): Promise<StoredObject> {
    const handle = this.#handle;
    if (!handle) throw ended(this.#names.key);
    try {
      await handle.sync();
      const { mtime } = await handle.stat();
      await this.#close();
      if (ifAbsent) await this.#nameNew();
      else await rename(this.#names.making, this.#names.file);
      await syncByName(await realpath(path.dirname(this.#names.file)));
      return { key: this.#names.key, size: this.#size, changed: mtime };
    } catch (error) {
      return await told(path.dirname(this.#names.file), error);
    } finally {
      await this.abort();
    }
  }

  async abort(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.#names.making, { force: true }).catch(() => undefined);
  }

  /** A link fails where there is something of that name, and the name has all of the file at once. */
  async #nameNew(): Promise<void> {
    try {
      await this.#names.link(this.#names.making, this.#names.file);
    } catch (error) {
      if (isErrno(error, ['EEXIST'])) throw new AppError('store.exists', { key: this.#names.key });
      if (!isErrno(error, noLinks)) throw error;
      // no links here: whoever makes the name first has it, and puts the file in its place
      await this.#reserve();
      await rename(this.#names.making, this.#names.file);
    }
  }

  async #reserve(): Promise<void> {
    try {
      const handle = await open(this.#names.file, 'wx', 0o600);
      await handle.close();
    } catch (error) {
      throw isErrno(error, ['EEXIST']) ? new AppError('store.exists', { key: this.#names.key }) : error;
    }
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}

async function makeFile(file: string): Promise<FileHandle> {
  return open(file, 'wx', 0o600);
}

/** A full disk, and a folder that may not be written to, in the core's words; all else as the file system says it. */
async function told(folder: string, error: unknown): Promise<never> {
  if (isErrno(error, ['ENOSPC', 'EDQUOT', 'EFBIG'])) {
    throw new AppError('disk.full', { message: error.message }, { cause: error });
  }
  throw isErrno(error, ['EROFS', 'EACCES', 'EPERM']) ? await unwritable(folder, error) : error;
}

function absentIs<T>(value: T): (error: unknown) => T {
  return (error) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return value;
    throw error;
  };
}

function ended(key: string): AppError {
  return new AppError('internal', { message: `the upload of ${key} has ended` });
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What file systems say that know no second name of a file (some network file systems). */
const noLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
