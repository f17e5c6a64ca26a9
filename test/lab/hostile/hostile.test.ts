import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { assertBornSafe } from '../../bornSafe';
import { ferry, told, type FerrySetting, type Run } from '../ferry';
import { places, startLab, type Lab, type PlaceName } from '../lab';
import type { Server } from '../servers';
import { alarm, settingsSql, shadowsSql } from './shadows';

/** Everything of pg_catalog is put behind something of the same name; without it, what our own code names. */
const isWhole = process.env['FERRY_HOSTILE'] === 'all';

/** The owner's data. */
const dataSql = `
create schema shop;
create table shop.orders (id bigint generated always as identity primary key, name text, at timestamptz default now(), amount money, tags text[], body bytea, doc jsonb, took interval);
insert into shop.orders (name, at, amount, tags, body, doc, took)
  select 'order ' || i, '2024-02-01T00:00:00Z'::timestamptz + i * interval '1 hour', (i / 7.0)::numeric::money, array['a', null, 'NULL'], decode(md5(i::text), 'hex'), jsonb_build_object('i', i), i * interval '-1 day 02:03:04' from generate_series(1, 500) i;
create index by_name on shop.orders (lower(name));
create view shop.late as select id, name from shop.orders where at > '2024-02-10' and name <> 'x';
create table public.plain (n name, v varchar);
insert into public.plain values ('pg_class', 'a'), ('x', 'b');
select lo_from_bytea(4242, 'large');`;

/** Of the DBA: triggers on every login and every definition, which run what the owner wrote. 17 and later can be told to leave them alone. */
const triggersSql = `
create function evil.on_login() returns event_trigger language plpgsql as $$ begin perform evil.alarm('login'); end $$;
create function evil.on_ddl() returns event_trigger language plpgsql as $$ begin perform evil.alarm('ddl'); end $$;
create event trigger hostile_login on login execute function evil.on_login();
create event trigger hostile_ddl on ddl_command_end execute function evil.on_ddl();
alter event trigger hostile_login enable always;
alter event trigger hostile_ddl enable always;`;

/** One statement for each kind of thing that a careless session would reach. */
const careless: Readonly<Record<string, string>> = {
  function: `select has_table_privilege('pg_catalog.pg_class', 'select')`,
  operator: `select 1 where 'a'::pg_catalog.name = 'b'::pg_catalog.name`,
  aggregate: `select count(*) from (values (1)) v`,
  type: `select '1'::oid`,
  overload: `set search_path = public; select pg_catalog.count(pg_table_size(c.oid)) from pg_catalog.pg_class c where c.oid operator(pg_catalog.=) 1259`,
  cast: `select (row('x')::evil.own)::pg_catalog.text`,
};

for (const [name, next] of [
  ['source', 'pg16'],
  ['pg16', 'pg18'],
  ['pg18', 'pg18'],
] as const) {
  const major = { source: 15, pg16: 16, pg18: 18 }[name];
  describe(`a hostile database, PostgreSQL ${major}: nothing of its owner's is reached`, function () {
    this.timeout(1_200_000);
    let lab: Lab;
    let setting: FerrySetting;
    let server: Server;
    let backup = '';
    let wanted = '';
    const began: (readonly string[])[] = [];
    const place = places[name];

    before(async () => {
      lab = await startLab({ only: [...new Set([name, next])], seed: false });
      for (const { state } of Object.values(lab.clusters))
        state.pods.forEach((pod, at) => {
          const start: typeof pod.start = (container, argv) => {
            if (assertBornSafe(argv)) began.push(argv);
            return pod.start(container, argv);
          };
          state.pods[at] = { ...pod, start };
        });
      server = lab.server(name);
      setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
      await server.sql('postgres', 'alter system set max_locks_per_transaction = 512');
      await server.restart();
      await server.sql('postgres', 'create role tenant login');
      await server.sql('postgres', 'create database own owner tenant');
      await server.sql(
        'postgres',
        'grant create on database postgres to tenant; grant create on schema public to tenant',
      );
      await asOwner(server, 'own', dataSql);
      const words = await wordsOfOurs();
      for (const database of ['own', 'postgres']) {
        const names = isWhole && database === 'own' ? '' : words;
        const set = `set ferry.names = '${names}'; set ferry.words = '${words}';`;
        await asOwner(server, database, `${set} ${shadowsSql}`);
      }
      const { rows } = await asOwner(server, 'own', madeSql);
      for (const { kind, made, names } of rows) console.log(`      ${kind}: ${made} shadowed (${names})`);
      if (major >= 17) await asAdmin(server, 'own', triggersSql);
      await asOwner(server, 'own', settingsSql('own', 'tenant'));
      await asAdmin(server, 'own', 'alter database postgres set search_path = evil, public, pg_catalog');
      wanted = await contents(server, 'own');
    });
    after(async () => {
      await lab.close();
      await rm(setting.root, { recursive: true, force: true });
    });

    it('the alarm is heard: a session that is not ours reaches each kind of thing', async () => {
      for (const [kind, sql] of Object.entries(careless)) {
        const reached = await alarms();
        const as = { user: 'postgres', database: 'own', options: '-c statement_timeout=0' };
        const client = new Client({ host: '127.0.0.1', port: server.port, ...as });
        await client.connect();
        await client.query(sql).finally(() => client.end());
        const more = (await alarms()).slice(reached.length).join('\n');
        assert.match(more, new RegExp(`${alarm} ${kind}`), kind);
        if (major >= 17) assert.match(more, new RegExp(`${alarm} login`));
      }
    });

    it('listing the databases', () => quietly(0, 'databases', place));

    it('a backup that counts its rows', async () => {
      const run = await quietly(0, 'backup', `${place}/own`, '--count');
      backup = String(run.result.data['backup']);
    });

    it('a deep verification', () => quietly(0, 'verify', backup, '--deep', place));

    it('a comparison with the backup', () => quietly(0, 'diff', backup, `${place}/own`));

    it('a copy to another server', async () => {
      butForRole(await quietly(3, 'copy', `${place}/own`, `${places[next]}/copied`, '--create-roles'));
      assert.equal(await contents(lab.server(next), 'copied'), wanted);
    });

    it('a restore as a new database, and a comparison of the two', async () => {
      butForRole(await quietly(3, 'restore', backup, `${place}/fresh`));
      assert.equal(await contents(server, 'fresh'), wanted);
      butForRole(await quietly(3, 'diff', `${place}/own`, `${place}/fresh`));
    });

    it('a restore in place of it, and back', async () => {
      await asAdmin(server, 'own', `insert into shop.orders (name) values ('later')`);
      const later = await contents(server, 'own');
      await quietly(0, 'restore', backup, `${place}/own`, '--as', 'replace', '--yes');
      assert.equal(await contents(server, 'own'), wanted);
      await quietly(0, 'undo', `${place}/own`, '--yes');
      assert.equal(await contents(server, 'own'), later);
    });

    it('a restore in one transaction', async () => {
      // neither large objects nor event triggers can be replaced in this way
      if (major >= 17) await asAdmin(server, 'own', 'drop event trigger hostile_login; drop event trigger hostile_ddl');
      await asAdmin(server, 'own', 'select lo_unlink(4242)');
      const run = await quietly(0, 'backup', `${place}/own`);
      const as = ['--as', 'replace', '--yes', '--in-place'];
      const now = await contents(server, 'own');
      await asAdmin(server, 'own', 'delete from shop.orders');
      await quietly(0, 'restore', String(run.result.data['backup']), `${place}/own`, ...as);
      assert.equal(await contents(server, 'own'), now);
    });

    it('the end of what a restore kept', async () => {
      await quietly(0, 'restore', backup, `${place}/own`, '--as', 'replace', '--yes');
      await quietly(0, 'release', `${place}/own`, '--yes');
      await quietly(0, 'clean', place);
      assert.equal(await contents(server, 'own'), wanted);
    });

    it('every session had its settings from birth, and the owner has no right that it had not', async () => {
      assert.ok(began.length > 100, String(began.length));
      const { rows } = await asAdmin(
        server,
        'postgres',
        `select rolsuper or rolcreaterole or rolbypassrls as more from pg_roles where rolname = 'tenant'`,
      );
      assert.deepEqual(rows, [{ more: false }]);
    });

    /** A new database is not given the setting that would make every session one of its owner's, and that is told. */
    function butForRole({ result }: Run): void {
      const only = [{ kind: 'property', what: 'setting', name: 'role', change: 'missing right' }];
      assert.deepEqual(result.differences, only);
    }

    /** Runs the command line; whatever it does, no alarm is to be heard on any server. */
    async function quietly(exitCode: number, ...args: string[]): Promise<Run> {
      const before = await alarms();
      const run = await ferry(setting, ...args);
      assert.deepEqual((await alarms()).slice(before.length), [], args.join(' '));
      assert.equal(run.exitCode, exitCode, told(run));
      return run;
    }

    async function alarms(): Promise<string[]> {
      const found: string[] = [];
      for (const one of new Set<PlaceName>([name, next])) {
        const log = await readFile(join(lab.server(one).folder, 'server.log'), 'utf8');
        found.push(...log.split('\n').filter((line) => line.includes(alarm) && line.includes('LOG:')));
      }
      return found;
    }
  });
}

const madeSql = `select kind, count(*) filter (where is_made) as made,
  case when count(distinct name) > 40 then count(distinct name) || ' names, ' || count(*) filter (where not is_made) || ' that no role without superuser can make'
    else string_agg(distinct name, ' ' order by name) end as names from evil.made group by kind order by kind`;

/** The words of our own code: what our statements could name. */
async function wordsOfOurs(): Promise<string> {
  const folder = new URL('../../../src/core/', import.meta.url);
  const files = await readdir(folder, { recursive: true });
  const texts = await Promise.all(
    files.filter((one) => one.endsWith('.ts')).map((one) => readFile(new URL(one, folder), 'utf8')),
  );
  return [...new Set(texts.join('\n').match(/[a-z_][a-z_0-9]{2,}/g))].join(' ');
}

type Rows = { readonly rows: Record<string, string>[] };

/** Rows and what else the owner's data are, by SQL of the test's own. */
async function contents(of: Server, database: string): Promise<string> {
  const sql = `select concat_ws(' ', (select count(*) || md5(string_agg(o::text, '|' order by id)) from shop.orders o), (select last_value from shop.orders_id_seq),
    (select md5(string_agg(p::text, '|' order by n)) from public.plain p), (select count(*) from shop.late),
    (select count(*) from pg_operator where oprnamespace = 'evil'::regnamespace), (select count(*) from pg_proc where pronamespace = 'evil'::regnamespace)) as text from pg_database where datname = current_database()`;
  const { rows } = await asAdmin(of, database, sql);
  return rows[0]?.['text'] ?? '';
}

async function asAdmin(of: Server, database: string, sql: string): Promise<Rows> {
  return inSession(of, { database, user: 'postgres', more: of.major >= 17 ? ' -c event_triggers=off' : '' }, sql);
}

async function asOwner(of: Server, database: string, sql: string): Promise<Rows> {
  return inSession(of, { database, user: 'tenant', more: '' }, sql);
}

/** A session of the test's own, as careful as ours. The result of the last statement. */
async function inSession(
  of: Server,
  as: { readonly database: string; readonly user: string; readonly more: string },
  sql: string,
): Promise<Rows> {
  const options = `-c search_path=pg_catalog -c role=none -c statement_timeout=0 -c default_transaction_read_only=off -c exit_on_error=off -c client_encoding=UTF8 -c standard_conforming_strings=on -c array_nulls=on -c datestyle=ISO -c timezone=UTC -c bytea_output=hex -c intervalstyle=postgres -c client_min_messages=warning${as.more}`;
  const client = new Client({ host: '127.0.0.1', port: of.port, user: as.user, database: as.database, options });
  await client.connect();
  try {
    const result = (await client.query(sql)) as unknown as Rows | Rows[];
    return Array.isArray(result) ? (result.at(-1) ?? { rows: [] }) : result;
  } finally {
    await client.end();
  }
}
