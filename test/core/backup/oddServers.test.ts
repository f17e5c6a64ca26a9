import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from 'pg';
import { askSource, backupFindings, oldServer } from '../../../src/core/backup/preflight';
import { backUp, type BackupResult } from '../../../src/core/backup/backUp';
import type { BackupTask } from '../../../src/core/backup/backupTask';
import { isAppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import { whyBusy } from '../../../src/core/pod/server/busy';
import { probe } from '../../../src/core/pod/server/probe';
import { dumpCommand } from '../../../src/core/postgres/tools/dumpCommand';
import { serverMessage } from '../../../src/core/base/said/serverMessage';
import { startServer, type Server } from '../../lab/servers';
import { execIn, openServer } from '../openServer';

describe('servers as people have them', function () {
  this.timeout(180_000);
  let root: string;
  beforeEach(async () => (root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'))));
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function backUpOf(server: Server, database: string, env = {}, count = true): Promise<BackupResult> {
    const cluster = { alias: 'alpha', server: 'https://alpha' };
    const options: BackupTask = { root, cluster, compress: 'auto', count, job: 'job', asked: { by: 'me' } };
    const work = { signal: new AbortController().signal, report: () => undefined, log: noLog };
    return backUp(await openServer(server, env), database, options, work);
  }
  const codes = ({ findings }: BackupResult): string[] => findings.map(({ code }) => code);

  describe('PostgreSQL 16', () => {
    let server: Server;
    before(async () => {
      server = await startServer({
        major: 16,
        settings: { max_connections: '12', superuser_reserved_connections: '1' },
      });
    });
    after(() => server.stop());

    it('whose libraries changed under an old volume: each login warns, and all works, with a note', async () => {
      await server.sql('postgres', 'create database aged');
      await server.sql('postgres', `update pg_database set datcollversion = '2.31' where datname <> 'template0'`);
      const { databases, warnings } = await probe(execIn(server));
      assert.deepEqual(databases.find(({ name }) => name === 'aged')?.collation, { was: '2.31', is: null });
      assert.equal(warnings, undefined);
      const result = await backUpOf(server, 'aged');
      assert.deepEqual(codes(result), ['source.collation']);
      await server.sql('postgres', 'update pg_database set datcollversion = null');
    });

    it('of SQL_ASCII, with names and texts that are no UTF-8: counted, as stock pg_dump has them', async () => {
      await server.sql('postgres', `create database bytes encoding 'SQL_ASCII' locale 'C' template template0`);
      const name = `quote_ident(convert_from('\\x6be46e', 'SQL_ASCII'))`;
      await server.sql(
        'bytes',
        `set client_encoding = 'SQL_ASCII'; create table t (v text); insert into t values (convert_from('\\xe9e8ff', 'SQL_ASCII'));
        do $$ begin execute 'create table ' || ${name} || ' (id int)'; execute 'insert into ' || ${name} || ' values (7)';
        execute 'comment on table t is ' || quote_literal(convert_from('\\xfc626572', 'SQL_ASCII')); end $$`,
      );
      const { entry } = await backUpOf(server, 'bytes');
      assert.deepEqual(entry.manifest.counted, { 'public.t': 1, 'public.kän': 1 });
    });

    it('that hold passwords of other servers: that the archive will, too, is said', async () => {
      await server.sql('postgres', 'create database linked');
      await server.sql(
        'linked',
        `create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;
        create user mapping for postgres server far options (user 'x', password 'S3CRET'); create server near foreign data wrapper postgres_fdw;
        create user mapping for postgres server near options (user 'y')`,
      );
      await server.sql(
        'linked',
        `create subscription s connection 'host=/nowhere password=S3CRET' publication p with (connect = false, slot_name = none)`,
      );
      const result = await backUpOf(server, 'linked');
      const found = result.findings.find(({ code }) => code === 'dump.passwords');
      assert.deepEqual(found?.data, { mappings: 1, subscriptions: 1 });
      assert.doesNotMatch(JSON.stringify([result.findings, result.entry.manifest]), /S3CRET/);
    });

    it('that is from before August 2024: what a table’s owner can do meanwhile is said, where we are a superuser', async () => {
      for (const [version, told] of [
        [110022, { version: '11.22' }],
        [150007, { version: '15.7', fixed: '15.8' }],
        [160003, { version: '16.3', fixed: '16.4' }],
        [150008, undefined],
        [160004, undefined],
        [170000, undefined],
      ] as const)
        assert.deepEqual(oldServer(version), told);
      const source = await openServer(server);
      const facts = await askSource(source, 'postgres', 'x', new AbortController().signal);
      const said = (superuser: boolean): unknown => {
        const role = { ...source.facts.role, superuser };
        const old = { ...source, facts: { ...source.facts, serverVersion: 160003, role } };
        const [database = assert.fail()] = source.facts.databases;
        const here = { folder: '/', room: undefined, expected: { bytes: 1 } as never, database };
        return backupFindings(old, facts, here).find(({ code }) => code === 'source.oldServer')?.data;
      };
      assert.deepEqual(said(true), { version: '16.3', fixed: '16.4', role: 'postgres' });
      assert.equal(said(false), undefined);
    });

    it('whose container wants colours: what a tool says is read all the same', async () => {
      await server.sql('postgres', 'create role poor login');
      await server.sql('postgres', 'create table mine (a int)');
      const { exec, facts } = await openServer(server, { PG_COLOR: 'always' });
      const access = { ...facts.access, user: 'poor', superuser: false };
      const options = { application: 'x', compression: { method: 'none', level: 0 }, major: 16 } as const;
      const { stderr } = await exec.read(dumpCommand(access, 'postgres', options), () => undefined);
      assert.ok(!stderr.includes('\x1b'), stderr);
      assert.match(serverMessage(stderr), /^pg_dump: error: query failed: ERROR: {2}permission denied for table mine$/);
    });

    it('that has no connection left: it is full, not closed', async () => {
      const held: Client[] = [];
      for (;;) {
        const client = await server.connect().catch(() => undefined);
        if (!client) break;
        held.push(client);
      }
      try {
        await assert.rejects(
          probe(execIn(server)),
          (error) => isAppError(error, 'pod.busy') && error.data['is'] === 'full',
        );
      } finally {
        for (const client of held) await client.end();
      }
    });

    it('that starts or stops: by what it says', () => {
      for (const [text, is] of [
        ['FATAL:  the database system is starting up', 'starting'],
        ['FATAL:  das Datenbanksystem startet', 'starting'],
        ['FATAL:  the database system is shutting down', 'stopping'],
        ['FATAL:  tut mir leid, schon zu viele Verbindungen', 'full'],
        ['FATAL:  password authentication failed for user "x"', undefined],
      ] as const)
        assert.equal(whyBusy(`psql: error: connection to server on socket "/s" failed: ${text}`), is);
    });
  });

  it('with triggers at login: none runs for a superuser of ours; for others they warn, and that is said', async () => {
    const server = await startServer({ major: 18 });
    try {
      await server.sql('postgres', 'create role reader login in role pg_read_all_data');
      await server.sql('postgres', 'create database watched');
      for (const database of ['postgres', 'watched'])
        await server.sql(
          database,
          `create table log (who name); create function note() returns event_trigger language plpgsql security definer
          as $$ begin raise warning 'hello 4111 1111'; insert into public.log values (session_user); end $$;
          create event trigger note on login execute function note(); alter event trigger note enable always`,
        );
      const logged = async (): Promise<string[]> => {
        const client = await server.connect('watched');
        const { rows } = await client.query<{ who: string }>('select who from log where who = $1 order by 1', [
          'reader',
        ]);
        const all = await client.query<{ n: string }>(`select count(*)::text as n from log where who = 'postgres'`);
        await client.end();
        return [String(rows.length), all.rows[0]?.n ?? ''];
      };
      const before = await logged();
      const result = await backUpOf(server, 'watched');
      const after = await logged();
      assert.deepEqual(codes(result), []);
      // the one login between the two is the test's own
      assert.deepEqual(after, [before[0], String(Number(before[1]) + 1)]);
      await server.sql('postgres', 'alter role postgres nologin');
      const ofReader = await backUpOf(server, 'watched', { PGUSER: 'reader' });
      assert.deepEqual(codes(ofReader).sort(), ['source.loginTriggers', 'source.warned']);
      assert.doesNotMatch(JSON.stringify(ofReader.findings), /4111/);
    } finally {
      await server.stop();
    }
  });
});
