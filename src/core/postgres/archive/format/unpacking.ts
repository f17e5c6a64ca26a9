import type { Damage } from './damage';

/**
 * Takes uncompressed bytes `[from, to)`; `view` looks at the same memory. They are valid during the call only. Where it returns a promise, nothing more
 * is unpacked before that is resolved: a few packed bytes may stand for gigabytes.
 */
export type Sink = (bytes: Uint8Array, view: DataView, from: number, to: number) => Promise<void> | undefined;

/** Throws `archive.damaged` at the place in work. */
export type Fail = (reason: Damage, cause?: unknown) => never;

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
