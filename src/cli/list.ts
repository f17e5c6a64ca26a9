import type { JsonObject } from '../core/base/json';
import { AppError } from '../core/base/errors';
import { visible, visibleJson } from '../core/base/visible';
import { choice } from './arguments';
import type { Call } from './command';
import type { OptionName } from './options';
import { nearest } from './nearest';
import { table } from './table';

/** The options of what lists. */
export const listFlags = ['output', 'columns', 'no-headers'] as const satisfies readonly OptionName[];

/** One column of a list. */
export interface Column<Row> {
  /** one word, in lower case: what `--columns` takes; the heading is the same in upper case */
  readonly name: string;
  /** for people */
  readonly text: (row: Row) => string;
  /** for programs: bytes, seconds, UTC; default: as for people */
  readonly raw?: (row: Row) => string | number | boolean | undefined;
  /** numbers stand at the right */
  readonly isRight?: true;
  /** with `-o wide` and in TSV alone, or where it is asked for */
  readonly isWide?: true;
  /** it gives way where a row does not fit a terminal */
  readonly isFlexible?: true;
}

/** What is listed. */
export interface Listing<Row> {
  readonly columns: readonly Column<Row>[];
  /** what another command takes as this row's name */
  readonly nameOf: (row: Row) => string;
  /** the row as scripts get it: the event of `--json`, the item of `-o json` */
  readonly itemOf: (row: Row) => { readonly type: string; readonly [fact: string]: unknown };
}

/** Prints rows in the form that was asked for. */
export class List<Row> {
  private readonly form: 'name' | 'wide' | 'json' | 'tsv' | undefined;
  private readonly columns: readonly Column<Row>[];

  /** Throws `usage` for a form or a column that there is not. */
  constructor(
    private readonly call: Call,
    private readonly listing: Listing<Row>,
  ) {
    const { output, columns, json } = call.options;
    this.form = choice('output', output, ['name', 'wide', 'json', 'tsv']);
    if (json === true && this.form !== undefined) {
      throw new AppError('usage', { message: '--json prints events; -o does not go with it.' });
    }
    if (columns !== undefined && (this.form === 'name' || this.form === 'json' || json === true)) {
      throw new AppError('usage', { message: '--columns goes with the table and -o tsv.' });
    }
    const isFull = this.form === 'wide' || this.form === 'tsv';
    this.columns =
      columns === undefined ? listing.columns.filter(({ isWide }) => isFull || isWide !== true) : this.chosen(columns);
  }

  /** A table for people: it may come in parts, as soon as each is known. */
  get isTable(): boolean {
    return this.form === undefined || this.form === 'wide';
  }

  /** Prints the rows; `more` goes beside the items of `-o json`. Events of `--json` are said by who knows them first. */
  show(rows: readonly Row[], more: JsonObject = {}): void {
    const { terminal, options } = this.call;
    if (this.form === 'json') {
      terminal.line(visibleJson({ items: rows.map(this.listing.itemOf), ...more }));
      return;
    }
    if (this.form === 'name') {
      for (const row of rows) terminal.line(visible(this.listing.nameOf(row)));
      return;
    }
    const headings = this.columns.map(({ name }) => (this.form === 'tsv' ? name : name.toUpperCase()));
    if (this.form === 'tsv') {
      const cells = rows.map((row) => this.columns.map(({ text, raw }) => String((raw ?? text)(row) ?? '')));
      const all = options['no-headers'] === true ? cells : [headings, ...cells];
      for (const line of all) terminal.line(line.map(visible).join('\t'));
      return;
    }
    if (rows.length === 0) return;
    const flexible = this.columns.findIndex(({ isFlexible }) => isFlexible);
    const text = table(
      headings,
      rows.map((row) => this.columns.map((column) => visible(column.text(row)))),
      {
        right: this.columns.flatMap(({ isRight }, at) => (isRight === true ? [at] : [])),
        ...(this.form === 'wide' || flexible < 0 ? {} : { width: terminal.width, flexible }),
        isHeadless: options['no-headers'] === true,
      },
    );
    terminal.line(text);
  }

  private chosen(columns: string): readonly Column<Row>[] {
    const known = this.listing.columns.map(({ name }) => name);
    return columns.split(',').map((name) => {
      const found = this.listing.columns.find((column) => column.name === name.trim().toLowerCase());
      if (found) return found;
      const near = nearest(name, known);
      const message = `There is no column "${name}": ${known.join(', ')}.`;
      throw new AppError('usage', { message, ...(near === undefined ? {} : { meant: near }) });
    });
  }
}
