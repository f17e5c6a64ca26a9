/** Bytes of `\n<32 hex digits> <3 digits>\n`. */
export const trailerLength = 38;

/**
 * Separates a command's stdout from the trailer behind it. Pure and incremental: what could be the beginning of the
 * trailer is held back until the bytes after it decide. Only the very last bytes can be the trailer; the same bytes
 * followed by anything are data.
 */
export class TrailerMatcher {
  readonly #head: Buffer;
  #held: Buffer = Buffer.alloc(0);

  /** `nonce`: 32 hex digits, new for each command. */
  constructor(nonce: string) {
    this.#head = Buffer.from(`\n${nonce} `, 'latin1');
    if (this.#head.length !== trailerLength - 4) throw new RangeError('a nonce has 32 hex digits');
  }

  /** Takes the next bytes, returns those that are data for certain (possibly none). */
  push(chunk: Buffer): Buffer {
    const all = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const cut = all.length - this.#trailerPrefixAtEnd(all);
    this.#held = Buffer.from(all.subarray(cut));
    return all.subarray(0, cut);
  }

  /** The exit code, when the last bytes so far are the whole trailer. */
  get exitCode(): number | undefined {
    if (this.#held.length !== trailerLength) return undefined;
    return Number(this.#held.toString('latin1', trailerLength - 4, trailerLength - 1));
  }

  /** Length of the longest end of `all` that is a beginning of the trailer. */
  #trailerPrefixAtEnd(all: Buffer): number {
    const first = Math.max(0, all.length - trailerLength);
    for (let start = all.indexOf(0x0a, first); start !== -1; start = all.indexOf(0x0a, start + 1)) {
      if (this.#isPrefix(all, start)) return all.length - start;
    }
    return 0;
  }

  #isPrefix(all: Buffer, start: number): boolean {
    const length = all.length - start;
    const inHead = Math.min(length, this.#head.length);
    if (all.compare(this.#head, 0, inHead, start, start + inHead) !== 0) return false;
    for (let at = inHead; at < length; at++) {
      const byte = all[start + at] ?? 0;
      const fits = at === trailerLength - 1 ? byte === 0x0a : byte >= 0x30 && byte <= 0x39;
      if (!fits) return false;
    }
    return true;
  }
}
