/**
 * What a report says, whatever it is read as: Markdown, a page, JSON. Texts are as they are, may be anybody's, and hold no markup: each of the three shows them as text.
 * A report that was written as Markdown is read back into this (`readReport`), so that it need be kept once.
 */
export interface Report {
  readonly schema: 1;
  /** what was done: `Restore shop of 2026-11-23 05:15:14 into shop on pg16-0` */
  readonly title: string;
  /** how it ended, in a word that stands out, and what that means; then who, why and when */
  readonly sections: readonly Section[];
}

export interface Section {
  /** the first has none: it stands under the title of all */
  readonly title?: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly line: Line }
  | { readonly kind: 'list'; readonly items: readonly Line[] }
  /** facts by name where all headings are '' */
  | { readonly kind: 'table'; readonly headings: readonly string[]; readonly rows: readonly (readonly Line[])[] };

/** A text in pieces, one of which may be a command or stand out. */
export type Line = readonly Piece[];

export interface Piece {
  readonly text: string;
  readonly as?: 'code' | 'strong';
}

/** A text as it is. */
export function line(text: string): Line {
  return text === '' ? [] : [{ text }];
}

/** A text whose command stands between backticks: it is code. */
export function lineWithCode(text: string): Line {
  const parts = text.split('`');
  // a name with a backtick in it could end the code early
  if (parts.length !== 3) return line(text);
  const [before = '', code = '', after = ''] = parts;
  return [...line(before), { text: code, as: 'code' }, ...line(after)];
}

export function paragraph(text: string): Block {
  return { kind: 'text', line: line(text) };
}

/** None where there is no item. */
export function list(items: readonly Line[]): Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', items }];
}

/** None where there is no row. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): Block[] {
  return rows.length === 0 ? [] : [{ kind: 'table', headings, rows: rows.map((row) => row.map(line)) }];
}
