import { count, size } from '../../../words/format';
import { t } from '../../../words/language';
import type { PageContents, PageTable } from '../messages';
import { rowSet, type Column, type RowSet } from './rowSet';

type Sequence = PageContents['sequences'][number];
type Schema = PageContents['schemas'][number];
type Role = PageContents['roles'][number];
type Kind = PageContents['kinds'][number];

/** The tabs of an archive. The tables are those handed in: their sizes come later, and `unmeasured` is said until then. */
export function sectionsOf(contents: PageContents, tables: readonly PageTable[], unmeasured: () => string): RowSet[] {
  const byName = ['name', false] as const;
  return [
    tablesSection(contents.hasRows, tables, unmeasured),
    rowSet<Sequence>({
      ...{ id: 'sequences', title: t`Sequences`, noun: t`sequences`, rows: contents.sequences, sort: byName },
      columns: [qualified(t`Sequence`), lastValue()],
      empty: t`The archive sets no sequences.`,
    }),
    rowSet<Schema>({
      ...{ id: 'schemas', title: t`Schemas`, noun: t`schemas`, rows: contents.schemas, sort: byName },
      columns: [
        plain('name', t`Schema`, (row) => row.name),
        counts('tables', t`Tables`, (row) => row.tables),
        plain('owner', t`Owner`, (row) => row.owner),
      ],
      empty: t`The archive names no schemas.`,
    }),
    rowSet<string>({
      ...{ id: 'extensions', title: t`Extensions`, noun: t`extensions`, rows: contents.extensions, sort: byName },
      columns: [plain('name', t`Extension`, (row) => row)],
      empty: t`The archive needs no extensions.`,
    }),
    rowSet<Role>({
      ...{ id: 'roles', title: t`Roles needed`, noun: t`roles needed`, rows: contents.roles, sort: byName },
      columns: [
        plain('name', t`Role`, (row) => row.name),
        plain('needed', t`Needed`, (row) => (row.named ? t`always: grants or policies name it` : t`as an owner`)),
      ],
      empty: t`The archive needs no roles.`,
    }),
    rowSet<Kind>({
      ...{ id: 'entries', title: t`Entries`, noun: t`entries`, rows: contents.kinds, sort: byName },
      columns: [plain('name', t`Kind`, (row) => row.kind), counts('count', t`Number`, (row) => row.count)],
      empty: t`The archive is empty.`,
    }),
  ];
}

function tablesSection(hasRows: boolean, rows: readonly PageTable[], unmeasured: () => string): RowSet {
  const bytes: Column<PageTable> = {
    ...{ id: 'bytes', title: hasRows ? t`Size as text` : t`Size in file`, isNumber: true },
    text: (row) => (row.bytes === undefined ? (row.hasData ? unmeasured() : t`no data`) : size(row.bytes)),
    key: (row) => row.bytes,
  };
  const counted: Column<PageTable> = {
    ...{ id: 'rows', title: t`Rows`, isNumber: true },
    text: (row) => (row.rows === undefined ? '' : count(row.rows)),
    key: (row) => row.rows,
  };
  const columns: Column<PageTable> = {
    ...{ id: 'columns', title: t`Columns`, isNumber: true },
    text: (row) => (row.hasData ? count(row.columns) : ''),
    key: (row) => (row.hasData ? row.columns : undefined),
  };
  const owner = plain('owner', t`Owner`, (row: PageTable) => row.owner);
  return rowSet({
    ...{ id: 'tables', title: t`Tables`, noun: t`tables`, rows, sort: ['bytes', true] },
    columns: [qualified(t`Table`), ...(hasRows ? [counted] : []), bytes, columns, owner],
    empty: t`The archive holds no tables.`,
    sum: (shown) => sumOf(hasRows, shown),
  });
}

/** Nothing as long as sizes are missing: half a sum would be taken for a whole one. */
function sumOf(hasRows: boolean, tables: readonly PageTable[]): string {
  let [rows, bytes, holding] = [0, 0, 0];
  for (const table of tables) {
    if (table.hasData && table.bytes === undefined) return '';
    rows += table.rows ?? 0;
    bytes += table.bytes ?? 0;
    holding += table.hasData ? 1 : 0;
  }
  // a partitioned table holds none itself, and a backup counts those that do
  if (!hasRows) return t`${size(bytes)} in the file`;
  return holding === tables.length
    ? t`${count(rows)} rows, ${size(bytes)} as text, by the manifest`
    : t`${count(rows)} rows in ${count(holding)} of them, ${size(bytes)} as text, by the manifest`;
}

const lastValue = (): Column<Sequence> => ({
  ...{ id: 'last', title: t`Last value`, isNumber: true },
  text: (row) => row.lastValue,
  key: (row) => Number(row.lastValue),
});

function qualified(title: string): Column<{ readonly schema: string; readonly name: string }> {
  return plain('name', title, (row) => (row.schema === '' ? row.name : `${row.schema}.${row.name}`));
}

function plain<Row>(id: string, title: string, text: (row: Row) => string): Column<Row> {
  return { id, title, text, key: text };
}

function counts<Row>(id: string, title: string, key: (row: Row) => number): Column<Row> {
  return { id, title, isNumber: true, text: (row) => count(key(row)), key };
}
