import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { GrowingSource, ReadOptions } from '../store/byteSource';

/** What an archive is written into while it is read. */
export interface ArchiveFile {
  /** where it is, for people */
  readonly name: string;
  /** bytes taken so far */
  readonly bytes: number;
  /** bytes that were read again */
  readonly bytesRead: number;
  /** Takes the next bytes, which the caller leaves alone from then on; resolves when more may come. */
  write(chunk: Buffer): Promise<void>;
  /** Ends it: all is there, durable. Returns the SHA-256 of what was taken, hex. */
  finish(): Promise<string>;
  /** Looks at it once more where it lies, after it was finished, where following it is no look at that. */
  prove?(signal: AbortSignal): Promise<void>;
  /** Ends writing and reading with an error. */
  abandon(error: Error): Promise<void>;
  /** What was taken, from the first byte to the last, while it is being written. */
  follow(): AsyncGenerator<Buffer>;
  /** The same for others, as often and as late as they want, whatever its name becomes by `whileMoved`; what they read ends as what follows it does. Undefined where nothing lies that could be read twice. Whoever holds it lets go of it. */
  hold(): Promise<GrowingSource | undefined>;
}

/**
 * A file that is written as bytes come and read from its beginning at the reader's own pace. Writing waits for the disk only, never for the
 * reader: a slow reader would lengthen the source's snapshot. Memory is bounded on both sides.
 */
export class GrowingFile implements ArchiveFile {
  private readonly out: WriteStream;
  private readonly hash = createHash('sha256');
  private readonly waiting = new Set<() => void>();
  private readonly held = new Set<Handle>();
  private readonly busy = new Set<Promise<unknown>>();
  private moving: Promise<void> | undefined;
  private failure: Error | undefined;
  private flushed = 0;
  private complete = false;
  private accepted = 0;
  private read = 0;

  /** Creates the file (mode 0600); it must not exist. */
  constructor(private file: string) {
    this.out = createWriteStream(file, { flags: 'wx', mode: 0o600, highWaterMark: 4 << 20 });
    this.out.on('error', (error) => {
      this.failure ??= error;
      this.wake();
    });
  }

  get name(): string {
    return this.file;
  }

  /** Bytes taken so far; those on their way to the disk included. */
  get bytes(): number {
    return this.accepted;
  }

  /** Bytes that who follows it was given. */
  get bytesRead(): number {
    return this.read;
  }

  /** Takes the next bytes; resolves when more may come. Rejects with the disk's error. */
  async write(chunk: Buffer): Promise<void> {
    if (this.failure) throw this.failure;
    this.hash.update(chunk);
    this.accepted += chunk.length;
    const more = this.out.write(chunk, (error) => {
      if (error) return;
      this.flushed += chunk.length;
      this.wake();
    });
    if (!more) await once(this.out, 'drain');
  }

  /** Ends the file: all bytes written and fsynced. Returns the SHA-256 of what was taken, hex. */
  async finish(): Promise<string> {
    this.out.end();
    if (!this.out.closed) await once(this.out, 'close');
    if (this.failure) throw this.failure;
    const handle = await open(this.file, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.complete = true;
    this.wake();
    return this.hash.digest('hex');
  }

  /** Ends writing and every reader with an error; the file stays, for the caller to remove. */
  async abandon(error: Error): Promise<void> {
    this.failure ??= error;
    this.wake();
    this.out.destroy(error);
    if (!this.out.closed) await once(this.out, 'close').catch(() => undefined);
  }

  /** The file's bytes from the first to the last, waiting for those not yet written. Ends when the file is finished; rejects when it is abandoned. */
  async *follow(): AsyncGenerator<Buffer> {
    const source = await this.hold();
    try {
      for await (const piece of source.read({ piece: 1 << 18 })) {
        this.read += piece.length;
        yield piece;
      }
    } finally {
      await source.close();
    }
  }

  async hold(): Promise<GrowingSource> {
    while (this.flushed === 0 && !this.complete) await this.change();
    const handle = new Handle();
    this.held.add(handle);
    const failure = (): Error | undefined => this.failure;
    return {
      name: this.file,
      get failure() {
        return failure();
      },
      read: (options) => this.pieces(handle, options),
      close: async () => {
        this.held.delete(handle);
        await handle.close();
      },
    };
  }

  /**
   * Has it open nowhere while `move` gives it another name, which that returns: a network's file system refuses to rename a folder of which something is open. Who reads waits meanwhile, and goes on under the new name. Throws what `move` does.
   */
  async whileMoved(move: () => Promise<string>): Promise<void> {
    let over: () => void = () => undefined;
    this.moving = new Promise((resolve) => (over = resolve));
    try {
      await Promise.allSettled(this.busy);
      for (const handle of this.held) await handle.close();
      this.file = await move();
    } finally {
      this.moving = undefined;
      over();
    }
  }

  private async *pieces(
    handle: Handle,
    { from = 0, to = Number.POSITIVE_INFINITY, piece = 1 << 20, signal }: ReadOptions = {},
  ): AsyncGenerator<Buffer, void, undefined> {
    let at = from;
    while (at < to) {
      signal?.throwIfAborted();
      if (this.failure) throw this.failure;
      const ready = Math.min(this.flushed, to) - at;
      if (ready <= 0) {
        if (this.complete) return;
        await this.change(signal);
        continue;
      }
      const length = Math.min(ready, piece);
      const buffer = Buffer.allocUnsafe(length);
      const bytesRead = await this.readAt(handle, buffer, at);
      if (bytesRead === 0) throw new Error(`${this.file} is shorter than what was written`);
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  private async readAt(handle: Handle, buffer: Buffer, at: number): Promise<number> {
    while (this.moving) await this.moving;
    const reading = handle.read(this.file, buffer, at);
    this.busy.add(reading);
    try {
      return await reading;
    } finally {
      this.busy.delete(reading);
    }
  }

  /** Resolves when there may be more, or nothing more will come. */
  private async change(signal?: AbortSignal): Promise<void> {
    if (this.failure) throw this.failure;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.waiting.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.waiting.add(wake);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  private wake(): void {
    for (const resolve of [...this.waiting]) resolve();
  }
}

/** What somebody reads by: opened when it is needed, under the name that the file has then. */
class Handle {
  private opened: Promise<FileHandle> | undefined;

  /** Bytes from `at` on into `buffer`; returns how many. */
  async read(file: string, buffer: Buffer, at: number): Promise<number> {
    this.opened ??= open(file, 'r');
    return (await (await this.opened).read(buffer, 0, buffer.length, at)).bytesRead;
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = undefined;
    await (await opened?.catch(() => undefined))?.close();
  }
}
