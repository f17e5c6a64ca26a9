import { KeyedHash } from './keyedHash';

/** rounds; each changes one half by a keyed function of the other */
const rounds = 10;

/** above it a half is computed with big integers */
const exact = 2 ** 48;

/**
 * A keyed permutation of texts of one shape: an unbalanced Feistel network over the digits of the two halves, as FF1 has it, with HMAC-SHA-256 in each round. Two different
 * lists of digits never become the same one, and which becomes which cannot be told without the key.
 */
export class Permutation {
  readonly #hash: KeyedHash;

  constructor(key: Uint8Array, label: string) {
    this.#hash = new KeyedHash(key, `permutation ${label}`);
  }

  /** Permutes `digits`, each of them less than the radix at its place, in place. */
  apply(digits: number[], radices: readonly number[]): void {
    const { length } = digits;
    if (length === 0) return;
    const middle = length >> 1;
    const shape = radices.join();
    let left = digits.slice(0, middle);
    let right = digits.slice(middle);
    const leftRadices = radices.slice(0, middle);
    const rightRadices = radices.slice(middle);
    for (let round = 0; round < rounds; round += 1) {
      const isLeft = round % 2 === 0;
      if (isLeft) left = this.#added(left, leftRadices, `${round}|${shape}|${right.join()}`);
      else right = this.#added(right, rightRadices, `${round}|${shape}|${left.join()}`);
    }
    [...left, ...right].forEach((digit, at) => (digits[at] = digit));
  }

  /** `digits` + f(`other`), modulo what they can say. */
  #added(digits: readonly number[], radices: readonly number[], other: string): number[] {
    if (digits.length === 0) return [];
    const size = radices.reduce((product, radix) => product * radix, 1);
    const words = this.#hash.hash(other);
    if (size < exact) {
      const value = digits.reduce((sum, digit, at) => sum * (radices[at] ?? 1) + digit, 0);
      const added = ((words[0] ?? 0) >>> 0) * 2 ** 20 + ((words[1] ?? 0) >>> 12);
      let rest = (value + (added % size)) % size;
      const out = new Array<number>(digits.length);
      for (let at = digits.length - 1; at >= 0; at -= 1) {
        const radix = radices[at] ?? 1;
        out[at] = rest % radix;
        rest = Math.floor(rest / radix);
      }
      return out;
    }
    let value = 0n;
    let modulus = 1n;
    digits.forEach((digit, at) => {
      const radix = BigInt(radices[at] ?? 1);
      value = value * radix + BigInt(digit);
      modulus *= radix;
    });
    let added = 0n;
    for (const word of words) added = (added << 32n) | BigInt(word >>> 0);
    // halves of more than 192 bits are added to word by word
    for (let more = 1; modulus >> 192n > 1n << BigInt(more * 256 - 256); more += 1)
      for (const word of this.#hash.hash(`${more}|${other}`)) added = (added << 32n) | BigInt(word >>> 0);
    let rest = (value + added) % modulus;
    const out = new Array<number>(digits.length);
    for (let at = digits.length - 1; at >= 0; at -= 1) {
      const radix = BigInt(radices[at] ?? 1);
      out[at] = Number(rest % radix);
      rest /= radix;
    }
    return out;
  }
}
