import { KeyedHash } from './keyedHash';

const alphabet = Buffer.from('abcdefghijklmnopqrstuvwxyz234567');
const scratch = Buffer.alloc(64);

export interface LettersHow {
  readonly count: number;
  /** capitals count as small letters */
  readonly folded: boolean;
}

/** What every transformer is made from: its own hash under the target's key, so that equal values become equal ones wherever they stand. */
export class Keyed {
  readonly #hash: KeyedHash;

  constructor(key: Uint8Array, label: string) {
    this.#hash = new KeyedHash(key, label);
  }

  words(text: string): Int32Array {
    return this.#hash.hash(text);
  }

  /** `count` letters and digits, five bits each; at most 51. */
  letters(text: string, count: number): string {
    writeLetters(this.#hash.hash(text), count, scratch, 0);
    return scratch.toString('latin1', 0, count);
  }

  /** The same of bytes as COPY writes them, written to `out` from `at` on. False for what `KeyedHash.hashBytes` does not take: nothing is written then. */
  lettersOf(bytes: Uint8Array, from: number, to: number, how: LettersHow, out: Uint8Array, at: number): boolean {
    const words = this.#hash.hashBytes(bytes, from, to, how.folded);
    if (words === undefined) return false;
    writeLetters(words, how.count, out, at);
    return true;
  }

  /** Lower-case hexadecimal digits, at most 64. */
  hex(text: string, count: number): string {
    let out = '';
    for (const word of this.#hash.hash(text)) out += (word >>> 0).toString(16).padStart(8, '0');
    return out.slice(0, count);
  }

  /** From 0 to 1, both excluded or not: for noise. */
  fraction(text: string): number {
    return ((this.#hash.hash(text)[0] ?? 0) >>> 0) / 2 ** 32;
  }
}

function writeLetters(words: Int32Array, count: number, out: Uint8Array, at: number): void {
  let bit = 0;
  for (let next = at; next < at + count; next += 1) {
    const index = bit >>> 5;
    const shift = bit & 31;
    const word = words[index] ?? 0;
    const five =
      shift <= 27 ? word >>> (27 - shift) : (word << (shift - 27)) | ((words[index + 1] ?? 0) >>> (59 - shift));
    out[next] = alphabet[five & 31] ?? 0;
    bit += 5;
  }
}
