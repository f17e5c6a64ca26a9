import { AppError } from '../../../base/errors';
import type { ByteSource } from '../../../store/byteSource';
import { damaged } from './damage';
import { FileWindow } from './fileWindow';
import type { ArchiveContents, DataBlock } from './inspectArchive';

export interface MeasuredBlock {
  readonly dumpId: number;
  /** what it takes in the file, packed as it is, with its head and lengths */
  readonly bytes: number;
}

/** How far a walk is. */
export interface MeasureProgress {
  /** bytes of the file walked over */
  readonly position: number;
  /** blocks measured since the last report */
  readonly measured: readonly MeasuredBlock[];
}

/**
 * Walks over the data blocks of an archive file from length to length, without unpacking anything, and reports their sizes: at most four
 * times a second, and once at the end, also before it throws. Long chunks are jumped over; short ones (gzip: 4 KiB) mean that the file is read through. Where the
 * archive says itself where its blocks stand, their sizes come at once and only the last is walked over.
 * When it returns, the blocks are there, in order, and nothing after the last; that says nothing about what they hold.
 *
 * Throws `archive.damaged`, also for a file that was cut, `cancelled`, and what the file system throws.
 */
export async function measureBlocks(
  source: ByteSource,
  contents: ArchiveContents,
  options: { readonly signal: AbortSignal; readonly onProgress: (progress: MeasureProgress) => void },
): Promise<void> {
  const window = await FileWindow.open(source);
  const walk = new Walk(window, contents, options);
  try {
    try {
      for (const block of walk.jump(contents.blocks)) await walk.over(block);
    } finally {
      walk.report();
    }
    await walk.finish();
  } finally {
    await window.close();
  }
}

class Walk {
  readonly #window: FileWindow;
  readonly #fileBytes: number;
  readonly #entries: number;
  readonly #options: Parameters<typeof measureBlocks>[2];
  #position: number;
  #measured: MeasuredBlock[] = [];
  #reported = Date.now();
  #label = '';

  constructor(window: FileWindow, contents: ArchiveContents, options: Parameters<typeof measureBlocks>[2]) {
    this.#window = window;
    this.#fileBytes = contents.fileBytes;
    this.#entries = contents.header.entryCount;
    this.#options = options;
    this.#position = contents.dataStart;
  }

  /** The blocks that are left to walk over, after those whose sizes follow from what the archive says. */
  jump(blocks: readonly DataBlock[]): readonly DataBlock[] {
    const last = blocks.at(-1);
    if (last?.offset === undefined || last.offset >= this.#fileBytes) return blocks;
    const measured: MeasuredBlock[] = [];
    for (const [index, { dumpId, offset }] of blocks.entries()) {
      const next = blocks[index + 1];
      if (next === undefined) break;
      if (offset === undefined || next.offset === undefined || next.offset <= offset) return blocks;
      measured.push({ dumpId, bytes: next.offset - offset });
    }
    this.#measured = measured;
    this.#position = last.offset;
    this.report();
    return [last];
  }

  async over({ dumpId, holds, label, offset }: DataBlock): Promise<void> {
    const from = this.#position;
    this.#label = label;
    if (from >= this.#fileBytes) throw damaged(from, 'block.missing', label);
    if (offset !== undefined && offset !== from) {
      throw damaged(from, { reason: 'block.elsewhere', said: offset }, label);
    }
    const type = await this.#byte();
    if (type !== (holds === 'table' ? 1 : 3)) throw damaged(from, 'block.kind', label);
    const found = await this.#int();
    if (found !== dumpId) throw damaged(from + 1, { reason: 'block.other', found, expected: dumpId }, label);
    if (holds === 'table') await this.#chunks();
    else while ((await this.#int()) !== 0) await this.#chunks();
    this.#measured.push({ dumpId, bytes: this.#position - from });
  }

  /** Tells what was measured since the last time. */
  report(): void {
    this.#reported = Date.now();
    this.#options.onProgress({ position: this.#position, measured: this.#measured });
    this.#measured = [];
  }

  /** After the last block. */
  async finish(): Promise<void> {
    if (this.#position === this.#fileBytes) return;
    const from = this.#position;
    // the table of contents once more, as `readBehind` has it
    const isToc = this.#fileBytes - from > 5 && (await this.#int()) === this.#entries;
    if (!isToc) throw damaged(from, 'block.behind');
  }

  /** Steps over the chunks of one table or large object. */
  async #chunks(): Promise<void> {
    for (;;) {
      if (!this.#window.has(this.#position, 5)) await this.#fill(5);
      const at = this.#position;
      const length = this.#window.uint32(at + 1);
      if (this.#window.byte(at) !== 0) throw damaged(at, 'block.length', this.#label);
      this.#position = at + 5 + length;
      if (length === 0) return;
      if (this.#position > this.#fileBytes) throw this.#cut();
    }
  }

  async #byte(): Promise<number> {
    if (!this.#window.has(this.#position, 1)) await this.#fill(1);
    this.#position += 1;
    return this.#window.byte(this.#position - 1);
  }

  /** A number of pg_dump: a sign byte and four more. An OID past two thousand million has the sign set: only zero counts there. */
  async #int(): Promise<number> {
    if (!this.#window.has(this.#position, 5)) await this.#fill(5);
    this.#position += 5;
    return this.#window.uint32(this.#position - 4);
  }

  async #fill(count: number): Promise<void> {
    const { signal } = this.#options;
    if (signal.aborted) throw new AppError('cancelled', {}, { cause: signal.reason });
    if (Date.now() - this.#reported >= 250) this.report();
    if (!(await this.#window.fill(this.#position, count))) throw this.#cut();
  }

  #cut(): AppError {
    return damaged(this.#fileBytes, 'block.cut', this.#label);
  }
}
