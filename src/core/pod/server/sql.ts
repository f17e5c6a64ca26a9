import { own } from '../../base/ownSaying';
import { AppError } from '../../base/errors';
import { capture, type PodExec } from '../../exec/podExec';
import { parseJson } from '../../base/json';
import { toolCommand, type Access } from '../../postgres/tools/access';
import { decoderOf } from '../../postgres/archive/format/encoding';
import { databaseArgument } from '../../postgres/sql/quote';
import { serverMessage, sqlStateOf } from '../../base/said/serverMessage';

/** Where SQL runs: the pod's own psql, reached as the probe found. */
export interface Server {
  readonly exec: PodExec;
  readonly access: Access;
  /** PGAPPNAME of its sessions where nothing else is said; default `db-ferry` */
  readonly application?: string;
}

export interface SqlOptions {
  readonly signal?: AbortSignal;
  /** PGAPPNAME of the session; default: the server's */
  readonly application?: string;
}

/**
 * Runs `sql` and returns its rows. Each row must be one column holding JSON (`select to_json(x) …`,
 * `select json_build_object(…)`), so that no separator can be confused with data. Throws `exec.failed` with the
 * server's message when a statement fails; nothing after it is run.
 */
export async function query<Row>(
  server: Server,
  database: string,
  sql: string,
  options: SqlOptions = {},
): Promise<Row[]> {
  const text = await execute(server, database, sql, options);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const row = parseJson(line);
      // what it is instead may be rows, and is not shown
      if (row === undefined) throw new AppError('exec.answer', { tool: 'psql', message: own('own.rowJson'), database });
      return row as Row;
    });
}

/**
 * Runs a script of statements with psql, stopping at the first error, and returns what it printed. The script travels
 * on stdin: it is in no process list and no audit log of the API server. A script must be harmless when cut at any
 * byte: put what belongs together into a transaction that ends with COMMIT.
 */
export async function execute(
  server: Server,
  database: string,
  sql: string,
  options: SqlOptions = {},
): Promise<string> {
  // a line ends there for psql, whatever quotation it stands in
  if (sql.includes('\0')) throw new AppError('internal', { message: 'a script that holds a zero byte' });
  const argv = psqlCommand(server.access, database, options.application ?? server.application);
  const end = await capture(server.exec, argv, {
    input: `${textEncoding}${sql}\n`,
    decode: linesOf,
    ...(options.signal ? { signal: options.signal } : {}),
  });
  if (end.exitCode !== 0) {
    const sqlState = sqlStateOf(end.stderr);
    throw new AppError('exec.failed', {
      tool: 'psql',
      exitCode: end.exitCode,
      stderr: serverMessage(end.stderr),
      database,
      ...(sqlState === undefined ? {} : { sqlState }),
    });
  }
  return end.stdout;
}

/**
 * A database of SQL_ASCII holds bytes and does not know what they mean: they come as they are, where UTF-8 would be an error for a name that is none. Every
 * other one speaks UTF-8. What a script for `psqlCommand` begins with; it prints nothing.
 */
export const textEncoding = `select case getdatabaseencoding() when 'SQL_ASCII' then 'SQL_ASCII' else 'UTF8' end as ferry_encoding \\gset
\\encoding :ferry_encoding
`;

/** Text as such a session prints it, each line for itself as an archive's names are read: so that they are the same in both. */
export function linesOf(bytes: Buffer): string {
  const decode = decoderOf('SQL_ASCII');
  const lines: string[] = [];
  for (let from = 0; from <= bytes.length;) {
    const at = bytes.indexOf(10, from);
    const end = at < 0 ? bytes.length : at;
    lines.push(decode(bytes.subarray(from, end)));
    from = end + 1;
  }
  return lines.join('\n');
}

/** The argv of a psql that reads a script from stdin, prints bare values, and stops at the first error. */
export function psqlCommand(access: Access, database: string, application = 'db-ferry'): string[] {
  return toolCommand(
    access,
    'psql',
    [
      '-q',
      '-A',
      '-t',
      '-w',
      '-v',
      'ON_ERROR_STOP=1',
      '-v',
      'VERBOSITY=verbose',
      '-d',
      databaseArgument(database),
      '-f',
      '-',
    ],
    { PGAPPNAME: application, PGCLIENTENCODING: 'UTF8' },
  );
}
