/** The bytes `[from, to)` of something that has bytes; default: all. What is past its end is left out. */
export interface ByteRange {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface ReadOptions extends ByteRange {
  /** bytes of a piece at most; a store may hand out smaller ones. Default 1 MiB */
  readonly piece?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Bytes that lie somewhere and do not change: a file, an object of a store. Readers of archives take this and nothing else, so that they read from any store. It holds nothing
 * open between two reads; each opens what it needs, and what was put in its place meanwhile is refused.
 */
export interface ByteSource {
  /** what errors and logs call it */
  readonly name: string;
  /** bytes, when it was opened */
  readonly size: number;
  /**
   * The bytes of a range in pieces that the reader may keep: all of them, or an error, never fewer. Throws at the first piece what keeps it from being opened,
   * `store.cut` where it ends before its size, an abort's own error. What it holds is let go when the reader stops.
   */
  read(options?: ReadOptions): AsyncGenerator<Buffer, void, undefined>;
  /** For many short reads, here and there; the caller closes it. */
  cursor(): Promise<ByteCursor>;
}

/** A place from which short ranges are read. */
export interface ByteCursor {
  /** Bytes from `from` on into `buffer`; returns how many, fewer only where the source ends. */
  read(buffer: Buffer, from: number): Promise<number>;
  close(): Promise<void>;
}

/** A range as it is within a size. Throws a `RangeError` for what is none. Pure. */
export function rangeWithin(size: number, { from = 0, to = size }: ByteRange): { from: number; to: number } {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from) {
    throw new RangeError(`no range of bytes: ${from} to ${to}`);
  }
  return { from: Math.min(from, size), to: Math.min(to, size) };
}

/** Bytes that lie somewhere, and of which more come while they are read: a range that has no end goes to the last byte that will ever be there, or to an error where that does not come. */
export interface GrowingSource extends Pick<ByteSource, 'name' | 'read'> {
  /** what ended it for all who read it, where no more will come of it */
  readonly failure: Error | undefined;
  close(): Promise<void>;
}
