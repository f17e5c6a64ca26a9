import { KeyedHash } from './keyedHash';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

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
    const words = this.#hash.hash(text);
    let out = '';
    let at = 0;
    let bits = 0;
    let held = 0;
    while (out.length < count) {
      if (held < 5) {
        const word = words[at] ?? 0;
        at += 1;
        // the word's bits do not all fit beside what is held: take it in two halves
        bits = (bits << 16) | (word >>> 16);
        held += 16;
        while (held >= 5 && out.length < count) {
          out += alphabet.charAt((bits >>> (held - 5)) & 31);
          held -= 5;
        }
        bits = ((bits & 31) << 16) | (word & 0xffff);
        held += 16;
      }
      while (held >= 5 && out.length < count) {
        out += alphabet.charAt((bits >>> (held - 5)) & 31);
        held -= 5;
      }
      bits &= 31;
    }
    return out;
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
