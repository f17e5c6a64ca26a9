import { probe } from '../../../src/core/pod/server/probe';
import { sealed, type Mark, type Records } from '../../../src/core/restore/side/marks';
import { markText } from '../../../src/core/restore/side/sideDatabase';
import type { Server } from '../../lab/servers';
import { execIn } from '../openServer';

/** Writes the comment that a database of ours has, signed with the key of whoever runs this. */
export async function markSigned(server: Server, name: string, mark: Mark): Promise<string> {
  const sql = `select oid::int, pg_get_userbyid(datdba) as owner from pg_database where datname = '${name}'`;
  const [row] = await server.sql<{ oid: number; owner: string }>('postgres', sql);
  const { systemId } = await probe(execIn(server));
  const text = markText(await sealed(systemId, { name, oid: row!.oid, owner: row!.owner }, mark));
  await server.sql('postgres', `comment on database "${name}" is '${text}'`);
  return text;
}

/** A state that knows of no job. */
export const noRecords: Records = {
  kept: async () => false,
  worked: async () => false,
  prepared: async () => undefined,
  madeRole: async () => false,
};
