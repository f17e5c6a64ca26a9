import { AppError, isAppError } from '../base/errors';
import type { ByteSource, ReadOptions } from './byteSource';

/** What lies under a key. */
export interface StoredObject {
  readonly key: string;
  /** bytes */
  readonly size: number;
  /** when it was committed */
  readonly changed: Date;
}

/** What stands directly below a prefix: the next elements of keys. */
export interface StoredLevel {
  /** those that more keys begin with; sorted */
  readonly folders: readonly string[];
  /** the objects that stand there themselves; sorted by key */
  readonly objects: readonly StoredObject[];
  /** what stands there and is neither: a link, a device, a folder that cannot be looked into */
  readonly refused: readonly { readonly key: string; readonly error: AppError }[];
}

/** What became of an object that was to be removed. `retained`: the store keeps it until then, whoever asks. `absent`: there was none. */
export type Removal = { readonly state: 'removed' | 'absent' } | { readonly state: 'retained'; readonly until: Date };

/** Bytes on their way to a key. Until it is committed nothing is seen of it; then all of it is there, durable. Exactly one of `commit` and `abort` ends it. */
export interface Upload {
  /** Takes the next bytes; resolves when more may come, and the caller may use the buffer again. Throws `disk.full`, and what the store says. */
  write(chunk: Buffer): Promise<void>;
  /**
   * Throws `store.exists` { key } where `ifAbsent` is asked for and something has the key: of several that try it at once one succeeds. Without it what was there is replaced. After an error
   * nothing of it is left.
   */
  commit(options?: { readonly ifAbsent?: boolean }): Promise<StoredObject>;
  /** Leaves nothing. Never throws; does nothing after a commit. */
  abort(): Promise<void>;
}

/** An upload that was begun and neither committed nor aborted. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly begun: Date | undefined;
  readonly removed: boolean;
}

/**
 * Where backups lie: keys with bytes under them, as on a disk or in a bucket. Keys are elements joined by `/`, none of them empty or beginning with a dot, as
 * `layout.ts` makes them; every other one is refused (`store.key` { key }). Every implementation passes `test/contract/storeContract.ts`.
 */
export interface Store {
  /** where it is, for people */
  readonly name: string;
  readonly can: {
    /** an object may be locked against removal until a time */
    readonly locks: boolean;
    /** what was replaced or removed can be brought back */
    readonly versions: boolean;
  };
  /** All objects whose keys begin with a prefix (`''`, or one that ends in `/`), sorted by key, each once, however many there are. */
  list(
    prefix: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncGenerator<StoredObject, void, undefined>;
  /** What stands directly below a prefix; where there is nothing, nothing. */
  level(prefix: string): Promise<StoredLevel>;
  /** Undefined where there is none. */
  stat(key: string): Promise<StoredObject | undefined>;
  /** The bytes under a key. Throws `store.absent` { key }. */
  open(key: string): Promise<ByteSource>;
  /** The whole of a small object, in one go. Throws `store.absent`, `file.refused` { reason: 'tooLong' } for one of more than `most` bytes. */
  get(key: string, most: number): Promise<Buffer>;
  create(key: string): Promise<Upload>;
  remove(key: string): Promise<Removal>;
  /**
   * Uploads that nobody ended, below a prefix: what a process that was killed left, where the store shows such a thing. Takes those away that began before `removeBefore`.
   */
  unfinished?(options?: {
    readonly prefix?: string;
    readonly removeBefore?: Date;
  }): Promise<readonly UnfinishedUpload[]>;
  /** Until when the store keeps an object by a lock; undefined where it does not, or there is none. Absent where the store locks nothing. */
  keptUntil?(key: string): Promise<Date | undefined>;
  /** Bytes that may still come, and those that are never touched; absent where nobody knows. */
  readonly room?: (() => Promise<{ readonly free: number; readonly reserve: number }>) | undefined;
}

/** Throws `store.key` for what is no key. Pure. */
export function checkKey(key: string): void {
  if (key.length > 0 && Buffer.byteLength(key) <= longestKey && key.split('/').every(isElement)) return;
  throw new AppError('store.key', { key: key.slice(0, longestKey) });
}

/** Throws `store.key` for what is no prefix: the beginning of keys, up to and with a `/`. Pure. */
export function checkPrefix(prefix: string): void {
  if (prefix === '') return;
  if (!prefix.endsWith('/')) throw new AppError('store.key', { key: prefix.slice(0, longestKey) });
  checkKey(prefix.slice(0, -1));
}

function isElement(element: string): boolean {
  return (
    element !== '' && !element.startsWith('.') && Buffer.byteLength(element) <= 255 && !/[\0-\x1f\\\x7f]/.test(element)
  );
}

/** What stands directly below a prefix, of all objects below it. Pure. */
export function levelOf(prefix: string, below: Iterable<StoredObject>): StoredLevel {
  const folders = new Set<string>();
  const objects: StoredObject[] = [];
  for (const object of below) {
    const [name = '', ...deeper] = object.key.slice(prefix.length).split('/');
    if (deeper.length > 0) folders.add(name);
    else objects.push(object);
  }
  return { folders: [...folders].sort(), objects, refused: [] };
}

/** The bytes of a key in a bucket. */
const longestKey = 1024;

/** The whole of a source. Throws `file.refused` { reason: 'tooLong' } for one of more than `most` bytes. */
export async function wholeOf(source: ByteSource, most: number, options: ReadOptions = {}): Promise<Buffer> {
  if (source.size > most) throw new AppError('file.refused', { file: source.name, reason: 'tooLong' });
  const parts: Buffer[] = [];
  for await (const part of source.read(options)) parts.push(part);
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}

/** The whole of a small object; undefined where there is none. */
export async function getIfThere(store: Store, key: string, most: number): Promise<Buffer | undefined> {
  return store.get(key, most).catch((error: unknown) => {
    if (isAppError(error, 'store.absent')) return undefined;
    throw error;
  });
}

/** Writes a small object that must not be there yet. Throws `store.exists`, `disk.full`, and what the store says. */
export async function writeOnce(store: Store, key: string, content: Buffer | string): Promise<StoredObject> {
  const upload = await store.create(key);
  try {
    await upload.write(typeof content === 'string' ? Buffer.from(content) : content);
    return await upload.commit({ ifAbsent: true });
  } catch (error) {
    await upload.abort();
    throw error;
  }
}
