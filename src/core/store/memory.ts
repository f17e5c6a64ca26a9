import { AppError } from '../base/errors';
import { rangeWithin, type ByteCursor, type ByteSource } from './byteSource';
import {
  checkKey,
  checkPrefix,
  levelOf,
  wholeOf,
  type Removal,
  type Store,
  type StoredObject,
  type Upload,
} from './store';

export interface MemoryOptions {
  /** bytes that fit; default: as many as come */
  readonly capacity?: number;
}

/** A store that lasts as long as its process: for tests, and to hold what a store is against what a disk happens to do. */
export class MemoryStore implements Store {
  readonly name = 'memory';
  readonly can = { locks: true, versions: false };
  readonly #objects = new Map<string, Kept>();
  readonly #capacity: number;
  #uploads = 0;
  #pending = 0;

  constructor({ capacity = Number.MAX_SAFE_INTEGER }: MemoryOptions = {}) {
    this.#capacity = capacity;
  }

  /** Uploads that nobody ended. */
  get uploads(): number {
    return this.#uploads;
  }

  /** Keeps an object against removal and replacement until a time. */
  lock(key: string, until: Date): void {
    const kept = this.#objects.get(key);
    if (!kept) throw new AppError('store.absent', { key });
    this.#objects.set(key, { ...kept, until });
  }

  async *list(
    prefix: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<StoredObject, void, undefined> {
    checkPrefix(prefix);
    for (const object of this.#sorted(prefix)) {
      signal?.throwIfAborted();
      yield object;
    }
  }

  async level(prefix: string): Promise<ReturnType<typeof levelOf>> {
    checkPrefix(prefix);
    return levelOf(prefix, this.#sorted(prefix));
  }

  async stat(key: string): Promise<StoredObject | undefined> {
    checkKey(key);
    const kept = this.#objects.get(key);
    return kept && objectOf(key, kept);
  }

  async open(key: string): Promise<ByteSource> {
    checkKey(key);
    const kept = this.#objects.get(key);
    if (!kept) throw new AppError('store.absent', { key });
    return bufferSource(key, kept.content, () => this.#objects.get(key)?.content === kept.content);
  }

  async get(key: string, most: number): Promise<Buffer> {
    return wholeOf(await this.open(key), most);
  }

  async create(key: string): Promise<Upload> {
    checkKey(key);
    this.#uploads += 1;
    const parts: Buffer[] = [];
    let bytes = 0;
    let open = true;
    const end = (): void => {
      if (!open) return;
      open = false;
      this.#uploads -= 1;
      this.#pending -= bytes;
    };
    return {
      write: async (chunk) => {
        if (!open) throw ended(key);
        if (this.#used() + chunk.length > this.#capacity) throw full(this.#capacity - this.#used());
        parts.push(Buffer.from(chunk));
        bytes += chunk.length;
        this.#pending += chunk.length;
      },
      commit: async ({ ifAbsent = false } = {}) => {
        if (!open) throw ended(key);
        end();
        const there = this.#objects.get(key);
        if (there && ifAbsent) throw new AppError('store.exists', { key });
        if (there && isKept(there)) throw new AppError('store.exists', { key, until: there.until.toISOString() });
        const kept: Kept = { content: Buffer.concat(parts), changed: new Date() };
        this.#objects.set(key, kept);
        return objectOf(key, kept);
      },
      abort: async () => end(),
    };
  }

  async remove(key: string): Promise<Removal> {
    checkKey(key);
    const kept = this.#objects.get(key);
    if (!kept) return { state: 'absent' };
    if (isKept(kept)) return { state: 'retained', until: kept.until };
    this.#objects.delete(key);
    return { state: 'removed' };
  }

  async keptUntil(key: string): Promise<Date | undefined> {
    checkKey(key);
    const kept = this.#objects.get(key);
    return kept && isKept(kept) ? kept.until : undefined;
  }

  async room(): Promise<{ free: number; reserve: number }> {
    return { free: Math.max(0, this.#capacity - this.#used()), reserve: 0 };
  }

  #used(): number {
    let bytes = this.#pending;
    for (const { content } of this.#objects.values()) bytes += content.length;
    return bytes;
  }

  #sorted(prefix: string): StoredObject[] {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    return keys.flatMap((key) => {
      const kept = this.#objects.get(key);
      return kept ? [objectOf(key, kept)] : [];
    });
  }
}

/** Bytes in memory as a source. `isSame`: false once something else stands in their place. */
export function bufferSource(name: string, content: Buffer, isSame: () => boolean = () => true): ByteSource {
  const check = (): void => {
    if (!isSame()) throw new AppError('store.cut', { name, reason: 'replaced' });
  };
  const cursor: ByteCursor = {
    read: async (buffer, from) => {
      check();
      return content.copy(buffer, 0, Math.min(from, content.length));
    },
    close: async () => undefined,
  };
  return {
    name,
    size: content.length,
    async *read({ piece = 1 << 20, signal, ...range } = {}) {
      const { from, to } = rangeWithin(content.length, range);
      for (let at = from; at < to; at += piece) {
        signal?.throwIfAborted();
        check();
        yield Buffer.from(content.subarray(at, Math.min(at + piece, to)));
      }
    },
    cursor: async () => cursor,
  };
}

interface Kept {
  readonly content: Buffer;
  readonly changed: Date;
  readonly until?: Date;
}

function isKept(kept: Kept): kept is Kept & { readonly until: Date } {
  return kept.until !== undefined && kept.until.getTime() > Date.now();
}

function objectOf(key: string, { content, changed }: Kept): StoredObject {
  return { key, size: content.length, changed };
}

function ended(key: string): AppError {
  return new AppError('internal', { message: `the upload of ${key} has ended` });
}

function full(free: number): AppError {
  return new AppError('disk.full', { message: `memory: ${free}` });
}
