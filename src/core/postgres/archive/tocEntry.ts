import type { ByteWindow } from './byteWindow';
import { damaged } from './damage';

/**
 * One entry of the table of contents as it stands in the file. The buffers look into the reader's window: they are valid until
 * the next entry is read.
 */
export interface RawTocEntry {
  readonly dumpId: number;
  readonly hasData: boolean;
  readonly tag: Buffer;
  readonly kind: Buffer;
  readonly section: number;
  readonly definition: Buffer;
  /** where the definition starts in the file */
  readonly definitionOffset: number;
  readonly copyStatement: Buffer;
  readonly namespace: Buffer;
  readonly owner: Buffer;
  /** place of the data block in the file, where pg_dump could write it down */
  readonly dataOffset: number | undefined;
}

const longestName = 1 << 17;
const longestText = 1 << 28;
const offsetNotSet = 1;
const offsetSet = 2;
const offsetNoData = 3;
const nothing = Buffer.alloc(0);

/** Reads the next entry. `place` names it in errors, e.g. `entry 3 of 10`. */
export async function readTocEntry(
  window: ByteWindow,
  format: { readonly minor: number; readonly offsetSize: number },
  place: string,
): Promise<RawTocEntry> {
  // most entries lie in the window as a whole; one that does not is begun again when its missing bytes are there
  let wanted = 64;
  for (;;) {
    const whole = await window.need(wanted);
    const cursor = new Cursor(window, place);
    const entry = cursor.attempt(format);
    if (entry !== undefined) {
      window.position = cursor.position;
      return entry;
    }
    if (!whole && window.available < cursor.wanted) {
      throw damaged(window.offset + window.available, `the file ends inside the table of contents, ${place}`);
    }
    wanted = cursor.wanted;
  }
}

/** Signals that the window is too short; never leaves this file. */
class Shortage extends Error {}
const shortage = new Shortage();

class Cursor {
  position: number;
  /** bytes, from the entry's start, that the last attempt lacked */
  wanted = 0;
  readonly #window: ByteWindow;
  readonly #start: number;
  readonly #place: string;

  constructor(window: ByteWindow, place: string) {
    this.#window = window;
    this.#start = window.position;
    this.position = window.position;
    this.#place = place;
  }

  /** The entry, or undefined where the window is too short for it. */
  attempt(format: { readonly minor: number; readonly offsetSize: number }): RawTocEntry | undefined {
    try {
      return this.#entry(format.minor, format.offsetSize);
    } catch (error) {
      if (error === shortage) return undefined;
      throw error;
    }
  }

  #entry(minor: number, offsetSize: number): RawTocEntry {
    const dumpId = this.#int();
    if (dumpId <= 0 || dumpId >= 1 << 30) this.#refuse('an impossible dump id');
    const dumper = this.#int();
    if (dumper !== 0 && dumper !== 1) this.#refuse('an impossible data flag');
    this.#digits();
    this.#digits();
    const tag = this.#text(longestName);
    const kind = this.#text(100);
    if (!isKind(kind)) this.#refuse('an impossible kind of entry');
    const section = this.#int();
    if (section < 1 || section > 4) this.#refuse('an impossible section');
    const definitionOffset = this.#offset + 5;
    const definition = this.#text(longestText);
    this.#text(longestText);
    const copyStatement = this.#text(longestText);
    const namespace = this.#text(longestName);
    this.#text(longestName);
    this.#text(longestName);
    if (minor >= 16) this.#int();
    const owner = this.#text(longestName);
    if (this.#text(5).toString('latin1') !== 'false') this.#refuse('an impossible mark for OIDs');
    while (this.#digits() > 0);
    const dataOffset = this.#dataOffset(offsetSize, dumper === 1);
    const hasData = dumper === 1;
    return {
      dumpId,
      hasData,
      tag,
      kind,
      section,
      definition,
      definitionOffset,
      copyStatement,
      namespace,
      owner,
      dataOffset,
    };
  }

  get #offset(): number {
    return this.#window.offset + this.position - this.#start;
  }

  #dataOffset(size: number, hasData: boolean): number | undefined {
    this.#has(1 + size);
    const { buffer } = this.#window;
    const state = buffer[this.position] ?? 0;
    const offset =
      size === 8 ? Number(buffer.readBigUInt64LE(this.position + 1)) : buffer.readUInt32LE(this.position + 1);
    this.position += 1 + size;
    const fits = hasData ? state === offsetNotSet || state === offsetSet : state === offsetNoData;
    if (!fits) this.#refuse('an impossible state of the data offset');
    return state === offsetSet ? offset : undefined;
  }

  /** A text of digits; its length, or 0 for the null that ends a list. */
  #digits(): number {
    const text = this.#text(10);
    for (const byte of text) if (byte < 0x30 || byte > 0x39) this.#refuse('a number that is none');
    return text.length;
  }

  #int(): number {
    this.#has(5);
    const { buffer } = this.#window;
    const sign = buffer[this.position] ?? 0;
    if (sign > 1) this.#refuse('a number with an impossible sign');
    const value = this.#window.view.getUint32(this.position + 1, true);
    this.position += 5;
    return sign === 1 ? -value : value;
  }

  /** A text; null and empty are the same to us. */
  #text(longest: number): Buffer {
    const length = this.#int();
    if (length <= 0) {
      if (length < -1) this.#refuse('an impossible length');
      return nothing;
    }
    if (length > longest) this.#refuse('an impossible length');
    this.#has(length);
    this.position += length;
    return this.#window.buffer.subarray(this.position - length, this.position);
  }

  #has(count: number): void {
    if (this.position + count <= this.#window.buffer.length) return;
    this.wanted = this.position + count - this.#start;
    throw shortage;
  }

  #refuse(reason: string): never {
    throw damaged(this.#offset, `${reason} in the table of contents`, this.#place);
  }
}

function isKind(kind: Buffer): boolean {
  for (const byte of kind) if (byte !== 0x20 && (byte < 0x41 || byte > 0x5a)) return false;
  return kind.length > 0;
}
