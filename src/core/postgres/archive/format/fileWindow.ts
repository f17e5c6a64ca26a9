import type { FileHandle } from 'node:fs/promises';
import { openSafely } from '../../../base/safeFile';

/**
 * A window on a file that is walked in steps, forward. Short steps read the file in large pieces, long ones only what stands at their end: a
 * file of ten gigabytes with lengths a hundred kilobytes apart costs eighty thousand small reads, not ten gigabytes.
 */
export class FileWindow {
  readonly #handle: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(longRead);
  #start = 0;
  #end = 0;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async open(file: string): Promise<FileWindow> {
    return new FileWindow(await openSafely(file, { follow: true }));
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
    while (this.#end - position < count) {
      const at = this.#end - position;
      const { bytesRead } = await this.#handle.read(this.#buffer, at, length - at, this.#end);
      if (bytesRead === 0) return false;
      this.#end += bytesRead;
    }
    return true;
  }

  byte(position: number): number {
    return this.#buffer[position - this.#start] ?? 0;
  }

  uint32(position: number): number {
    return this.#buffer.readUInt32LE(position - this.#start);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

const longRead = 1 << 20;
const shortRead = 1 << 12;
/** steps longer than this are cheaper to jump than to read through */
const longStep = 1 << 16;
