import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { existsSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { execa } from 'execa';
import { isAppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Progress, Work } from '../../../src/core/base/progress';
import { openArchive } from '../../../src/core/catalog/catalog';
import { isOurs } from '../../../src/core/catalog/manifest';
import { importInto, type Imported } from '../../../src/core/import/importInto';
import { openDump } from '../../../src/core/import/openDump';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { scriptAttacks } from './hostileScripts';

const odd = `
create schema "Odd Schema";
create table "Odd Schema"."t ;'" (id serial primary key, "a""b" text, b bytea, n numeric, j jsonb);
insert into "Odd Schema"."t ;'" ("a""b", b, n, j) select case i % 7 when 0 then null when 1 then E'\\\\.' when 2 then E'a\\nb\\tc\\\\' when 3 then ':name ''quoted'' $$' when 4 then 'é€ü' when 5 then '-- PostgreSQL database dump complete' else '' end,
  decode(md5(i::text), 'hex'), i / 3.0, json_build_object('i', i) from generate_series(1, 3000) i;
create view v as select count(*) from "Odd Schema"."t ;'";
create materialized view m as select id from "Odd Schema"."t ;'" where id < 10;
create function f(x int) returns text language plpgsql as $f$ begin return 'a;b' || x; end $f$;
create function g(x int) returns int begin atomic select case when x > 1 then 2 else 3 end; select 4; end;
create function h() returns trigger language plpgsql as $$ begin return new; end $$;
create table audit.x (y int) ;
`;

describe('SQL of others becomes a backup', function () {
  this.timeout(240_000);
  let server: Server;
  let folder: string;
  let root: string;

  before(async () => {
    server = await startServer({ major: 16 });
    folder = await mkdtemp(path.join(tmpdir(), 'import-'));
    root = path.join(folder, 'root');
    await server.sql('postgres', 'create database shop');
    await server.sql('postgres', 'create role alice; create role "Bob B"');
    await server.sql(
      'shop',
      `create schema audit;${odd}
alter table "Odd Schema"."t ;'" owner to alice; alter view v owner to "Bob B"; grant select on v to alice;
create index on "Odd Schema"."t ;'" (n); create trigger tr before insert on "Odd Schema"."t ;'" for each row execute function h();
select lo_from_bytea(4242, convert_to(repeat('large object ', 9000), 'UTF8')); comment on view v is 'it''s; a view';`,
    );
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const tool = async (name: string, ...args: string[]): Promise<Buffer> => {
    const env = {
      PGHOST: server.socketDir,
      PGPORT: String(server.port),
      PGUSER: server.superuser,
    };
    const { stdout } = await execa(path.join(server.bin, name), args, {
      env,
      encoding: 'buffer',
      stripFinalNewline: false,
    });
    return Buffer.concat([Buffer.from(stdout), Buffer.from('\n')]);
  };

  async function imported(
    name: string,
    bytes: Buffer,
    more: { databases?: string[]; createRoles?: boolean } = {},
  ): Promise<{ all: readonly Imported[]; events: Progress[] }> {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    const events: Progress[] = [];
    const work: Work = {
      report: (one) => void events.push(one),
      signal: new AbortController().signal,
      log: noLog,
    };
    const backup = {
      root,
      compress: 'auto',
      asked: { by: 'test' },
      cluster: { alias: 'alpha', server: 'https://alpha' },
    };
    const job = `20261130T120000Z-${name.replaceAll(/\W/g, '').slice(0, 6).padEnd(6, 'x')}`;
    const request = {
      dump: await openDump(file),
      target: await openServer(server),
      reference: 'alpha/demo/pg-0',
      job,
      backup,
      ...more,
    };
    try {
      return { all: await importInto(request, work), events };
    } finally {
      const left = await server.sql<{ name: string }>(
        'postgres',
        `select datname as name from pg_database where datname like '%restore%' union all select rolname from pg_roles where rolname like 'db_ferry%'`,
      );
      assert.deepEqual(left, []);
    }
  }

  it('a plain dump, packed or not, row for row', async () => {
    const script = await tool('pg_dump', 'shop');
    const wanted = await readArchive(
      (async function* () {
        yield await tool('pg_dump', '-Fc', 'shop').then((b) => b.subarray(0, -1));
      })(),
    );
    const packed = {
      'shop.sql': script,
      'shop.sql.gz': gzipSync(script),
      'shop.sql.zst': zstdCompressSync(script),
    };
    for (const [name, bytes] of Object.entries(packed)) {
      const { all } = await imported(name, bytes);
      const [one, another] = all;
      assert.ok(one && another === undefined);
      assert.deepEqual(one.notLoaded, []);
      assert.deepEqual(one.ownersLeft, []);
      const reading = await readArchive((await openArchive(one.backup)).read());
      assert.deepEqual(
        reading.tables.map((t) => [t.name, t.rows, t.digest]),
        wanted.tables.map((t) => [t.name, t.rows, t.digest]),
      );
      assert.equal(reading.largeObjects.digest, wanted.largeObjects.digest);
      assert.deepEqual(reading.sequences, wanted.sequences);
      assert.equal(reading.header.database, 'shop');
      assert.deepEqual([...reading.roles].sort(), [...wanted.roles].sort());
      assert.equal(one.backup.manifest.origin, 'adopted');
      assert.equal(isOurs(one.backup), false);
    }
  });

  it('of a dump of a whole server each database, or those that are named; roles are made for it on demand', async () => {
    await server.sql('postgres', 'create database "Second DB"');
    await server.sql('Second DB', 'create table only_here (a int); insert into only_here values (1), (2)');
    const whole = await tool('pg_dumpall');
    const text = whole.toString().replaceAll(/\b(alice)\b/g, 'zoe');
    const { all } = await imported('all.sql', Buffer.from(text), {
      createRoles: true,
    });
    assert.deepEqual(all.map(({ database }) => database).sort(), ['Second DB', 'shop']);
    const shop = all.find(({ database }) => database === 'shop');
    assert.ok(shop);
    assert.ok(shop.backup.manifest.roles.includes('zoe'), 'the owner that the server did not know');
    assert.deepEqual(shop.notLoaded, []);
    const { all: one } = await imported('all.sql', whole, {
      databases: ['Second DB'],
    });
    assert.deepEqual(
      one.map(({ backup }) => backup.manifest.tables.map(({ name, rows }) => [name, rows])),
      [[['only_here', 2]]],
    );
    await assert.rejects(imported('all.sql', whole, { databases: ['nobody'] }), (error) =>
      isAppError(error, 'import.unknown'),
    );
    assert.deepEqual(await server.sql('postgres', "select 1 from pg_roles where rolname = 'zoe'"), []);
  });

  it('what is cut is refused, wherever', async () => {
    const script = await tool('pg_dump', 'shop');
    for (const part of [0.3, 0.6, 0.9, 0.999]) {
      const cut = script.subarray(0, Math.floor(script.length * part));
      await assert.rejects(imported('cut.sql', cut), (error) => isAppError(error, 'archive.damaged'), `${part}`);
    }
    const packed = gzipSync(script);
    await assert.rejects(imported('cut.sql.gz', packed.subarray(0, packed.length - 500)), (error) =>
      isAppError(error, 'archive.damaged'),
    );
  });

  it('what could not be loaded is told with its line, the rest is there', async () => {
    const script = `create table t (a int primary key, b text);
insert into t values (1, 'x');
insert into t values (1, 'secret-canary');
create table u (a no_such_type);
copy t (a, b) from stdin;
2\ty
not a number\tz
\\.
insert into t values (3, 'é');
rollback;
`;
    const { all, events } = await imported('odd.sql', Buffer.from(script));
    const [one] = all;
    assert.deepEqual(
      one?.notLoaded.map(({ line, what, why }) => [line, what, why]),
      [
        [3, 'insert into t values', 'server'],
        [4, 'create table u', 'server'],
        [5, 'copy t', 'server'],
        [10, 'rollback', 'rollback'],
      ],
    );
    assert.deepEqual(
      one.backup.manifest.tables.map(({ name, rows }) => [name, rows]),
      [['t', 2]],
    );
    assert.equal(one.backup.manifest.imported?.notLoaded, 4);
    const codes = events.flatMap((event) => (event.type === 'finding' ? [event.finding.code] : []));
    assert.deepEqual(
      codes.filter((code) => code.startsWith('import.')),
      ['import.noEnd', 'import.notLoaded'],
    );
    assert.ok(!JSON.stringify([events, one.notLoaded]).includes('secret-canary'));
  });

  it('what a hostile script tries works with psql as a superuser, and nothing of it here', async () => {
    await server.sql('postgres', 'create role bystander; create role evil_bystander');
    for (const name of ['victim', 'neighbour', 'expendable']) await server.sql('postgres', `create database ${name}`);
    await server.sql('neighbour', 'create table precious (a int)');
    const place = await mkdtemp(path.join(tmpdir(), 'hostile-'));
    await execa('chmod', ['777', place]);
    const includes = path.join(place, 'included.sql');
    await writeFile(includes, 'create role evil_included;\n', { mode: 0o644 });
    const env = {
      PGHOST: server.socketDir,
      PGPORT: String(server.port),
      PGUSER: server.superuser,
    };
    const seenOf = async (attack: (typeof scriptAttacks)[number], file: string): Promise<boolean> => {
      if (attack.name === 'another database') {
        return (await server.sql('neighbour', 'select 1 from precious')).length > 0;
      }
      if (attack.seen === undefined) return existsSync(file);
      const [row] = await server.sql<{ seen: boolean }>('postgres', attack.seen);
      return row?.seen === true;
    };
    const all = scriptAttacks.map((attack, at) => {
      const file = path.join(place, `canary-${at}`);
      return {
        attack,
        file,
        script: attack.script.replaceAll(/\bF\b/g, file).replaceAll(/\bI\b/g, includes),
      };
    });
    const without: string[] = [];
    try {
      for (const { attack, file, script } of all) {
        await writeFile(path.join(place, 'attack.sql'), script);
        await execa(path.join(server.bin, 'psql'), ['-X', '-q', '-f', path.join(place, 'attack.sql'), 'victim'], {
          env,
          reject: false,
        });
        if (!(await seenOf(attack, file))) without.push(attack.name);
        await rm(file, { force: true });
        if (attack.undo !== undefined) await server.sql('postgres', attack.undo);
        await server.sql('neighbour', 'truncate precious');
        await server.sql('postgres', 'drop database victim');
        await server.sql('postgres', 'create database victim');
      }
      assert.deepEqual(without, [], 'psql does not do these');
      const script = all.map((one) => `${one.script}\nselect 1;\n`).join('\n');
      const { all: made } = await imported(
        'hostile.sql',
        Buffer.from(`create table good (a int);\ninsert into good values (1);\n${script}`),
        { databases: ['hostile', 'victim'] },
      );
      for (const { attack, file } of all) assert.equal(await seenOf(attack, file), false, `import: ${attack.name}`);
      assert.ok(
        made.some(({ backup }) => backup.manifest.tables.some(({ name, rows }) => name === 'good' && rows === 1)),
      );
      assert.ok(made.reduce((sum, { notLoadedCount }) => sum + notLoadedCount, 0) >= 30);
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });
});
