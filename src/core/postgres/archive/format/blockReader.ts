import type { ByteWindow } from './byteWindow';
import { damaged, type Damage } from './damage';
import type { ExpectedBlock } from './tocReader';

const tableBlock = 1;
const largeObjectsBlock = 3;
/** a row is at most 1 GiB, and uncompressed archives write a row as one chunk */
const longestChunk = 1 << 30;

/** A data block, from its head to its end: the bytes `[from, to)` of the file. */
export interface PlacedBlock {
  readonly dumpId: number;
  readonly from: number;
  readonly to: number;
}

/** The blocks of an archive, in the order in which they stand: each ends where the next one begins, the last at `end`. */
export function placedBlocks(places: ReadonlyMap<number, number>, end: number): PlacedBlock[] {
  const starts = [...places];
  return starts.map(([dumpId, from], index) => ({ dumpId, from, to: starts[index + 1]?.[1] ?? end }));
}

/** Takes the next bytes of a chunk, `[from, to)` of the window's buffer; awaited where it returns a promise. */
export type TakePacked = (from: number, to: number) => Promise<void> | undefined;

/**
 * Takes chunks from `[from, to)` of the window's buffer, each with its length before it, as many as are whole and ordinary; how many bytes that were, lengths included.
 */
export type TakeWhole = (from: number, to: number) => number | Promise<number>;

/** Steps through the data blocks of an archive, as they are: heads, lengths, packed bytes. */
export class BlockReader {
  readonly #window: ByteWindow;
  #entry = '';
  /** where each block began, by dump id */
  readonly places = new Map<number, number>();

  constructor(window: ByteWindow) {
    this.#window = window;
  }

  /** Reads the head of the block that must come now. */
  async begin(block: ExpectedBlock): Promise<void> {
    const window = this.#window;
    this.#entry = labelOf(block);
    if (!(await window.need(6))) {
      if (window.available === 0) throw damaged(window.offset, 'block.missing', this.#entry);
      throw this.#cut();
    }
    if (block.offset !== undefined && block.offset !== window.offset) {
      this.fail({ reason: 'block.elsewhere', said: block.offset });
    }
    this.places.set(block.dumpId, window.offset);
    const type = window.buffer[window.position] ?? 0;
    if (type !== (block.table === undefined ? largeObjectsBlock : tableBlock)) this.fail('block.kind');
    window.position += 1;
    const dumpId = window.takeInt(this.#entry);
    if (dumpId === block.dumpId) return;
    throw damaged(window.offset - 5, { reason: 'block.other', found: dumpId, expected: block.dumpId }, this.#entry);
  }

  /** The OID of the next large object of this block; 0 after the last. */
  async largeObject(): Promise<number> {
    if (!(await this.#window.need(5))) throw this.#cut();
    return this.#window.takeInt(this.#entry) >>> 0;
  }

  /** Chunks of packed bytes up to the one of length zero. With `takeWhole` as many as are whole in the window go there at once. */
  async packed(take: TakePacked, takeWhole?: TakeWhole): Promise<void> {
    const window = this.#window;
    for (;;) {
      if (window.available < 5 && !(await window.need(5))) throw this.#cut();
      if (takeWhole !== undefined) {
        const taken = takeWhole(window.position, window.buffer.length);
        const used = typeof taken === 'number' ? taken : await taken;
        window.position += used;
        if (used > 0) continue;
      }
      let left = window.takeInt(this.#entry);
      if (left === 0) return;
      if (left < 0 || left > longestChunk) throw damaged(window.offset - 5, 'block.length', this.#entry);
      while (left > 0) {
        if (window.available === 0 && !(await window.need(1))) throw this.#cut();
        const count = Math.min(left, window.available);
        const from = window.position;
        const busy = take(from, from + count);
        if (busy !== undefined) await busy;
        window.position += count;
        left -= count;
      }
    }
  }

  fail(reason: Damage, cause?: unknown): never {
    throw damaged(this.#window.offset, reason, this.#entry, cause);
  }

  #cut(): Error {
    return damaged(this.#window.offset + this.#window.available, 'block.cut', this.#entry);
  }
}

/** For errors: `TABLE DATA public.orders`. */
function labelOf({ table, name }: ExpectedBlock): string {
  return table === undefined ? `BLOBS ${name}` : `TABLE DATA ${table.schema}.${table.name}`;
}
