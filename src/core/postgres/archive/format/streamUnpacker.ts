import {
  createInflate,
  createZstdDecompress,
  inflateSync,
  zstdDecompressSync,
  type Inflate,
  type ZstdDecompress,
} from 'node:zlib';

import { isAppError } from '../../../base/errors';
import type { Fail, Sink, Unpacker } from './unpacking';

/** packed bytes handed to zlib at once; pg_dump's own pieces are 4 KiB, too small for a trip to the thread pool each */
const gathered = 128 * 1024;
/** text that zlib hands back at once */
const unpackedPiece = 128 * 1024;
/** a block that fits one gathering is unpacked in one call, unless its text is longer than this */
const atOnce = 1024 * 1024;

/**
 * gzip (pg_dump writes the zlib format) and zstd through Node's zlib: a stream for each block, except for small blocks, since
 * fifty thousand tables would make fifty thousand streams. While zlib works on one gathering the next one is filled.
 */
export class StreamUnpacker implements Unpacker {
  readonly #compression: 'gzip' | 'zstd';
  readonly #fail: Fail;
  #filling = Buffer.allocUnsafeSlow(gathered);
  #spare = Buffer.allocUnsafeSlow(gathered);
  #filled = 0;
  #packed = 0;
  #sink: Sink | undefined;
  #stream: BlockStream | undefined;
  #underWay: Promise<void> | undefined;

  constructor(compression: 'gzip' | 'zstd', fail: Fail) {
    this.#compression = compression;
    this.#fail = fail;
  }

  begin(sink: Sink): void {
    this.#sink = sink;
    this.#filled = 0;
    this.#packed = 0;
  }

  write(bytes: Buffer, _view: DataView, from: number, to: number): Promise<void> | undefined {
    const room = gathered - this.#filled;
    if (to - from > room) return this.#writeMore(bytes, from, to);
    bytes.copy(this.#filling, this.#filled, from, to);
    this.#filled += to - from;
    return undefined;
  }

  async end(): Promise<void> {
    this.#packed += this.#filled;
    // no bytes at all: an empty large object
    if (this.#packed === 0) return;
    if (this.#stream === undefined) {
      const text = this.#unpackAtOnce();
      if (text !== undefined) return this.#sink?.(text, viewOf(text), 0, text.length);
    }
    await this.#flush();
    await this.#underWay;
    const stream = this.#stream;
    this.#stream = undefined;
    this.#underWay = undefined;
    const consumed = await stream?.end();
    if (consumed !== this.#packed) this.#fail('packed.behind');
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
    this.#underWay?.catch(() => undefined);
  }

  async #writeMore(bytes: Buffer, from: number, to: number): Promise<void> {
    let at = from;
    while (at < to) {
      const count = Math.min(gathered - this.#filled, to - at);
      bytes.copy(this.#filling, this.#filled, at, at + count);
      this.#filled += count;
      at += count;
      if (this.#filled === gathered) {
        this.#packed += gathered;
        await this.#flush();
      }
    }
  }

  async #flush(): Promise<void> {
    await this.#underWay;
    this.#stream ??= new BlockStream(this.#compression, this.#fail, this.#sink);
    this.#underWay = this.#stream.write(this.#filling.subarray(0, this.#filled));
    // it is awaited before the next flush; until then a failure must not count as unhandled
    this.#underWay.catch(() => undefined);
    [this.#filling, this.#spare] = [this.#spare, this.#filling];
    this.#filled = 0;
  }

  /** Undefined when the text is too long for it: a stream does it then. */
  #unpackAtOnce(): Buffer | undefined {
    const packed = this.#filling.subarray(0, this.#filled);
    const options = { maxOutputLength: atOnce, chunkSize: Math.min(unpackedPiece, Math.max(4096, packed.length * 4)) };
    let consumed: number;
    let text: Buffer;
    try {
      const { buffer, engine } = unpackWithInfo(this.#compression, packed, options);
      text = buffer;
      consumed = engine.bytesWritten;
    } catch (error) {
      if (codeOf(error) === 'ERR_BUFFER_TOO_LARGE') return undefined;
      return this.#fail('packed.broken', error);
    }
    if (consumed !== packed.length) this.#fail('packed.behind');
    return text;
  }
}

/** One zlib stream; whatever goes wrong comes out of the promise that waits. */
class BlockStream {
  readonly #stream: Inflate | ZstdDecompress;
  readonly #fail: Fail;
  #failure: unknown;
  #finished: (() => void) | undefined;
  #done = false;
  /** the sink still works on the last piece it was handed */
  #busy: Promise<void> | undefined;

  constructor(compression: 'gzip' | 'zstd', fail: Fail, sink: Sink | undefined) {
    this.#fail = fail;
    const options = { chunkSize: unpackedPiece };
    this.#stream = compression === 'gzip' ? createInflate(options) : createZstdDecompress(options);
    this.#stream.on('data', (text: Buffer) => {
      if (this.#failure !== undefined) return;
      try {
        const busy = sink?.(text, viewOf(text), 0, text.length);
        if (busy !== undefined) this.#pauseFor(busy);
      } catch (error) {
        this.#failure = error;
        // what is still to come of it is not looked at
        this.#stream.destroy();
      }
    });
    this.#stream.on('error', (error) => {
      this.#failure ??= error;
      this.#settle();
    });
    this.#stream.on('end', () => this.#settle());
    this.#stream.on('close', () => this.#settle());
  }

  #pauseFor(busy: Promise<void>): void {
    this.#stream.pause();
    this.#busy = busy.then(
      () => void this.#stream.resume(),
      (error: unknown) => {
        this.#failure ??= error;
        this.#stream.destroy();
      },
    );
  }

  async write(packed: Buffer): Promise<void> {
    // data after the end of the compressed stream: end() finds it by the count of consumed bytes
    if (this.#done) return;
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
      this.#stream.write(packed, () => resolve());
    });
    this.#check();
  }

  /** Resolves to the number of packed bytes that belonged to the compressed stream. */
  async end(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#finished = resolve;
      if (this.#done) resolve();
      else this.#stream.end();
    });
    // a stream that is paused while it hands out its last piece says at once that it has ended
    await this.#busy;
    this.#check();
    const consumed = this.#stream.bytesWritten;
    this.close();
    return consumed;
  }

  close(): void {
    this.#stream.destroy();
  }

  #settle(): void {
    this.#done = true;
    this.#finished?.();
  }

  #check(): void {
    if (this.#failure === undefined) return;
    this.close();
    if (isAppError(this.#failure)) throw this.#failure;
    this.#fail('packed.broken', this.#failure);
  }
}

interface WithInfo {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** The option `info` is documented; the declarations leave its result out. */
function unpackWithInfo(
  compression: 'gzip' | 'zstd',
  packed: Buffer,
  options: { maxOutputLength: number; chunkSize: number },
): WithInfo {
  const unpacked: unknown =
    compression === 'gzip'
      ? inflateSync(packed, { ...options, info: true })
      : zstdDecompressSync(packed, { ...options, info: true });
  return unpacked as WithInfo;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
