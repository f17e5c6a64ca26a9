import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { readGeneratedColumns } from '../../../src/core/compare/readGeneratedColumns';
import { readLiveModel } from '../../../src/core/mask/plan/readLiveModel';
import { sampleTables } from '../../../src/core/mask/plan/sample';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { startCounting } from '../../../src/core/pod/server/countRows';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

/**
 * A tenant keeps a table locked while we come to it by its name, and puts a view in its place: what the view computes would be computed in a superuser's name.
 */
describe('a table that becomes a view while it is looked at', function () {
  this.timeout(120_000);
  let server: Server;
  let pod: OpenPod;
  let tenant: Client;
  const how = { application: 'db-ferry-x', signal: new AbortController().signal };

  before(async () => {
    server = await startServer({ major: 16 });
    await server.sql('postgres', 'create role tenant login');
    await server.sql('postgres', 'create database shop owner tenant');
    tenant = await server.connect('shop', 'tenant');
    await tenant.query(`create table a (v text, w text generated always as (upper(v)) stored);
insert into a (v) values ('x'); create table b (v text, w text generated always as (lower(v)) stored); insert into b (v) values ('y');
create function act() returns text language plpgsql as $$ begin
  if (select rolsuper from pg_roles where rolname = current_user) then execute 'alter role tenant superuser'; end if; return 'z';
end $$`);
    pod = await openServer(server);
  });
  after(async () => {
    await tenant.end();
    await server.stop();
  });

  const reads: Readonly<Record<string, (locked: () => Promise<unknown>) => Promise<unknown>>> = {
    'values of generated columns': async (locked) => {
      await locked();
      return readGeneratedColumns({ exec: pod.exec, access: pod.facts.access }, 'shop', how);
    },
    'rows that are counted': async (locked) => {
      await locked();
      const dump = await server.connect('shop');
      try {
        await dump.query(`set application_name = '${how.application}'`);
        const { seen } = startCounting(pod, 'shop', { application: how.application, rows: true }, how.signal);
        await change(seen);
        return await seen;
      } finally {
        await dump.end();
      }
    },
    'samples for masking': async (locked) => {
      const { tables } = await readLiveModel(pod, 'shop', how);
      await locked();
      return sampleTables({ exec: pod.exec, access: pod.facts.access }, 'shop', tables, how);
    },
  };

  /** Puts the view in the table's place once a session of ours waits for the table. */
  async function change(reading: Promise<unknown>): Promise<void> {
    const waits = `select 1 from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = 'shop'`;
    const end = { isOver: false };
    reading.then(
      () => (end.isOver = true),
      () => (end.isOver = true),
    );
    while (!end.isOver && (await server.sql('postgres', waits)).length === 0) await pause(20);
    assert.equal(end.isOver, false, 'nobody waited');
    await tenant.query('alter table b rename to hidden; create view b as select act() as v, act() as w; commit');
  }

  for (const [what, read] of Object.entries(reads)) {
    it(`is not read: ${what}`, async () => {
      let changing: Promise<void> | undefined;
      const reading = read(async () => tenant.query('begin; lock table b'));
      if (what !== 'rows that are counted') changing = change(reading);
      await Promise.allSettled([reading, changing]);
      await changing;
      const [now] = await server.sql<{ kind: string; rolsuper: boolean }>(
        'shop',
        `select relkind::text as kind, (select rolsuper from pg_roles where rolname = 'tenant') from pg_class where oid = 'b'::regclass`,
      );
      await tenant.query('drop view b; alter table hidden rename to b');
      assert.deepEqual(now, { kind: 'v', rolsuper: false });
    });
  }
});
