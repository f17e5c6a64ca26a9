import type { Contents, Counts, ShortManifest } from './manifest';
import { jsonIn, parseManifest, parseShortManifest } from './parseManifest';

/**
 * A manifest of format 1 without what grows with the database, and how much that is. Its tables, which may be 50,000, are counted without being parsed. Throws for what is no manifest of
 * that format. Pure.
 */
export function summaryOf(text: string): Counts & { readonly manifest: ShortManifest } {
  const { block, rest } = cut(text, 'tables');
  const short = ['sequences', 'counted'].reduce((left, name) => cut(left, name).rest, rest);
  const parsed = parseShortManifest(jsonIn(short)) as Parsed;
  // a text not written by us is parsed whole
  const tables = block === undefined ? parseManifest(parsed).tables : [];
  const { count } = parsed.largeObjects ?? { count: 0 };
  const rows = block === undefined ? tables.map((table) => table.rows) : rowsIn(block);
  return {
    manifest: withoutContents(parsed),
    tables: rows.length,
    rows: rows.reduce((sum, one) => sum + one, 0),
    largeObjects: count,
  };
}

/** A manifest without what grows with the database. Pure. */
export function withoutContents(manifest: ShortManifest): ShortManifest {
  const kept = Object.entries(manifest).filter(([name]) => !growing.includes(name));
  return Object.fromEntries(kept) as unknown as ShortManifest;
}

const growing: readonly string[] = [
  'digest',
  'tables',
  'sequences',
  'largeObjects',
  'generated',
  'counted',
] satisfies (keyof Contents)[];

type Parsed = ShortManifest & Partial<Contents>;

/** Takes a long value out where it stands: a line of this depth and name is there once, and strings hold no newline. */
function cut(text: string, name: string): { readonly block: string | undefined; readonly rest: string } {
  const begins = `\n "${name}": `;
  const from = text.indexOf(begins) + begins.length;
  const open = text.slice(from, from + 2);
  const close = open === '[\n' ? '\n ]' : open === '{\n' ? '\n }' : undefined;
  const to = close === undefined ? -1 : text.indexOf(close, from);
  if (from < begins.length || close === undefined || to < 0) return { block: undefined, rest: text };
  const rest = `${text.slice(0, from)}${open.trim()}${text.slice(to + close.length - 1)}`;
  return { block: text.slice(from, to), rest };
}

function rowsIn(block: string): number[] {
  return Array.from(block.matchAll(/^ {3}"rows": (\d+)/gm), ([, rows]) => Number(rows));
}
