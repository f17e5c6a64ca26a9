import { asRecord } from '../../base/json';
import { query, type Server } from '../../pod/server/sql';
import { quoteIdentifier } from '../../postgres/sql/quote';
import { tablesAlone } from '../../postgres/sql/tablesAlone';
import type { ColumnType } from '../model/columnType';
import type { TableModel } from '../model/schemaModel';
import { fieldsOf } from '../transform/literals';

/** rows of a table that are looked at, and bytes of one */
const rows = 200;
const longestRow = 32_768;
/** tables of one session */
const together = 40;

/** Values of a table's columns, by column; NULL left out. They stay in this process. */
export type Samples = ReadonlyMap<string, readonly string[]>;

/**
 * A few rows of each table. A row is printed by its types' own output functions: no cast, function or operator of the database's owner is called. Throws `exec.failed` where the role
 * may not read a table.
 */
export async function sampleTables(
  server: Server,
  database: string,
  tables: readonly TableModel[],
  how: { readonly application: string; readonly signal: AbortSignal },
): Promise<ReadonlyMap<TableModel, Samples>> {
  const found = new Map<TableModel, Samples>();
  for (let from = 0; from < tables.length; from += together) {
    const some = tables.slice(from, from + together);
    const sql = tablesAlone + some.map(sampleSql).join(';\n');
    for (const line of await query<unknown>(server, database, sql, how)) {
      const { table, row } = asRecord(line) ?? {};
      const of = typeof table === 'number' ? some[table] : undefined;
      const fields = typeof row === 'string' ? fieldsOf(row) : undefined;
      if (of !== undefined && fields !== undefined) add(found, of, fields);
    }
  }
  return found;
}

function sampleSql(table: TableModel, index: number): string {
  const columns = sampledColumns(table).map(quoteIdentifier);
  const name = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  // one column more, so that a row of one is printed as one of several is
  return `select json_build_object('table', ${index}, 'row', r) from (select row(${[...columns, '0'].join(', ')})::text as r from only ${name} limit ${rows * 5}) s
    where octet_length(r) <= ${longestRow} limit ${rows}`;
}

/** Bytes are no words to look at, and of what we do not know the text may be anything. */
function sampledColumns(table: TableModel): string[] {
  const isSampled = ({ kind }: ColumnType): boolean => kind !== 'bytea' && kind !== 'other' && kind !== 'plain';
  return table.columns.filter(({ type, generated }) => !generated && isSampled(type)).map(({ name }) => name);
}

function add(found: Map<TableModel, Samples>, table: TableModel, fields: readonly (string | undefined)[]): void {
  const samples = (found.get(table) ?? new Map<string, string[]>()) as Map<string, string[]>;
  found.set(table, samples);
  sampledColumns(table).forEach((name, at) => {
    const value = fields[at];
    if (value === undefined) return;
    const values = samples.get(name) ?? [];
    values.push(value);
    samples.set(name, values);
  });
}
