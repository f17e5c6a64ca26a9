import { createHash, type Hash } from 'node:crypto';

import { AppError } from '../../../base/errors';
import { damaged } from './damage';

/**
 * A moving window on a stream of bytes. What is in the window is read synchronously; only filling it is asynchronous, so
 * that an archive of millions of five-byte lengths costs one wait per piece of the source. The pieces must not be written to
 * by the source after it has handed them out.
 */
export class ByteWindow {
  buffer: Buffer = Buffer.alloc(0);
  view: DataView = viewOf(this.buffer);
  /** index in `buffer` of the next byte to read */
  position = 0;
  readonly #iterator: AsyncIterator<Buffer>;
  readonly #hash = createHash('sha256');
  readonly #signal: AbortSignal | undefined;
  readonly #onFill: (() => void) | undefined;
  #recorded: Buffer[] | undefined;
  #beginning: Beginning | undefined;
  #base = 0;
  #received = 0;
  #ended = false;
  #interrupt: ((reason: unknown) => void) | undefined;

  constructor(
    source: AsyncIterable<Buffer>,
    options: { signal?: AbortSignal | undefined; onFill?: () => void; record?: boolean; beginning?: boolean } = {},
  ) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#signal = options.signal;
    this.#onFill = options.onFill;
    this.#recorded = options.record === true ? [] : undefined;
    this.#beginning = options.beginning === true ? new Beginning() : undefined;
    this.#signal?.addEventListener('abort', this.#abort);
  }

  /** place in the file of the next byte to read */
  get offset(): number {
    return this.#base + this.position;
  }

  get available(): number {
    return this.buffer.length - this.position;
  }

  /** bytes that came from the source so far */
  get received(): number {
    return this.#received;
  }

  /** True when at least `count` bytes are in the window; false when the file ends before. */
  async need(count: number): Promise<boolean> {
    if (this.available >= count) return true;
    const rest = this.buffer.subarray(this.position);
    const parts = rest.length > 0 ? [rest] : [];
    let size = rest.length;
    while (size < count) {
      const piece = await this.#next();
      if (piece === undefined) break;
      if (piece.length > 0) parts.push(piece);
      size += piece.length;
    }
    this.#base += this.position;
    this.#beginning?.pass(this.#base);
    this.position = 0;
    this.buffer = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size);
    this.view = viewOf(this.buffer);
    return size >= count;
  }

  /**
   * pg_dump's integer: a sign byte and four bytes, little-endian. The five bytes must be in the window. `entry` is named
   * when the sign byte is not one.
   */
  takeInt(entry?: string): number {
    const sign = this.buffer[this.position] ?? 0;
    if (sign > 1) throw damaged(this.offset, 'number.sign', entry);
    const value = this.view.getUint32(this.position + 1, true);
    this.position += 5;
    return sign === 1 ? -value : value;
  }

  /** All bytes read since the start, when the window records. */
  recorded(): Buffer {
    return Buffer.concat(this.#recorded ?? []).subarray(0, this.offset);
  }

  /** All bytes read since the start, when the window records; from here on it does not. */
  endRecording(): Buffer {
    const recorded = this.recorded();
    this.#recorded = undefined;
    return recorded;
  }

  /** SHA-256, hex, of all that came; ends the hash. */
  sha256(): string {
    return this.#hash.digest('hex');
  }

  /** SHA-256, hex, of all bytes before `offset`, when the window was asked for it; ends that hash. */
  beginningSha256(): string {
    const sha256 = this.#beginning?.end(this.offset) ?? '';
    this.#beginning = undefined;
    return sha256;
  }

  /** Lets go of the source; it is told to stop when it has not ended. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#abort);
    if (this.#ended) return;
    this.#ended = true;
    const stopped = this.#iterator.return?.();
    // a generator that waits for its next piece ends only when that comes; nobody should wait for it
    if (this.#signal?.aborted === true) stopped?.catch(() => undefined);
    else await stopped;
  }

  readonly #abort = (): void => {
    this.#interrupt?.(cancelled(this.#signal));
  };

  async #next(): Promise<Buffer | undefined> {
    if (this.#ended) return undefined;
    if (this.#signal?.aborted === true) throw cancelled(this.#signal);
    const result = await new Promise<IteratorResult<Buffer>>((resolve, reject) => {
      this.#interrupt = reject;
      this.#iterator.next().then(resolve, reject);
    });
    this.#interrupt = undefined;
    if (result.done === true) {
      this.#ended = true;
      return undefined;
    }
    this.#received += result.value.length;
    this.#hash.update(result.value);
    this.#recorded?.push(result.value);
    this.#beginning?.add(result.value);
    this.#onFill?.();
    return result.value;
  }
}

/** Hashes what was read, and holds no more than what was not read yet. */
class Beginning {
  readonly #hash: Hash = createHash('sha256');
  readonly #pieces: Buffer[] = [];
  /** place of the first of them */
  #at = 0;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
  }

  /** Everything before `offset` was read. */
  pass(offset: number): void {
    for (let [first] = this.#pieces; first && this.#at + first.length <= offset; [first] = this.#pieces) {
      this.#hash.update(first);
      this.#at += first.length;
      this.#pieces.shift();
    }
  }

  end(offset: number): string {
    this.pass(offset);
    const [first] = this.#pieces;
    if (first) this.#hash.update(first.subarray(0, offset - this.#at));
    return this.#hash.digest('hex');
  }
}

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function cancelled(signal: AbortSignal | undefined): AppError {
  return new AppError('cancelled', {}, { cause: signal?.reason });
}
