import { parseJson } from '../base/json';
import { execute, query, type Server, type SqlOptions } from '../pod/server/sql';
import {
  generatedScript,
  hasGeneratedSql,
  lastOfEach,
  readGenerated,
  type GeneratedReading,
} from '../postgres/sql/generatedColumns';
import { tablesAlone } from '../postgres/sql/tablesAlone';

/** The values of all generated columns of a database, as digests. Reads the tables that have some. Throws `exec.*`, `cancelled`. */
export async function readGeneratedColumns(
  server: Server,
  database: string,
  options: SqlOptions,
): Promise<GeneratedReading[]> {
  const printed = await execute(
    server,
    database,
    `set statement_timeout = 0;\n${tablesAlone}${generatedScript}`,
    options,
  );
  const readings = printed.split('\n').flatMap((line) => {
    const found = line === '' ? undefined : readGenerated(parseJson(line));
    return found === undefined ? [] : [found];
  });
  return lastOfEach(readings);
}

/** Whether a database has generated columns. Throws `exec.*`. */
export async function hasGeneratedColumns(server: Server, database: string, options: SqlOptions): Promise<boolean> {
  const [found] = await query<boolean>(server, database, `${hasGeneratedSql};`, options);
  return found ?? false;
}
