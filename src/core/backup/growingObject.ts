import { createHash } from 'node:crypto';
import { AppError } from '../base/errors';
import type { Store, Upload } from '../store/store';
import type { ArchiveFile } from './growingFile';

/**
 * An object of a store that is written as bytes come, while a reader gets them as well: nothing of it touches a disk. Writing waits for the store, and for a reader that is
 * more than a few MiB behind: without a disk there is nowhere else to keep what it has not read. Memory is bounded.
 */
export class GrowingObject implements ArchiveFile {
  private readonly hash = createHash('sha256');
  private readonly unread: Buffer[] = [];
  private unreadBytes = 0;
  private readonly waiting = new Set<() => void>();
  private failure: Error | undefined;
  private complete = false;
  private accepted = 0;
  private readBack = 0;
  private sha256: string | undefined;

  private constructor(
    private readonly store: Store,
    private readonly key: string,
    private readonly upload: Upload,
    private readonly around: (commit: () => Promise<void>) => Promise<void>,
  ) {}

  /** Begins it; nothing must be there. `around` is what makes an object of it. Throws what the store says. */
  static async create(
    store: Store,
    key: string,
    around: (commit: () => Promise<void>) => Promise<void> = async (commit) => commit(),
  ): Promise<GrowingObject> {
    return new GrowingObject(store, key, await store.create(key), around);
  }

  get name(): string {
    return `${this.store.name}/${this.key}`;
  }

  /** Bytes taken so far; those on their way included. */
  get bytes(): number {
    return this.accepted;
  }

  /** Bytes that were read back from the store. */
  get bytesRead(): number {
    return this.readBack;
  }

  /** Takes the next bytes, which the caller leaves alone from then on; resolves when more may come. Throws what the store says. */
  async write(chunk: Buffer): Promise<void> {
    this.mayGoOn();
    this.hash.update(chunk);
    this.accepted += chunk.length;
    this.unread.push(chunk);
    this.unreadBytes += chunk.length;
    this.wake();
    await this.upload.write(chunk);
    while (this.unreadBytes > mostUnread) {
      this.mayGoOn();
      await this.change();
    }
  }

  /** Ends the object: only now it is there, whole. Returns the SHA-256 of what was taken, hex. Throws `store.exists`, and what the store says. */
  async finish(): Promise<string> {
    this.mayGoOn();
    await this.around(async () => {
      await this.upload.commit({ ifAbsent: true });
    });
    this.sha256 = this.hash.digest('hex');
    this.complete = true;
    this.wake();
    return this.sha256;
  }

  /** Reads it back from the store. Throws `store.cut` where that is not what was taken. */
  async prove(signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256');
    const source = await this.store.open(this.key);
    for await (const piece of source.read({ signal })) {
      hash.update(piece);
      this.readBack += piece.length;
    }
    if (hash.digest('hex') !== this.sha256) throw new AppError('store.cut', { name: this.name });
  }

  /** Ends writing and the reader with an error, and takes away what is on its way; an object that was finished stays, for the caller to remove. */
  async abandon(error: Error): Promise<void> {
    this.failure ??= error;
    this.wake();
    await this.upload.abort();
  }

  /** The bytes from the first to the last, for one reader. Ends when the object is finished; rejects when it is abandoned. */
  async *follow(): AsyncGenerator<Buffer> {
    for (;;) {
      this.mayGoOn();
      const next = this.unread.shift();
      if (next) {
        this.unreadBytes -= next.length;
        this.wake();
        yield next;
      } else if (this.complete) return;
      else await this.change();
    }
  }

  /** What was read is gone. */
  async hold(): Promise<undefined> {
    return undefined;
  }

  /** Throws what ended it. */
  private mayGoOn(): void {
    if (this.failure) throw this.failure;
  }

  private async change(): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.add(resolve));
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}

/** How far its reader may be behind, bytes. */
const mostUnread = 8 << 20;
