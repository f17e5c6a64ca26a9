import { StreamUnpacker } from './streamUnpacker';
import { Lz4Unpacker } from './lz4Frame';
import type { ArchiveHeader } from '../reading';

/**
 * Takes uncompressed bytes `[from, to)`; `view` looks at the same memory. They are valid during the call only. Where it returns a promise, nothing more
 * is unpacked before that is resolved: a few packed bytes may stand for gigabytes.
 */
export type Sink = (bytes: Uint8Array, view: DataView, from: number, to: number) => Promise<void> | undefined;

/** Throws `archive.damaged` at the place in work. */
export type Fail = (reason: string, cause?: unknown) => never;

/** Unpacks one data block after the other; bounded memory whatever the block's size. */
export interface Unpacker {
  /** Begins a block whose text goes to `sink`. */
  begin(sink: Sink): void;
  /** Takes packed bytes, which may be reused once this returned or its promise is resolved. */
  write(bytes: Buffer, view: DataView, from: number, to: number): Promise<void> | undefined;
  /** The block's packed bytes are all there: resolves when its text has reached the sink. Throws when they are not whole. */
  end(): Promise<void>;
  /** Ends what may still be under way after an error. */
  close(): void;
}

/** An unpacker for the archive's compression. */
export function unpackerFor(compression: ArchiveHeader['compression'], fail: Fail): Unpacker {
  if (compression === 'none') return new PlainUnpacker();
  return compression === 'lz4' ? new Lz4Unpacker(fail) : new StreamUnpacker(compression, fail);
}

class PlainUnpacker implements Unpacker {
  #sink: Sink | undefined;

  begin(sink: Sink): void {
    this.#sink = sink;
  }

  write(bytes: Buffer, view: DataView, from: number, to: number): Promise<void> | undefined {
    return this.#sink?.(bytes, view, from, to);
  }

  async end(): Promise<void> {
    this.#sink = undefined;
  }

  close(): void {
    this.#sink = undefined;
  }
}
