/** A column of a list. */
export interface Column<Row> {
  readonly id: string;
  readonly title: string;
  /** numbers stand at the right and are sorted downwards first */
  readonly isNumber?: boolean;
  readonly text: (row: Row) => string;
  /** what is sorted by; undefined goes last, whichever way */
  readonly key: (row: Row) => string | number | undefined;
}

/** The rows of a tab, known by their places, so that lists need not know what they are. */
export interface RowSet {
  readonly id: string;
  readonly title: string;
  /** what they are, within a sentence */
  readonly noun: string;
  readonly count: number;
  readonly columns: readonly Pick<Column<never>, 'id' | 'title' | 'isNumber'>[];
  /** the column to sort by at first, and whether it goes down */
  readonly sort: readonly [string, boolean];
  /** said where there are no rows */
  readonly empty: string;
  text(row: number, column: number): string;
  /** The rows that hold every word of the filter, sorted. */
  select(filter: string, sort: readonly [string, boolean]): number[];
  /** What the rows add up to, for the line above the list. */
  sum(rows: readonly number[]): string;
}

export interface RowSetOptions<Row> {
  readonly id: string;
  readonly title: string;
  readonly noun: string;
  /** may change while it is shown, in its members only */
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly sort: readonly [string, boolean];
  readonly empty: string;
  readonly sum?: (rows: readonly Row[]) => string;
}

export function rowSet<Row>(options: RowSetOptions<Row>): RowSet {
  const { rows, columns } = options;
  let haystacks: string[] | undefined;
  return {
    ...{ id: options.id, title: options.title, noun: options.noun, sort: options.sort, empty: options.empty },
    ...{ columns, count: rows.length },
    text(row, column) {
      const found = rows[row];
      return found === undefined ? '' : (columns[column]?.text(found) ?? '');
    },
    select(filter, sort) {
      const words = filter
        .toLowerCase()
        .split(/\s+/)
        .filter((word) => word !== '');
      if (words.length > 0) haystacks ??= rows.map((row) => haystack(row, columns));
      const fits = (row: number): boolean => words.every((word) => haystacks?.[row]?.includes(word));
      const all = Array.from(rows, (_, row) => row);
      return sorted(words.length === 0 ? all : all.filter(fits), rows, columns, sort);
    },
    sum: (shown) => options.sum?.(shown.flatMap((row) => rows[row] ?? [])) ?? '',
  };
}

/** What the filter looks at: all that is not a number. */
function haystack<Row>(row: Row, columns: readonly Column<Row>[]): string {
  const texts = columns.filter(({ isNumber }) => isNumber !== true).map(({ text }) => text(row));
  return texts.join('\n').toLowerCase();
}

/** Equal rows stay in the order of their first column. */
function sorted<Row>(
  places: number[],
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  [id, down]: readonly [string, boolean],
): number[] {
  const [first] = columns;
  const column = columns.find((one) => one.id === id) ?? first;
  if (first === undefined || column === undefined) return places;
  const names = rows.map(first.key);
  const keys = rows.map(column.key);
  return places.sort((left, right) => {
    const order = compare(keys[left], keys[right], down);
    return order === 0 ? compare(names[left], names[right], false) : order;
  });
}

function compare(left: string | number | undefined, right: string | number | undefined, down: boolean): number {
  if (left === right) return 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  return left < right === down ? 1 : -1;
}
