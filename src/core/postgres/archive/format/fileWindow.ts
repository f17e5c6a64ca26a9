import type { ByteCursor, ByteSource } from '../../../store/byteSource';

/**
 * A window on an archive that is walked in steps, forward. Short steps read the file in large pieces, long ones only what stands at their end: a
 * file of ten gigabytes with lengths a hundred kilobytes apart costs eighty thousand small reads, not ten gigabytes.
 */
export class FileWindow {
  readonly #cursor: ByteCursor;
  readonly #buffer = Buffer.allocUnsafe(longRead);
  #start = 0;
  #end = 0;

  private constructor(cursor: ByteCursor) {
    this.#cursor = cursor;
  }

  static async open(source: ByteSource): Promise<FileWindow> {
    return new FileWindow(await source.cursor());
  }

  /** True when the bytes `[position, position + count)` can be read now. */
  has(position: number, count: number): boolean {
    return position >= this.#start && position + count <= this.#end;
  }

  /** Fills the window from `position`; false when the file ends before `count` bytes. */
  async fill(position: number, count: number): Promise<boolean> {
    const near = position >= this.#start && position - this.#end < longStep;
    const length = near ? longRead : shortRead;
    this.#start = position;
    this.#end = position;
    this.#end += await this.#cursor.read(this.#buffer.subarray(0, Math.max(length, count)), position);
    return this.#end - position >= count;
  }

  byte(position: number): number {
    return this.#buffer[position - this.#start] ?? 0;
  }

  uint32(position: number): number {
    return this.#buffer.readUInt32LE(position - this.#start);
  }

  close(): Promise<void> {
    return this.#cursor.close();
  }
}

const longRead = 1 << 20;
const shortRead = 1 << 12;
/** steps longer than this are cheaper to jump than to read through */
const longStep = 1 << 16;
