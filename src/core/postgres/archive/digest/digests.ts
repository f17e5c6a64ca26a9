import type { DigestVersion, LargeObjectReading } from '../reading';
import { LargeObjects1, LargeObjects2 } from './largeObjects';
import { RowDigest, type FailRows, type RowDigestResult } from './rowDigest';
import { RowDigest2 } from './rowDigest2';

export const newestDigest: DigestVersion = 2;

/** The digest of one table's COPY text, which comes in pieces. */
export interface TextDigest {
  /** Takes in `bytes[from, to)`, and has looked at all of it when it returns; `view` looks at the same memory from the same start. */
  push(bytes: Uint8Array, view: DataView, from: number, to: number): void;
  /** Takes chunks of an archive that is not compressed, where it can: see `RowDigest2`. */
  pushChunks?(bytes: Uint8Array, from: number, to: number): { readonly used: number; readonly text: Uint8Array };
  finish(): RowDigestResult;
}

/** The digest of all large objects, in any order. */
export interface LargeObjectDigest {
  begin(oid: number): void;
  push(bytes: Uint8Array, from: number, to: number): void;
  end(): void;
  result(): LargeObjectReading;
}

/** `fail` throws: it knows where in the file we are. */
export function digestOfRows(version: DigestVersion, columns: readonly Uint8Array[], fail: FailRows): TextDigest {
  return version === 1 ? new RowDigest(columns, fail) : new RowDigest2(columns, fail);
}

export function digestOfLargeObjects(version: DigestVersion): LargeObjectDigest {
  return version === 1 ? new LargeObjects1() : new LargeObjects2();
}
