export interface TableOptions {
  /** columns of numbers: aligned at their end */
  readonly right?: readonly number[];
  /** columns of the terminal; undefined where nobody watches: nothing is cut */
  readonly width?: number | undefined;
  /** the column that gives way where a row does not fit: its middle is left out */
  readonly flexible?: number;
  /** without the headings; they do not widen a column either */
  readonly isHeadless?: boolean;
}

/** Rows as aligned columns, headings first. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  { right = [], width, flexible, isHeadless = false }: TableOptions = {},
): string {
  const all = isHeadless ? rows : [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => displayWidth(row[column] ?? ''))));
  const over = width === undefined ? 0 : widths.reduce((sum, one) => sum + one + 2, -2) - width;
  if (over > 0 && flexible !== undefined) {
    const own = widths[flexible] ?? 0;
    widths[flexible] = Math.max(Math.min(own, leastFlexible), own - over);
  }
  return all
    .map((row) =>
      widths
        .map((most, column) => {
          const cell = column === flexible ? shortened(row[column] ?? '', most) : (row[column] ?? '');
          const space = ' '.repeat(Math.max(0, most - displayWidth(cell)));
          return right.includes(column) ? space + cell : cell + space;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const leastFlexible = 16;

/** The beginning says where, the end says what. */
function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  if (characters.length <= most) return text;
  const begin = Math.floor((most - 1) / 3);
  return [...characters.slice(0, begin), '…', ...characters.slice(characters.length - (most - 1 - begin))].join('');
}

/** Characters, not bytes or code units; wide ones count as one, which is near enough for names. */
function displayWidth(text: string): number {
  return Array.from(text).length;
}
