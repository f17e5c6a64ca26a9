import { asRecord } from '../../base/json';

/** The values of a table's generated columns, which COPY does not hold: the server computes them anew when rows are restored. */
export interface GeneratedReading {
  readonly schema: string;
  readonly name: string;
  /** the generated columns, sorted */
  readonly columns: readonly string[];
  readonly rows: number;
  /** two 64-bit sums of the rows' MD5, in decimal: rows may come in any order, and two equal ones count twice. Empty, with no rows: the values could not be computed or read */
  readonly digest: string;
}

/** One row: whether the database has generated columns whose values can be compared. */
export const hasGeneratedSql = `select to_json(exists (select from pg_attribute a join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace where a.attgenerated <> '' and not a.attisdropped and ${isOurs()}))`;

/**
 * Statements for psql that print a line for each table with generated columns, read by `readGenerated`. A value is what its type prints: no cast of the database's is
 * called. A line without values stands before each: it remains of one whose value cannot be computed or read. In a transaction or without.
 */
export const generatedScript = `\\set ON_ERROR_ROLLBACK on
\\set ON_ERROR_STOP off
with generated as (
  select n.nspname, c.relname, json_agg(a.attname order by a.attname) as columns, string_agg(format('%I', a.attname), ', ' order by a.attname) as list,
    case when getdatabaseencoding() in ('UTF8', 'SQL_ASCII') then 'textsend(row(%s)::text)' else 'convert_to(row(%s)::text, ''UTF8'')' end as text
  from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
  where a.attnum > 0 and a.attgenerated <> '' and not a.attisdropped and ${isOurs()} group by 1, 2)
select format('select json_build_object(''generated'', true, ''schema'', %1$L, ''name'', %2$L, ''columns'', %3$L::json, ''rows'', 0, ''digest'', '''')',
  nspname, relname, columns),
  format('select json_build_object(''generated'', true, ''schema'', %1$L, ''name'', %2$L, ''columns'', %3$L::json, ''rows'', count(*),
  ''digest'', concat(coalesce(sum((''x'' || left(h, 16))::bit(64)::bigint), 0), '' '', coalesce(sum((''x'' || right(h, 16))::bit(64)::bigint), 0)))
  from (select md5(%4$s) as h from only %1$I.%2$I) s', nspname, relname, columns, format(text, list)) from generated order by nspname, relname \\gexec
\\set ON_ERROR_STOP on
\\set ON_ERROR_ROLLBACK off
`;

/** A line that `generatedScript` prints, parsed from JSON; undefined where it is another. */
export function readGenerated(line: unknown): GeneratedReading | undefined {
  const { generated, schema, name, columns, rows, digest } = asRecord(line) ?? {};
  if (generated !== true || typeof schema !== 'string' || typeof name !== 'string') return undefined;
  if (typeof rows !== 'number' || typeof digest !== 'string' || !Array.isArray(columns)) return undefined;
  return { schema, name, columns: columns.map(String), rows, digest };
}

/** Each table once: what is said of it last stands. */
export function lastOfEach(readings: readonly GeneratedReading[]): GeneratedReading[] {
  return [...new Map(readings.map((one) => [`${one.schema}\0${one.name}`, one])).values()];
}

/** Tables that a dump holds and that lie on this server: on a standby unlogged ones are empty. */
function isOurs(): string {
  return `c.relkind = 'r' and (c.relpersistence = 'p' or c.relpersistence = 'u' and not pg_is_in_recovery()) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`;
}
