import assert from 'node:assert/strict';
import type { Progress } from '../../../src/core/base/progress';
import { analyze, analyzeSql, tellUnanalyzed } from '../../../src/core/restore/side/analyze';
import { workplace } from '../../../src/core/restore/databaseRow';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

for (const major of [15, 18] as const) {
  describe(`ANALYZE of what was restored, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;

    before(async () => {
      server = await startServer({ major });
      await server.sql('postgres', 'create database far');
      await server.sql(
        'far',
        'create table seen (id int, at int); insert into seen select g, g from generate_series(1, 50) g',
      );
    });
    after(() => server.stop());
    beforeEach(async () => {
      await server.sql('postgres', 'create database own');
      await server.sql('own', contents(server));
    });
    afterEach(() => server.sql('postgres', 'drop database own with (force)'));

    async function run(): Promise<ReturnType<typeof analyze>> {
      return analyze(workplace(await openServer(server), 'own'), 'own', {});
    }
    async function analyzed(): Promise<string[]> {
      const sql = `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'm') and reltuples >= 0 order by 1`;
      return (await server.sql<{ relname: string }>('own', sql)).map(({ relname }) => relname);
    }
    const remoteReads = async (): Promise<unknown> => {
      const [row] = await server.sql<{ n: string }>(
        'far',
        `select (seq_scan + coalesce(idx_scan, 0))::text as n from pg_stat_user_tables where relname = 'seen'`,
      );
      return row?.n;
    };

    it('reads no foreign server, reached or not, whatever belongs to whom; what lies beside foreign tables has statistics', async () => {
      const before = await remoteReads();
      const { skipped, failed } = await run();
      assert.deepEqual([...skipped].sort(), ['public.deep', 'public.deep_in', 'public.parent', 'public.roots']);
      assert.equal(await remoteReads(), before);
      const names = await analyzed();
      for (const name of ['child', 'deep_leaf', 'mixed', 'mixed_a', 'mixed_b', 'plain', 'roots_near', '"', 'filled']) {
        assert.ok(names.includes(name), `${name} is not among ${names.join(', ')}`);
      }
      for (const name of ['roots', 'parent', 'deep', 'deep_in']) assert.ok(!names.includes(name), name);
      assert.deepEqual(
        failed
          .filter(({ name }) => name !== 'public.by_index' && !name.startsWith('public.breaks'))
          .map(({ name }) => name),
        ['public.by_statistics'],
      );
    });

    it('an error of one table is no matter to the others, and shows no row', async () => {
      const { failed } = await run();
      assert.deepEqual(
        failed.filter(({ name }) => name.startsWith('public.breaks')).map(({ name, state }) => [name, state]),
        [
          ['public.breaks', 'P0001'],
          ['public.breaks_1', 'P0001'],
        ],
      );
      assert.ok((await analyzed()).includes('breaks_2'));
      const told: Progress[] = [];
      tellUnanalyzed({ skipped: [], failed }, (progress) => told.push(progress));
      assert.equal(told.length, 1);
      const only = failed.filter(({ state }) => state === 'P0001');
      tellUnanalyzed({ skipped: [], failed: only }, (progress) => told.push(progress));
      assert.doesNotMatch(JSON.stringify(told), /secret/);
      assert.match(JSON.stringify(told[1]), /P0001 raise_exception/);
    });

    it('goes inside of a transaction as well, and leaves it whole', async () => {
      await server.sql('own', `begin; insert into plain values (2); ${analyzeSql('')} commit`);
      const [row] = await server.sql<{ n: string }>('own', 'select count(*)::text as n from plain');
      assert.equal(row?.n, '2');
      assert.ok((await analyzed()).includes('mixed_a'));
    });
  });
}

/** `gone` answers nobody; `near` is a server that would answer. */
const contents = (server: Server): string => `
create extension postgres_fdw;
create server gone foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', dbname 'x', connect_timeout '2');
create server near foreign data wrapper postgres_fdw options (host '${server.socketDir}', port '${server.port}', dbname 'far');
create user mapping for public server gone; create user mapping for public server near options (user '${server.superuser}', password_required 'false');
create foreign table lonely (id int) server gone;
create table plain (id int); insert into plain values (1);
create table """" (id int); insert into """" values (1);
create table roots (id int, at int) partition by range (at);
create table roots_near partition of roots for values from (0) to (10); insert into roots values (1, 1);
create foreign table roots_far partition of roots for values from (10) to (20) server near options (table_name 'seen');
create table parent (id int, at int); insert into parent values (1, 1);
create table child () inherits (parent); insert into child values (2, 2);
create foreign table child_far () inherits (parent) server near options (table_name 'seen');
create table deep (id int, at int) partition by list (at);
create table deep_in partition of deep for values in (1, 2) partition by list (at);
create table deep_leaf partition of deep_in for values in (1); insert into deep values (1, 1);
create foreign table deep_far partition of deep_in for values in (2) server gone;
create table mixed (id int) partition by list (id);
create table mixed_a partition of mixed for values in (1); create table mixed_b partition of mixed default; insert into mixed values (1), (2);
create materialized view filled as select * from plain; create materialized view not_filled as select * from plain with no data;
create table codes (code text); insert into codes values ('x');
create function norm(v text) returns text language plpgsql immutable as $$ begin return v || (select count(*) from codes); end $$;
create table by_statistics (id int, code text); insert into by_statistics select g, 'x' from generate_series(1, 50) g;
create statistics of_norm on (norm(code)) from by_statistics;
create function tells(v text) returns text language plpgsql immutable as $$ begin
  if current_setting('own.quiet', true) = 'on' or v <> 'secret' then return v; end if; raise exception 'this is the %', v; end $$;
set own.quiet = on;
create table breaks (k int, v text) partition by list (k);
create table breaks_1 partition of breaks for values in (1); create table breaks_2 partition of breaks for values in (2);
insert into breaks values (1, 'secret'), (2, 'x');
create statistics of_breaks on (tells(v)) from breaks_1;
`;
