import { query } from '../../pod/server/sql';
import { rowsSql, type DatabaseRow, type Workplace } from '../databaseRow';
import { lastWriteSql, readLastWrite, type LastWrite, type LastWriteRow } from './lastWrite';
import { liveSql, serverSql, type LiveFacts, type ServerFacts } from './preflightFacts';
import { presentRolesSql } from './roles';
import { oursAmong, type OurDatabase } from '../side/sideDatabase';
import { dataFolderSql, roomOf, type TargetRoom } from './targetDisk';

/** All that a preflight asks of a target. */
export interface TargetFacts {
  readonly server: ServerFacts;
  /** the database of this name, where there is one */
  readonly live?: DatabaseRow;
  readonly inside: LiveFacts;
  /** roles of the server */
  readonly roles: ReadonlySet<string>;
  /** side and kept databases of ours */
  readonly ours: readonly OurDatabase[];
  readonly room?: TargetRoom;
  /** only where it was asked for */
  readonly lastWrite?: LastWrite;
}

/**
 * Asks a target in two rounds: the server, then at the same time the live database and the file system. With `lastWrite`,
 * also when the database was written to. Changes nothing. Throws `exec.*`, `cancelled`.
 */
export async function askTarget(
  server: Workplace,
  database: string,
  { signal, lastWrite = false }: { readonly signal: AbortSignal; readonly lastWrite?: boolean },
): Promise<TargetFacts> {
  const script = [rowsSql(), serverSql(database), presentRolesSql, dataFolderSql].map((sql) => `${sql};`).join('\n');
  const answers = await query(server, server.from, script, { signal });
  // the other statements have one row each, behind the databases
  const [facts, roles, folder] = answers.splice(-3) as [ServerFacts, string[], string | null];
  const rows = answers as DatabaseRow[];
  const live = rows.find(({ name }) => name === database);
  const [inside, room] = await Promise.all([
    live?.allowConnections ? askInside(server, live, lastWrite, signal) : nothingInside,
    folder === null ? undefined : roomOf(server, folder, signal),
  ]);
  const { written, ...more } = inside;
  return {
    server: facts,
    inside: more.facts,
    roles: new Set(roles),
    ours: oursAmong(rows),
    ...(live === undefined ? {} : { live }),
    ...(room === undefined ? {} : { room }),
    ...(written === undefined ? {} : { lastWrite: written }),
  };
}

interface Inside {
  readonly facts: LiveFacts;
  readonly written?: LastWrite;
}

const nothingInside: Inside = { facts: { extensions: [], written: 0 } };

async function askInside(
  server: Workplace,
  live: DatabaseRow,
  lastWrite: boolean,
  signal: AbortSignal,
): Promise<Inside> {
  const sql = lastWrite ? `${liveSql};\n${lastWriteSql}` : liveSql;
  const [facts, row] = await query(server, live.name, sql, { signal });
  const written = lastWrite ? readLastWrite(row as LastWriteRow) : undefined;
  return { facts: facts as LiveFacts, ...(written === undefined ? {} : { written }) };
}
