import type { DirectMask, Mask } from '../transform/buildMask';
import { escapeCopy, unescapeCopy } from './copyText';

/** What became of a column's values. */
export interface ColumnCounts {
  readonly changed: number;
  /** a value that is what it was: a fixed one, a zero */
  readonly stayed: number;
  readonly nulls: number;
  /** empty texts, which stay empty */
  readonly empty: number;
}

const most = 4096;
const longest = 64;

/** Masks the fields of one column, as COPY writes them. */
export class ColumnMasker implements ColumnCounts {
  changed = 0;
  stayed = 0;
  nulls = 0;
  empty = 0;
  /** for what it takes; the others go through `field` */
  readonly direct: DirectMask | undefined;
  readonly #mask: Mask;
  /** values that were met; columns whose values hardly ever come again do without */
  #known: Map<string, string> | undefined;
  #tries = 0;
  #hits = 0;

  /** `always`: the values have nothing to do with each other but for a subject. */
  constructor(mask: Mask, hasSubject: boolean, direct?: DirectMask) {
    this.#mask = mask;
    this.direct = direct;
    this.#known = hasSubject ? undefined : new Map();
  }

  /** Field to field; `\N` is NULL. */
  field(field: string, subject: string): string {
    if (field === '\\N') {
      this.nulls += 1;
      return field;
    }
    if (field === '') {
      this.empty += 1;
      return field;
    }
    const masked = this.#masked(field, subject);
    if (masked === field) this.stayed += 1;
    else this.changed += 1;
    return masked;
  }

  #masked(field: string, subject: string): string {
    const known = this.#known;
    if (known === undefined || field.length > longest) return this.#made(field, subject);
    this.#tries += 1;
    const met = known.get(field);
    if (met !== undefined) {
      this.#hits += 1;
      return met;
    }
    const made = this.#made(field, subject);
    if (this.#tries >= most && this.#hits * 5 < this.#tries) this.#known = undefined;
    else {
      if (known.size >= most) known.clear();
      known.set(field, made);
    }
    return made;
  }

  #made(field: string, subject: string): string {
    const masked = this.#mask(unescapeCopy(field), subject);
    return masked === undefined ? '\\N' : escapeCopy(masked);
  }
}
