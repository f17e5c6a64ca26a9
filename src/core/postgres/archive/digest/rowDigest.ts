import { Hash128, mix32, multiplierA, multiplierB, multiplierC, multiplierD, Sum128 } from './hash128';
import type { Damage } from '../format/damage';

/** Throws: whoever made it knows where in the file we are. */
export type FailRows = (damage: Damage) => never;

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
const backslash = 0x5c;
const letterN = 0x4e;
/** `\.` read as a little-endian word: the end of COPY text. A value can never be this, its backslash would be doubled. */
const endMarker = 0x2e5c;
/** the letters that COPY writes behind a backslash: 1 in any place, 2 only where the field is `\N`, 3 only where the row is `\.` */
const escapes = new Uint8Array(256);
for (const letter of Buffer.from('bfnrtv\\')) escapes[letter] = 1;
escapes[letterN] = 2;
escapes[0x2e] = 3;
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
 *
 * Text that no COPY has written is refused: NUL and the control characters that COPY escapes, any other escape, a row that begins as the end
 * marker does. What follows would not be one thing to all who read it: psql ends its data at `\.` and a carriage return, too.
 */
export class RowDigest {
  readonly #seeds: Int32Array;
  readonly #columns: number;
  readonly #fail: FailRows;
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
  /** the last piece ended with a backslash that waits for its letter */
  #escaping = false;
  /** place in the piece up to which bytes are spoken for by a backslash */
  #spoken = 0;
  /** what the field in work holds: 2 `\N`, 4 `\.` */
  #marks = 0;

  /** `fail` throws: it knows where in the file we are. */
  constructor(columns: readonly Uint8Array[], fail: FailRows) {
    // a table with no columns writes an empty line for each row
    this.#columns = Math.max(columns.length, 1);
    this.#seeds = seedsOf(columns.length === 0 ? [new Uint8Array(0)] : columns);
    this.#fail = fail;
    this.#lanes.set(this.#seeds.subarray(0, 4));
  }

  /** Takes in `bytes[from, to)`. `view` looks at the same memory from the same start. */
  push(bytes: Uint8Array, view: DataView, from: number, to: number): void {
    if (from === to) return;
    this.#pushed += to - from;
    if (this.#after >= 0) this.#trailer(bytes, from, to);
    else this.#scan(bytes, view, from, to);
  }

  /** After the last piece: the text must have ended as COPY text ends. */
  finish(): RowDigestResult {
    if (this.#after < 0) this.#fail('rows.noEnd');
    if (this.#after !== 2) this.#fail('rows.end');
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
    this.#spoken = from;
    if (this.#escaping) this.#escape(bytes, from - 1, to);
    while (at < to) {
      let delimiter = 0;
      if (filled === 0 && at <= lastWord) {
        word = view.getInt32(at, true);
        // some byte is less than 14 (TAB, newline, one of the rare control characters that COPY leaves as they are, one that it never writes)
        let low = (word - 0x0e0e0e0e) & ~word & 0x80808080;
        // or is a backslash
        let other = word ^ 0x5c5c5c5c;
        let special = low | ((other - 0x01010101) & ~other & 0x80808080);
        const began = at;
        while (special === 0) {
          a = Math.imul(((a << 5) | (a >>> 27)) ^ word, multiplierA);
          b = Math.imul((((b << 11) | (b >>> 21)) + word) | 0, multiplierB);
          c = Math.imul(((c << 19) | (c >>> 13)) ^ word, multiplierC);
          d = Math.imul((((d << 25) | (d >>> 7)) + word) | 0, multiplierD);
          at += 4;
          if (at > lastWord) break;
          word = view.getInt32(at, true);
          low = (word - 0x0e0e0e0e) & ~word & 0x80808080;
          other = word ^ 0x5c5c5c5c;
          special = low | ((other - 0x01010101) & ~other & 0x80808080);
        }
        length += at - began;
        if (special === 0) {
          word = 0;
          continue;
        }
        if (low === 0) {
          filled = 4;
          this.#escapes(bytes, at, at + 4, to);
          at += 4;
        } else {
          filled = (31 - Math.clz32(low & -low)) >> 3;
          const byte = (word >>> (filled << 3)) & 0xff;
          if (special !== low) this.#escapes(bytes, at, at + filled, to);
          at += filled + 1;
          if (byte === tab || byte === newline) {
            delimiter = byte;
            word &= ~(-1 << (filled << 3));
          } else {
            if (byte === 0 || byte > 7) this.#unwritten(byte);
            filled += 1;
            if (filled < 4) {
              word &= ~(-1 << (filled << 3));
              continue;
            }
          }
        }
      } else {
        const byte = bytes[at] ?? 0;
        at += 1;
        if (byte === tab || byte === newline) delimiter = byte;
        else {
          if (byte < 14 && (byte === 0 || byte > 7)) this.#unwritten(byte);
          if (byte === backslash && at > this.#spoken) this.#escape(bytes, at - 1, to);
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
      if (this.#marks !== 0) {
        if (length === 2 && word === endMarker && column === 0 && delimiter === newline) {
          this.#after = 0;
          this.#trailer(bytes, at, to);
          return;
        }
        // `\N` is a whole field
        if (length !== 2 || this.#marks !== 2) this.#misplaced();
        this.#marks = 0;
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

  /** Looks at the backslashes among `bytes[from, to)`, which all belong to one field; `end` is where the piece ends. */
  #escapes(bytes: Uint8Array, from: number, to: number, end: number): void {
    for (let at = Math.max(from, this.#spoken); at < to; at += 1) {
      if (bytes[at] !== backslash) continue;
      this.#escape(bytes, at, end);
      at += 1;
    }
  }

  /** Looks at the letter behind the backslash at `at`. */
  #escape(bytes: Uint8Array, at: number, end: number): void {
    this.#escaping = at + 1 === end;
    if (this.#escaping) return;
    this.#spoken = at + 2;
    const kind = escapes[bytes[at + 1] ?? 0] ?? 0;
    if (kind === 1) return;
    if (kind === 0) this.#fail({ reason: 'rows.escape', row: this.#rows + 1 });
    // twice the same in one field is refused by its length
    this.#marks |= kind === 2 ? 2 : 4;
  }

  #unwritten(byte: number): never {
    return this.#fail({
      ...{ reason: 'rows.byte', row: this.#rows + 1 },
      byte: byte.toString(16).padStart(2, '0'),
    });
  }

  #misplaced(): never {
    return this.#fail({ reason: (this.#marks & 4) !== 0 ? 'rows.endMarker' : 'rows.null', row: this.#rows + 1 });
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
      if (bytes[at] !== newline || this.#after === 2) this.#fail('rows.behind');
      this.#after += 1;
    }
  }

  #miscounted(): never {
    return this.#fail({ reason: 'rows.fields', row: this.#rows + 1, fields: this.#columns });
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
