import { Hash128, mix32, multiplierA, multiplierB, multiplierC, multiplierD, Sum128 } from './hash128';

/** What the text of one table came to. */
export interface RowDigestResult {
  readonly rows: number;
  /** bytes of the rows, their newlines included, the end marker not */
  readonly textBytes: number;
  /** 128-bit sum of row hashes, hex */
  readonly digest: string;
}

const tab = 9;
const newline = 10;
/** `\.` read as a little-endian word: the end of COPY text. A value can never be this, its backslash would be doubled. */
const endMarker = 0x2e5c;
/** rows after which the sums, kept in doubles for speed, go into the wide total: 2^20 * 2^32 stays exact */
const rowsPerCarry = 1 << 20;

/**
 * Counts and hashes the rows of one table's COPY text in one pass, with no allocation per row.
 *
 * A field's hash is seeded by its column's name and avalanched, so that a value that moves to another column counts; the
 * hashes of a row's fields are summed, so that the order of columns does not; the row's sum is avalanched, so that a value
 * that moves to another row counts; the rows are summed modulo 2^128, so that their order does not, and two equal rows do not
 * cancel. Text is split at the byte level: TAB, newline and backslash are themselves in every server encoding, and values
 * hold them escaped only. NULL (`\N`) differs from every value, since a value's backslash is doubled.
 */
export class RowDigest {
  readonly #seeds: Int32Array;
  readonly #columns: number;
  readonly #fail: (reason: string) => never;
  readonly #total = new Sum128();
  /** hash of the field in work (0-3), sum of the row's fields (4-7) */
  readonly #lanes = new Int32Array(8);
  readonly #sums = new Float64Array(4);
  #word = 0;
  #filled = 0;
  #length = 0;
  #column = 0;
  #rows = 0;
  #uncarried = 0;
  #pushed = 0;
  #after = -1;

  /** `fail` throws: it knows where in the file we are. */
  constructor(columns: readonly Uint8Array[], fail: (reason: string) => never) {
    // a table with no columns writes an empty line for each row
    this.#columns = Math.max(columns.length, 1);
    this.#seeds = seedsOf(columns.length === 0 ? [new Uint8Array(0)] : columns);
    this.#fail = fail;
    this.#lanes.set(this.#seeds.subarray(0, 4));
  }

  /** Takes in `bytes[from, to)`. `view` looks at the same memory from the same start. */
  push(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    this.#pushed += to - from;
    if (this.#after >= 0) this.#trailer(bytes, from, to);
    else this.#scan(bytes, view, from, to);
  }

  /** After the last piece: the text must have ended as COPY text ends. */
  finish(): RowDigestResult {
    if (this.#after < 0) this.#fail('the rows end without their end marker');
    if (this.#after !== 2) this.#fail('the end of the rows is not as pg_dump writes it');
    this.#carry();
    return { rows: this.#rows, textBytes: this.#pushed - 5, digest: this.#total.hex() };
  }

  // one long function on purpose: what it works on lives in local variables; a call for each field or word would halve the speed
  #scan(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    const lanes = this.#lanes;
    const seeds = this.#seeds;
    const columns = this.#columns;
    let a = lanes[0] ?? 0;
    let b = lanes[1] ?? 0;
    let c = lanes[2] ?? 0;
    let d = lanes[3] ?? 0;
    let rowA = lanes[4] ?? 0;
    let rowB = lanes[5] ?? 0;
    let rowC = lanes[6] ?? 0;
    let rowD = lanes[7] ?? 0;
    let word = this.#word;
    let filled = this.#filled;
    let length = this.#length;
    let column = this.#column;
    let at = from;
    const lastWord = to - 4;
    while (at < to) {
      let delimiter = 0;
      if (filled === 0 && at <= lastWord) {
        word = view.getInt32(at, true);
        // some byte is less than 11: TAB, newline, or one of the rare control characters that COPY leaves as they are
        let low = (word - 0x0b0b0b0b) & ~word & 0x80808080;
        const began = at;
        while (low === 0) {
          a = Math.imul(((a << 5) | (a >>> 27)) ^ word, multiplierA);
          b = Math.imul((((b << 11) | (b >>> 21)) + word) | 0, multiplierB);
          c = Math.imul(((c << 19) | (c >>> 13)) ^ word, multiplierC);
          d = Math.imul((((d << 25) | (d >>> 7)) + word) | 0, multiplierD);
          at += 4;
          if (at > lastWord) break;
          word = view.getInt32(at, true);
          low = (word - 0x0b0b0b0b) & ~word & 0x80808080;
        }
        length += at - began;
        if (low === 0) {
          word = 0;
          continue;
        }
        filled = (31 - Math.clz32(low & -low)) >> 3;
        const byte = (word >>> (filled << 3)) & 0xff;
        at += filled + 1;
        if (byte === tab || byte === newline) {
          delimiter = byte;
          word &= ~(-1 << (filled << 3));
        } else {
          filled += 1;
          if (filled < 4) {
            word &= ~(-1 << (filled << 3));
            continue;
          }
        }
      } else {
        const byte = bytes[at] ?? 0;
        at += 1;
        if (byte === tab || byte === newline) delimiter = byte;
        else {
          word |= byte << (filled << 3);
          filled += 1;
          if (filled < 4) continue;
        }
      }
      if (filled > 0) {
        length += filled;
        a = Math.imul(((a << 5) | (a >>> 27)) ^ word, multiplierA);
        b = Math.imul((((b << 11) | (b >>> 21)) + word) | 0, multiplierB);
        c = Math.imul(((c << 19) | (c >>> 13)) ^ word, multiplierC);
        d = Math.imul((((d << 25) | (d >>> 7)) + word) | 0, multiplierD);
        filled = 0;
      }
      if (delimiter === 0) {
        word = 0;
        continue;
      }
      if (length === 2 && word === endMarker && column === 0 && delimiter === newline) {
        this.#after = 0;
        this.#trailer(bytes, at, to);
        return;
      }
      word = 0;
      a ^= length;
      b ^= length;
      c ^= length;
      d ^= length;
      a = (a + b + c + d) | 0;
      b = mix32((b + a) | 0);
      c = mix32((c + a) | 0);
      d = mix32((d + a) | 0);
      a = (mix32(a) + b + c + d) | 0;
      rowA = (rowA + a) | 0;
      rowB = (rowB + b + a) | 0;
      rowC = (rowC + c + a) | 0;
      rowD = (rowD + d + a) | 0;
      length = 0;
      column += 1;
      if (delimiter === newline) {
        if (column !== columns) this.#miscounted();
        this.#endRow(rowA, rowB, rowC, rowD);
        rowA = rowB = rowC = rowD = 0;
        column = 0;
      } else if (column === columns) this.#miscounted();
      const seed = column << 2;
      a = seeds[seed] ?? 0;
      b = seeds[seed + 1] ?? 0;
      c = seeds[seed + 2] ?? 0;
      d = seeds[seed + 3] ?? 0;
    }
    this.#word = word;
    this.#filled = filled;
    this.#length = length;
    this.#column = column;
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
    lanes[4] = rowA;
    lanes[5] = rowB;
    lanes[6] = rowC;
    lanes[7] = rowD;
  }

  /** Takes the sum of a row's fields. */
  #endRow(rowA: number, rowB: number, rowC: number, rowD: number): void {
    const sums = this.#sums;
    const mixed = (rowA + rowB + rowC + rowD) | 0;
    const b = mix32((rowB + mixed) | 0);
    const c = mix32((rowC + mixed) | 0);
    const d = mix32((rowD + mixed) | 0);
    const a = (mix32(mixed) + b + c + d) | 0;
    sums[0] = (sums[0] ?? 0) + (a >>> 0);
    sums[1] = (sums[1] ?? 0) + ((b + a) >>> 0);
    sums[2] = (sums[2] ?? 0) + ((c + a) >>> 0);
    sums[3] = (sums[3] ?? 0) + ((d + a) >>> 0);
    this.#rows += 1;
    this.#uncarried += 1;
    if (this.#uncarried === rowsPerCarry) this.#carry();
  }

  #carry(): void {
    this.#sums.forEach((sum, lane) => {
      this.#total.addWide(BigInt(sum) << BigInt(32 * lane));
    });
    this.#sums.fill(0);
    this.#uncarried = 0;
  }

  /** pg_dump writes two empty lines after the end marker, and nothing else. */
  #trailer(bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to; at += 1) {
      if (bytes[at] !== newline || this.#after === 2) this.#fail('there is text after the end marker of the rows');
      this.#after += 1;
    }
  }

  #miscounted(): never {
    return this.#fail(`row ${this.#rows + 1} does not have ${this.#columns} fields`);
  }
}

/** Four lanes for each column, from its name, so that every column has a hash function of its own. */
function seedsOf(columns: readonly Uint8Array[]): Int32Array {
  const seeds = new Int32Array(columns.length * 4);
  const hash = new Hash128();
  columns.forEach((column, index) => {
    seeds.set(hash.reset().update(column).finish(), index * 4);
  });
  return seeds;
}
