import type { ColumnMasker } from './columnMasker';
import { unescapeCopy } from './copyText';

/** A column whose fields are changed. */
export interface MaskedField {
  /** its place in the COPY statement */
  readonly at: number;
  readonly masker: ColumnMasker;
  /** the place of the column that says whose value it is */
  readonly subject: number | undefined;
}

/** Takes bytes `[from, to)`, which are reused once it returned or its promise is resolved. */
export type TakeRows = (bytes: Buffer, from: number, to: number) => Promise<void> | undefined;

const tab = 9;
const newline = 10;
/** bytes of a field that is masked, or of a row in which one field depends on another: these are held in memory */
const longest = 256 << 20;

/**
 * Masks the rows of one table as they stream by. The text must be what COPY writes, as `RowDigest` holds it to; what is not masked goes through byte for byte, in pieces, however long
 * it is.
 */
export class RowMasker {
  /** by column; undefined: goes through */
  readonly #fields: readonly (MaskedField | undefined)[];
  readonly #last: number;
  readonly #subjects: readonly number[];
  readonly #take: TakeRows;
  readonly #text: (bytes: string) => string;
  readonly #fail: (at: number) => never;
  readonly #said = new Map<number, string>();
  #column = 0;
  #ended = false;
  /** of a masked field, or of a row with subjects, whose end has not come */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #out = Buffer.allocUnsafeSlow(256 * 1024);
  #filled = 0;

  /** `text` decodes a subject; `fail` throws for a value of the column at that place that is too long. */
  constructor(
    fields: readonly MaskedField[],
    how: { readonly take: TakeRows; readonly text: (bytes: string) => string; readonly fail: (at: number) => never },
  ) {
    this.#last = Math.max(-1, ...fields.map(({ at }) => at));
    this.#fields = Array.from({ length: this.#last + 1 }, (_, at) => fields.find((field) => field.at === at));
    this.#subjects = [...new Set(fields.flatMap(({ subject }) => subject ?? []))];
    this.#take = how.take;
    this.#text = how.text;
    this.#fail = how.fail;
  }

  /** Takes the next piece of the table's text, its end marker included. */
  push(piece: Buffer): Promise<void> | undefined {
    if (this.#ended || this.#last < 0) return this.#take(piece, 0, piece.length);
    if (this.#subjects.length > 0) return this.#pushRows(piece);
    return this.#scan(piece);
  }

  /** Whole rows, so that what a field depends on may stand behind it. */
  #pushRows(piece: Buffer): Promise<void> | undefined {
    const end = piece.lastIndexOf(newline) + 1;
    if (end === 0) {
      this.#hold(piece, this.#last);
      return undefined;
    }
    const rows = this.#released(piece.subarray(0, end));
    const busy = this.#scan(rows);
    // only now: what is held belongs to the rows that come
    if (end < piece.length) this.#hold(piece.subarray(end), this.#last);
    return busy;
  }

  // what it works on lives in local variables, as in RowDigest
  #scan(bytes: Buffer): Promise<void> | undefined {
    const fields = this.#fields;
    const last = this.#last;
    const to = bytes.length;
    const hasSubjects = this.#subjects.length > 0;
    let column = this.#column;
    let at = 0;
    let copied = 0;
    while (at < to) {
      if (column > last) {
        const end = bytes.indexOf(newline, at);
        if (end < 0) {
          at = to;
          break;
        }
        at = end + 1;
        column = 0;
        continue;
      }
      const from = at;
      if (column === 0 && hasSubjects) this.#readSubjects(bytes, at);
      let byte = 0;
      while (at < to) {
        byte = bytes[at] ?? 0;
        if (byte === tab || byte === newline) break;
        at += 1;
      }
      const field = fields[column];
      if (at === to) {
        // the rest of the field comes with the next piece
        if (field !== undefined) {
          this.#append(bytes, copied, from);
          copied = to;
          this.#hold(bytes.subarray(from), column);
        }
        break;
      }
      if (field !== undefined) {
        this.#append(bytes, copied, from);
        copied = from;
        if (!this.#wentStraight(field.masker, bytes, from, at)) {
          const value =
            this.#heldBytes === 0
              ? bytes.toString('latin1', from, at)
              : this.#released(bytes.subarray(from, at)).toString('latin1');
          if (value === '\\.') {
            // its first byte may have come with the piece before
            if (at - from < 2) this.#appendText('\\.'.slice(0, 2 - (at - from)));
            this.#ended = true;
            break;
          }
          const subject = field.subject === undefined ? '' : (this.#said.get(field.subject) ?? '');
          this.#appendText(field.masker.field(value, subject));
        }
        copied = at;
      }
      at += 1;
      column = byte === newline ? 0 : column + 1;
    }
    this.#column = column;
    this.#append(bytes, copied, to);
    const filled = this.#filled;
    this.#filled = 0;
    return filled === 0 ? undefined : this.#take(this.#out, 0, filled);
  }

  /** A whole field that its mask takes from bytes to bytes: most of them. */
  #wentStraight(masker: ColumnMasker, bytes: Buffer, from: number, to: number): boolean {
    const { direct } = masker;
    if (direct === undefined || from === to || this.#heldBytes > 0) return false;
    this.#reserve(direct.most);
    const before = this.#filled;
    const end = direct.write(bytes, from, to, this.#out, before);
    if (end < 0) return false;
    this.#filled = end;
    if (end - before === to - from && bytes.compare(this.#out, before, end, from, to) === 0) masker.stayed += 1;
    else masker.changed += 1;
    return true;
  }

  #readSubjects(bytes: Buffer, from: number): void {
    let at = from;
    const wanted = Math.max(...this.#subjects);
    for (let column = 0; column <= wanted && at < bytes.length; column += 1) {
      let end = at;
      while (end < bytes.length && bytes[end] !== tab && bytes[end] !== newline) end += 1;
      if (this.#subjects.includes(column))
        this.#said.set(column, this.#text(unescapeCopy(bytes.toString('latin1', at, end))));
      if (bytes[end] === newline) return;
      at = end + 1;
    }
  }

  #hold(bytes: Buffer, column: number): void {
    if (bytes.length === 0) return;
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > longest) this.#fail(column);
    this.#held.push(Buffer.from(bytes));
  }

  #released(bytes: Buffer): Buffer {
    if (this.#heldBytes === 0) return bytes;
    const all = Buffer.concat([...this.#held, bytes]);
    this.#held = [];
    this.#heldBytes = 0;
    return all;
  }

  #append(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length <= 0) return;
    this.#reserve(length);
    if (length < 48) for (let at = 0; at < length; at += 1) this.#out[this.#filled + at] = bytes[from + at] ?? 0;
    else bytes.copy(this.#out, this.#filled, from, to);
    this.#filled += length;
  }

  #appendText(text: string): void {
    const { length } = text;
    this.#reserve(length);
    const out = this.#out;
    const filled = this.#filled;
    if (length < 48) for (let at = 0; at < length; at += 1) out[filled + at] = text.charCodeAt(at);
    else out.write(text, filled, 'latin1');
    this.#filled = filled + length;
  }

  #reserve(length: number): void {
    if (this.#filled + length <= this.#out.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(this.#out.length * 2, this.#filled + length));
    this.#out.copy(wider, 0, 0, this.#filled);
    this.#out = wider;
  }
}
