import type { ArchiveTap } from '../../postgres/archive/format/dataReader';
import { detect, type Kind } from '../detect/detectors';
import { unescapeCopy } from './copyText';

/** A column whose values are looked at. */
export interface LookedAt {
  readonly at: number;
  readonly name: string;
  /** kinds that a mask makes on purpose */
  readonly looksLike: readonly string[];
}

export interface LookedTable {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly LookedAt[];
}

/** What values of a column look like. No value. */
export interface Hit {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly kind: Kind;
  readonly count: number;
}

/** so many rows of a table are looked at all, and of the others one in so many */
const first = 5000;
const oneIn = 50;
/** of one row; more of it is not looked at */
const longestRow = 1 << 20;

/** Looks for personal data in the rows of an archive as they pass by. */
export class DetectTap implements ArchiveTap {
  /** rows that were looked at */
  rows = 0;
  readonly #find: (dumpId: number) => LookedTable | undefined;
  readonly #decode: (bytes: string) => string;
  readonly #hits = new Map<string, Hit>();
  #table: LookedTable | undefined;
  #row = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(find: (dumpId: number) => LookedTable | undefined, decode: (bytes: string) => string) {
    this.#find = find;
    this.#decode = decode;
  }

  get hits(): readonly Hit[] {
    return [...this.#hits.values()];
  }

  table(dumpId: number): void {
    this.#table = this.#find(dumpId);
    this.#row = 0;
    this.#rest = Buffer.alloc(0);
  }

  text(piece: Buffer): undefined {
    const table = this.#table;
    if (table === undefined || table.columns.length === 0) return undefined;
    let from = 0;
    for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, from)) {
      const isLooked = this.#row < first || this.#row % oneIn === 0;
      if (isLooked) {
        const row = Buffer.concat([this.#rest, piece.subarray(from, Math.min(end, from + longestRow))]).toString(
          'latin1',
        );
        this.#look(table, row);
      }
      this.#rest = Buffer.alloc(0);
      this.#row += 1;
      from = end + 1;
    }
    if (this.#rest.length < longestRow)
      this.#rest = Buffer.concat([this.#rest, piece.subarray(from, from + longestRow)]);
    return undefined;
  }

  #look(table: LookedTable, row: string): void {
    this.rows += 1;
    const fields = row.split('\t');
    for (const { at, name, looksLike } of table.columns) {
      const field = fields[at];
      if (field === undefined || field === '\\N' || field === '\\.') continue;
      for (const kind of detect(this.#decode(unescapeCopy(field)))) {
        if (looksLike.includes(kind)) continue;
        const key = `${table.schema}\0${table.name}\0${name}\0${kind}`;
        const count = (this.#hits.get(key)?.count ?? 0) + 1;
        this.#hits.set(key, { schema: table.schema, table: table.name, column: name, kind, count });
      }
    }
  }
}
