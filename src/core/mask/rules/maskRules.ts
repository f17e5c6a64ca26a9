import type { JsonPath } from '../transform/jsonPaths';
import type { NamePattern } from './namePattern';

/** Where something stands in a file of rules; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A file of masking rules. What no rule speaks of and could hold somebody's words is refused: there is no other default. */
export interface MaskRules {
  /** the first that matches a column counts */
  readonly columns: readonly MaskRule[];
  /** what happens to large objects; absent: an archive that has some is refused */
  readonly largeObjects?: 'keep' | 'none';
  /** definitions whose texts look like somebody's data stay as they are; absent: they are refused */
  readonly definitions?: 'keep';
  /** SHA-256 of the file, hex: goes into the manifest */
  readonly digest: string;
}

export type MaskRule =
  | { readonly match: NamePattern; readonly place: Place; readonly rows: 'none' }
  | { readonly match: NamePattern; readonly place: Place; readonly as: Transform };

/** What becomes of a value. */
export type Transform = Plain | Fixed | DateShift | NumberNoise | JsonMask | RecordMask;

export interface Plain {
  readonly as: (typeof plainTransforms)[number];
  /** values of another domain become others: what must not be joined */
  readonly domain?: string;
}

export const plainTransforms = [
  ...(['keep', 'null', 'hash', 'email', 'name', 'phone', 'iban', 'creditcard', 'ip', 'uuid', 'key', 'redact'] as const),
] as const;

export interface Fixed {
  readonly as: 'fixed';
  readonly value: string;
}

export interface DateShift {
  readonly as: 'date';
  /** days that it moves at most, to either side */
  readonly days: number;
  /** the column of the same table whose value says whose date it is: all dates of one subject move alike, and what lies between them stays */
  readonly subject?: string;
}

export interface NumberNoise {
  readonly as: 'number';
  /** how far it moves at most, to either side */
  readonly percent: number;
}

export interface JsonMask {
  readonly as: 'json';
  readonly paths: readonly { readonly path: JsonPath; readonly as: Transform }[];
}

/** A composite value, field by field. */
export interface RecordMask {
  readonly as: 'record';
  readonly fields: readonly { readonly name: string; readonly as: Transform }[];
}
