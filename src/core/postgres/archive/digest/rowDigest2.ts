import { DigestKernel, hexOfWide, longestPiece, place, type Tenant } from './digestKernel';
import type { FailRows, RowDigestResult } from './rowDigest';

/**
 * Digest 2 of one table's COPY text, in one pass, by the module of `rowKernel.wat`: built as digest 1 (see `RowDigest`), of hashes with 64-bit multiplications. A value's hash is seeded by its column's name and ended with its
 * length; the hashes of a row's values are summed, the sum is mixed, and the rows are summed, each of the two lanes modulo 2^64. What is refused is the same, and is refused before
 * `push` returns: every byte of the piece was looked at then.
 */
export class RowDigest2 implements Tenant {
  readonly #kernel = DigestKernel.shared;
  readonly #columns: number;
  readonly #fail: FailRows;
  readonly #seeds: Uint8Array;
  /** what lies in the memory while nobody else works there */
  #home: Uint8Array | undefined;
  #pushed = 0;

  /** `fail` throws: it knows where in the file we are. */
  constructor(columns: readonly Uint8Array[], fail: FailRows) {
    const kernel = this.#kernel;
    // a table with no columns writes an empty line for each row
    const names = columns.length === 0 ? [new Uint8Array(0)] : columns;
    this.#columns = names.length;
    this.#fail = fail;
    kernel.makeRoom(names.length);
    kernel.enter(this);
    kernel.clear();
    names.forEach((name, index) => {
      const [a, b] = kernel.hashOf(name);
      kernel.view.setBigUint64(place.seeds + index * 16, a, true);
      kernel.view.setBigUint64(place.seeds + index * 16 + 8, b, true);
    });
    kernel.clear();
    kernel.bytes.copyWithin(place.a, place.seeds, place.seeds + 16);
    kernel.view.setInt32(place.columns, names.length, true);
    this.#seeds = kernel.bytes.slice(place.seeds, place.seeds + names.length * 16);
  }

  /** Takes in `bytes[from, to)`. */
  push(bytes: Uint8Array, _view: DataView, from: number, to: number): void {
    const kernel = this.#enter();
    for (let at = from; at < to; at += longestPiece) {
      const end = Math.min(to, at + longestPiece);
      kernel.bytes.set(bytes.subarray(at, end), place.piece);
      this.#push(end - at);
    }
  }

  /**
   * Takes whole chunks of uncompressed data, each behind its length, from `bytes[from, to)`. Stops at what is no such chunk; the
   * bytes that were used up and the text that was in them, valid until the next call.
   */
  pushChunks(bytes: Uint8Array, from: number, to: number): { readonly used: number; readonly text: Uint8Array } {
    const kernel = this.#enter();
    const count = Math.min(longestPiece, to - from);
    kernel.bytes.set(bytes.subarray(from, from + count), place.chunks);
    const used = kernel.exports.chunks(count);
    const made = kernel.view.getInt32(place.made, true);
    this.#push(made);
    return { used, text: kernel.bytes.subarray(place.piece, place.piece + made) };
  }

  /** After the last piece: the text must have ended as COPY text ends. */
  finish(): RowDigestResult {
    const { view } = this.#enter();
    const after = view.getInt32(place.after, true);
    if (after < 0) this.#fail('rows.noEnd');
    if (after !== 2) this.#fail('rows.end');
    const sums = [view.getBigUint64(place.sumA, true), view.getBigUint64(place.sumB, true)] as const;
    const rows = Number(view.getBigUint64(place.rows, true));
    this.#kernel.moveOut(this);
    return { rows, textBytes: this.#pushed - 5, digest: hexOfWide(sums) };
  }

  leave(): void {
    this.#home = this.#kernel.state();
  }

  #enter(): DigestKernel {
    const kernel = this.#kernel;
    if (kernel.enter(this) && this.#home) {
      kernel.bring(this.#home);
      kernel.bytes.set(this.#seeds, place.seeds);
    }
    return kernel;
  }

  #push(count: number): void {
    this.#pushed += count;
    const wrong = this.#kernel.exports.push(count);
    if (wrong !== 0) this.#refuse(wrong);
  }

  #refuse(wrong: number): never {
    const { view } = this.#kernel;
    const row = Number(view.getBigUint64(place.rows, true)) + 1;
    if (wrong === 6) return this.#fail('rows.behind');
    if (wrong === 5) return this.#fail({ reason: 'rows.fields', row, fields: this.#columns });
    if (wrong === 4) return this.#fail({ reason: 'rows.null', row });
    if (wrong === 3) return this.#fail({ reason: 'rows.endMarker', row });
    if (wrong === 2) return this.#fail({ reason: 'rows.escape', row });
    const byte = view.getInt32(place.refused, true).toString(16).padStart(2, '0');
    return this.#fail({ reason: 'rows.byte', row, byte });
  }
}
