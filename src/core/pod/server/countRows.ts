import { own } from '../../base/ownSaying';
import type { BackupDamage } from '../../base/damage';
import { Readable } from 'node:stream';
import { AppError } from '../../base/errors';
import { collect, type Sink } from '../../exec/podExec';
import { asRecord, parseJson } from '../../base/json';
import type { OpenPod } from '../databasePod';
import { linesOf, psqlCommand, textEncoding } from './sql';
import type { TableReading } from '../../postgres/archive/reading';
import { generatedScript, lastOfEach, readGenerated, type GeneratedReading } from '../../postgres/sql/generatedColumns';
import { quoteLiteral } from '../../postgres/sql/quote';
import { tablesAlone } from '../../postgres/sql/tablesAlone';
import { serverMessage } from '../../base/said/serverMessage';

/** A session that holds a snapshot open, counts in it, and waits for the dump that shares it. */
export interface Counting {
  /** the exported snapshot's id, for `pg_dump --snapshot` */
  readonly snapshot: Promise<string>;
  /** what was seen in it; resolves after the dump's session has gone */
  readonly seen: Promise<Seen>;
}

/** What a source holds in one snapshot. */
export interface Seen {
  /** rows by `schema.table` */
  readonly rows: Readonly<Record<string, number>>;
  readonly generated: readonly GeneratedReading[];
}

export interface CountingOptions {
  /** application_name of the dump that takes the snapshot over; this session has the same */
  readonly application: string;
  /** count the rows of every table */
  readonly rows?: boolean;
  /** read the values of generated columns */
  readonly generated?: boolean;
}

/**
 * Exports a snapshot, and in it counts the rows of every table or reads the values of generated columns. The session carries the same application_name as the dump, so that whatever
 * ends the one ends the other. Tables of extensions are left out: a dump may hold a part of them.
 */
export function startCounting(
  source: OpenPod,
  database: string,
  { application, rows: isCounted = false, generated = false }: CountingOptions,
  signal: AbortSignal,
): Counting {
  const script = Buffer.from(textEncoding + countScript(application, isCounted, generated));
  const argv = psqlCommand(source.facts.access, database, application);
  const answer = collect(argv);
  let heard: ((id: string) => void) | undefined;
  const first = new Promise<string>((resolve) => (heard = resolve));
  const sink: Sink = (chunk) => {
    void answer.sink(chunk);
    if (heard === undefined) return;
    const beginning = answer.bytes();
    const end = beginning.indexOf(0x0a);
    if (end < 0 && beginning.length > 1000) throw unreadable('no snapshot');
    if (end <= 0) return;
    heard(beginning.toString('utf8', 0, end));
    heard = undefined;
  };
  const seen = source.exec.feed(argv, Readable.from([script]), script.length, { signal, sink }).then((end) => {
    if (end.exitCode === 0) return readSeen(linesOf(answer.bytes()));
    throw new AppError('exec.failed', { tool: 'psql', exitCode: end.exitCode, stderr: serverMessage(end.stderr) });
  });
  const ended = seen.then((): string => {
    throw new AppError('internal', { message: 'the counting session ended without a snapshot' });
  });
  const snapshot = Promise.race([first, ended]);
  snapshot.catch(() => undefined);
  ended.catch(() => undefined);
  return { snapshot, seen };
}

/** The first table whose rows in the archive are not those counted at the source; undefined when all are. */
export function disagreeingTable(
  counted: Readonly<Record<string, number>>,
  tables: readonly TableReading[],
): BackupDamage | undefined {
  const inArchive = new Map(tables.map((table) => [`${table.schema}.${table.name}`, table.rows]));
  for (const [table, rows] of Object.entries(counted)) {
    const found = inArchive.get(table);
    if (found !== rows) return { reason: 'archive.counted', table, found, expected: rows };
  }
  return undefined;
}

function readSeen(text: string): Seen {
  const rows: Record<string, number> = {};
  const generated: GeneratedReading[] = [];
  for (const line of text.split('\n').filter((one) => one.startsWith('{'))) {
    const parsed = parseJson(line);
    const columns = readGenerated(parsed);
    if (columns) {
      generated.push(columns);
      continue;
    }
    const { table, rows: count } = asRecord(parsed) ?? {};
    if (typeof table !== 'string' || typeof count !== 'number') throw unreadable(own('own.count'));
    rows[table] = count;
  }
  return { rows, generated: lastOfEach(generated) };
}

function unreadable(message: string): AppError {
  return new AppError('exec.answer', { tool: 'psql', message });
}

/**
 * The transaction must stay open until pg_dump has taken the snapshot over: it waits until the dump's session is there, counts, and waits
 * until that session has gone.
 */
function countScript(application: string, isCounted: boolean, generated: boolean): string {
  const dumping = `exists (select from pg_stat_activity where application_name = ${quoteLiteral(application)}
    and pid <> pg_backend_pid() and backend_type = 'client backend')`;
  return `set statement_timeout = 0; set idle_in_transaction_session_timeout = 0;
${tablesAlone}begin isolation level repeatable read read only;
select pg_export_snapshot();
-- the transport keeps the last bytes back, they might be its trailer: the id must not be among them
select repeat('-', 128);
do $$ begin
  for i in 1..3000 loop
    perform pg_stat_clear_snapshot();
    exit when ${dumping};
    perform pg_sleep(0.01);
  end loop;
end $$;
${isCounted ? countRowsSql : ''}${generated ? generatedScript : ''}do $$ begin
  loop
    perform pg_stat_clear_snapshot();
    exit when not ${dumping};
    perform pg_sleep(0.2);
  end loop;
end $$;
commit;
`;
}

const countRowsSql = `select format('select json_build_object(''table'', %L, ''rows'', count(*)) from only %I.%I', n.nspname || '.' || c.relname, n.nspname, c.relname)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and (c.relpersistence = 'p' or c.relpersistence = 'u' and not pg_is_in_recovery()) and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
  order by 1 \\gexec
`;
