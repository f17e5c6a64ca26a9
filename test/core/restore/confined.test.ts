import assert from 'node:assert/strict';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { backUp } from '../../../src/core/backup/backUp';
import { adopt } from '../../../src/core/catalog/adopt';
import { archivePath } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Progress, Work } from '../../../src/core/base/progress';
import {
  definitionOf,
  readTableOfContents,
  rewrittenToc,
} from '../../../src/core/postgres/archive/format/readTableOfContents';
import { workplace } from '../../../src/core/restore/databaseRow';
import { loaderName, makeLoader } from '../../../src/core/restore/load/loader';
import { lookAhead } from '../../../src/core/restore/preflight/lookAhead';
import { drill, restore, type RestoreRequest, type RestoreResult } from '../../../src/core/restore/restore';
import { clean } from '../../../src/core/restore/side/clean';
import { createSide, sideName } from '../../../src/core/restore/side/sideDatabase';
import { findingWords } from '../../../src/words/findingWords';
import { cliHints } from '../../../src/cli/hints';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { noRecords } from './signedMark';

/** What a tenant defines so that it runs when the database is restored: `F` is a function of the tenant's, which tries all there is to try. */
interface Attack {
  readonly sql: string;
  /** it runs where the role that restores gets what it restores, or when statistics are gathered */
  readonly withoutOwner?: boolean;
}

const attacks: Readonly<Record<string, Attack>> = {
  check: { sql: 'create table c (v int check (F(v) > 0)); insert into c values (1)' },
  domain: { sql: 'create domain d1 as int check (F(value) > 0); create table d (v d1); insert into d values (1)' },
  generated: { sql: 'create table g (v int, w int generated always as (F(v)) stored); insert into g values (1)' },
  cast: {
    sql: `create type e as enum ('a'); create function e_int(e) returns int language sql immutable as 'select F(1)';
create cast (e as int) with function e_int(e) as implicit; create table pk (id int primary key); insert into pk values (1);
create table fk (v e references pk (id)); insert into fk values ('a')`,
  },
  initcond: {
    sql: `create domain d2 as int check (F(value) > 0); create function sf(d2, int) returns d2 language sql as 'select $1';
create aggregate agg (int) (sfunc = sf, stype = d2, initcond = '1')`,
  },
  partition: {
    sql: `create domain d3 as int check (F(value) > 0); create table p (v d3) partition by list (v);
create table p1 partition of p for values in (1)`,
  },
  literal: { sql: `create domain d4 as int check (F(value) > 0); create table l (v d4[] default '{1}'::d4[])` },
  index: { sql: 'create table i (v int); insert into i values (1); create index on i (F(v))', withoutOwner: true },
  matview: { sql: 'create materialized view m as select F(1)', withoutOwner: true },
  statistics: {
    sql: 'create table s (v int, w int); insert into s select 1, 1 from generate_series(1, 50); create statistics st on (F(v)), w from s',
    withoutOwner: true,
  },
  body: {
    sql: `create domain d5 as int check (F(value) > 0);
create function b() returns d5[] language sql set work_mem = '4MB' begin atomic select '{1}'::d5[]; end`,
  },
  result: {
    sql: `create domain d6 as int check (F(value) > 0);
create function re() returns d6[] language sql set work_mem = '4MB' return '{1}'::d6[]`,
  },
  name: {
    sql: `create domain d7 as int check (F(value) > 0);
create function na("x
    LANGUAGE c
" int, v d7[] default '{1}'::d7[]) returns int language sql as 'select 1'`,
  },
  clause: {
    sql: `create domain d8 as int check (F(value) > 0);
create function cl("x
    LANGUAGE sql LEAKPROOF
" int, v d8[] default '{1}'::d8[]) returns int language sql as 'select 1'`,
  },
  event: { sql: '' },
  subtypediff: {
    sql: `create function diff(int, int) returns float8 language sql immutable as 'select (F(1) + $1 - $2)::float8';
create type r as range (subtype = int, subtype_diff = diff); create table ra (v r); insert into ra select r(n, n + 5) from generate_series(1, 50) n`,
    withoutOwner: true,
  },
};

for (const major of [15, 16, 18] as const) {
  describe(`nothing that an archive defines runs as a superuser, PostgreSQL ${major}`, function () {
    this.timeout(300_000);
    let server: Server;
    let root: string;
    let backup: BackupEntry;
    let jobs = 0;
    let file: string;

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      // it would compute what it finds by itself
      server = await startServer({ major, settings: { autovacuum: 'off' } });
      file = path.join(server.folder, 'reached');
      await server.sql('postgres', 'create role tenant login; create role reader');
      await server.sql('postgres', 'create database shop owner tenant');
      const tenant = await server.connect('shop', 'tenant');
      try {
        await tenant.query(act(file));
        for (const [name, { sql }] of Object.entries(attacks)) {
          await tenant.query(
            `create function f_${name}(v int) returns int language plpgsql immutable as 'begin perform public.act(''${name}''); return v; end'`,
          );
          await tenant.query(sql.replaceAll('F(', `public.f_${name}(`));
        }
        await tenant.query(honest);
      } finally {
        await tenant.end();
      }
      await server.sql('shop', ofDba);
      const asked = { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'auto', asked: { by: 'me' } };
      ({ entry: backup } = await backUp(await openServer(server), 'shop', { ...asked, job: 'b1' }, recorder().work));
    });
    after(async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    afterEach(async () => {
      const sql = `select datname from pg_database where datname !~ '^(template|postgres$|shop$)'`;
      const left = await server.sql<{ datname: string }>('postgres', sql);
      for (const { datname } of left) await server.sql('postgres', `drop database "${datname}" with (force)`);
      assert.deepEqual(left, [], 'a database was left');
      assert.deepEqual(await server.sql('postgres', `select rolname from pg_roles where rolname ~ '^db_ferry'`), []);
      await assertHarmless();
    });

    /** The names of those attacks that reached a superuser's rights; what they did is undone. */
    async function reached(): Promise<string[]> {
      const sql = `select rolname from pg_roles where rolname ~ '^reached_' order by 1`;
      const names = (await server.sql<{ rolname: string }>('postgres', sql)).map(({ rolname }) => rolname);
      for (const name of names) await server.sql('postgres', `drop role "${name}"`);
      await server.sql('postgres', 'alter role tenant nosuperuser');
      await rm(file, { force: true });
      return names.map((name) => name.slice('reached_'.length));
    }
    async function assertHarmless(): Promise<void> {
      const [tenant] = await server.sql<{ rolsuper: boolean }>(
        'postgres',
        `select rolsuper from pg_roles where rolname = 'tenant'`,
      );
      assert.equal(tenant?.rolsuper, false);
      assert.equal(existsSync(file), false);
      assert.deepEqual(await reached(), []);
    }
    async function run(more: Partial<RestoreRequest> = {}, work = recorder().work): Promise<RestoreResult> {
      const target = await openServer(server);
      return restore({ backup, target, database: 'copy', job: `job${++jobs}`, cluster: 'b', ...more }, work);
    }
    const dropCopy = async (): Promise<unknown> => server.sql('postgres', 'drop database copy with (force)');
    /** what stock tools make of an archive in the hands of a superuser */
    async function stock(archive: string, ...options: string[]): Promise<string[]> {
      await server.sql('postgres', 'create database copy');
      const place = ['-h', server.socketDir, '-p', String(server.port), '-U', server.superuser, '-d', 'copy'];
      const run = await execa(path.join(server.bin, 'pg_restore'), [...place, ...options, archive], { reject: false });
      await server.sql('copy', 'analyze');
      await dropCopy();
      const names = await reached();
      assert.ok(names.length > 0, run.stderr);
      return names;
    }

    it('every attack reaches a superuser through stock pg_restore', async () => {
      const all = Object.keys(attacks).sort();
      const archive = archivePath(backup);
      assert.deepEqual(
        (await stock(archive)).filter((name) => name in attacks && attacks[name]?.withoutOwner !== true),
        all.filter((name) => attacks[name]?.withoutOwner !== true),
      );
      assert.deepEqual((await stock(archive, '--no-owner')).sort(), all);
    });

    it('a restore is whole, with owners and grants, and none does', async () => {
      const { outcome, differences, findings } = await run();
      assert.deepEqual(differences, []);
      assert.equal(outcome, 'done');
      assert.ok(!findings.some(({ code }) => code === 'loader.noLogin'));
      assert.deepEqual(await server.sql('copy', whose), await server.sql('shop', whose));
      await dropCopy();
    });

    it('none does without owners, where everything becomes a superuser’s', async () => {
      const { differences } = await run({ noOwner: true });
      assert.deepEqual(differences, []);
      await assertHarmless();
      await dropCopy();
    });

    it('nor in a deep verification, in what is made before a copy, or with roles that stand in for others', async () => {
      const target = await openServer(server);
      const { differences } = await drill(
        { backup, target, job: `job${++jobs}`, cluster: 'b', createRoles: true },
        recorder().work,
      );
      assert.deepEqual(differences, []);
      await assertHarmless();
      const source = { pod: target, database: 'shop' };
      const roles = { createRoles: false, mapRoles: {} };
      const place = { target, database: 'copy', as: 'new', cluster: 'b', rehearseFrom: 0 } as const;
      const found = await lookAhead({ source, roles, ...place, job: `job${++jobs}` }, recorder().work);
      assert.ok(!found.some(({ code }) => code === 'definitions.refused'), JSON.stringify(found));
    });

    it('whatever stands in an archive that nobody vouches for has no superuser’s rights', async () => {
      for (const kind of major === 18 ? forgeable : ['TABLE', 'ACL']) {
        const forged = await forge(kind);
        assert.ok((await stock(forged)).includes('forged'), kind);
        const backupOfNobody = await adopt(forged);
        try {
          const { work, events } = recorder();
          await run({ backup: backupOfNobody, goOn: true }, work);
          const words = events.flatMap((event) =>
            event.type === 'finding' ? [findingWords(event.finding, cliHints)] : [],
          );
          assert.match(words.join('\n'), /its SQL runs with the rights of a temporary role, which is no superuser/);
        } catch (error) {
          assert.ok(isAppError(error), String(error));
          assert.doesNotMatch(error.code, /internal|unknown/);
        }
        await assertHarmless();
        await server.sql('postgres', 'drop database if exists copy with (force)');
        await drill(
          { backup: backupOfNobody, target: await openServer(server), job: `job${++jobs}`, cluster: 'b', goOn: true },
          recorder().work,
        ).catch((error: unknown) => assert.ok(isAppError(error), String(error)));
        await assertHarmless();
      }
    });

    it('what a source’s pod says beside what pg_dump writes has none in a copy, whose archive we made', async () => {
      for (const kind of major === 18 ? forgeableInCopy : ['ACL', 'EXTENSION', 'SEARCHPATH']) {
        const forged = await forge(kind);
        const attempt = run({ backup: await adopt(forged), isJustMade: true, goOn: true });
        await attempt.catch((error: unknown) => {
          assert.ok(isAppError(error), String(error));
          assert.equal(error.code, 'archive.damaged', kind);
        });
        await assertHarmless();
        await server.sql('postgres', 'drop database if exists copy with (force)');
      }
    });

    it('what is put in a backup’s place once that was proven is not restored', async () => {
      const archive = archivePath(backup);
      const forged = await forge('FUNCTION');
      const before = await readFile(archive);
      const { work } = recorder();
      let isPut = false;
      const report: Work['report'] = (event) => {
        if (isPut || event.type !== 'phase' || event.phase !== 'definitions') return;
        isPut = true;
        // at once: it is opened again soon
        copyFileSync(forged, `${archive}.other`);
        renameSync(`${archive}.other`, archive);
      };
      try {
        await assert.rejects(run({}, { ...work, report }), { code: 'file.refused' });
      } finally {
        await writeFile(`${archive}.other`, before);
        await rename(`${archive}.other`, archive);
      }
      await assertHarmless();
    });

    it('a tenant’s archive that nobody vouches for is restored whole, but for what superusers made; with --trust-archive as ever', async () => {
      const foreign = path.join(root, 'foreign.dump');
      await writeFile(foreign, await readFile(archivePath(backup)));
      // beside the tenant's database, whose owner's name gives more than the new one holds
      const { work, events } = recorder();
      const refused = await run({ backup: await adopt(foreign), goOn: true }, work).catch((error: unknown) => error);
      assert.ok(isAppError(refused, 'restore.refused'), String(refused));
      // what the table of contents says is enough: no row was moved for it
      const phases = events.flatMap((one) => (one.type === 'phase' ? [one.phase] : []));
      assert.deepEqual(phases.slice(-2), ['definitions', 'stopping']);
      assert.match(JSON.stringify(refused.data), /"archive.owners","data":\{"owners":\["postgres","tenant"\]/);
      await assertHarmless();
      const again = { backup: await adopt(foreign), database: 'shop', as: 'replace', acceptMissing: true } as const;
      const { differences, kept = '' } = await run({ ...again, goOn: true });
      assert.deepEqual(
        differences.map((one) => ('what' in one ? `${one.what} ${'name' in one ? one.name : ''}` : one.kind)).sort(),
        expectedOfForeign,
      );
      await assertHarmless();
      await server.sql('postgres', 'drop database shop with (force)');
      await server.sql('postgres', `alter database "${kept}" rename to shop`);
      await server.sql('postgres', 'alter database shop allow_connections true');
      const { outcome } = await run({ backup: await adopt(foreign), trustArchive: true });
      assert.equal(outcome, 'done');
      assert.ok((await reached()).length > 0);
      await dropCopy();
    });

    /** An archive like the backup, in which the first entry of a kind says more than it should. */
    async function forge(
      kind: string,
      of = backup,
      more = 'CREATE ROLE reached_forged; ALTER ROLE tenant SUPERUSER;',
    ): Promise<string> {
      const bytes = await readFile(archivePath(of));
      async function* source(): AsyncGenerator<Buffer> {
        yield bytes;
      }
      const toc = await readTableOfContents(source());
      const entry = toc.entries.find((one) => one.kind === kind && one.definitionLength > 0);
      assert.ok(entry, kind);
      const also = Buffer.from(`\n${more}\n`);
      const forged = new Map([[entry.dumpId, Buffer.concat([definitionOf(toc, entry), also])]]);
      const archive = path.join(root, 'forged.dump');
      await writeFile(
        archive,
        Buffer.concat([rewrittenToc(toc, () => true, forged), bytes.subarray(toc.bytes.length)]),
      );
      return archive;
    }

    it('a materialized view holds no row that row security hides from who owns it, whoever signed the archive', async () => {
      await server.sql('postgres', 'create role other login; create role seer login bypassrls');
      await server.sql('postgres', 'create database hidden owner tenant');
      try {
        await server.sql(
          'hidden',
          `create table t (v text); insert into t values ('for all'), ('secret'); alter table t owner to tenant;
alter table t enable row level security; create policy p on t to public using (v <> 'secret'); grant select on t to other, seer;
grant create on schema public to other, seer; create materialized view of_other as select * from t with no data; alter materialized view of_other owner to other;
create materialized view of_seer as select * from t with no data; alter materialized view of_seer owner to seer;
create materialized view of_dba as select * from t with no data;
refresh materialized view of_other; refresh materialized view of_seer; refresh materialized view of_dba`,
        );
        const asked = { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'auto', asked: { by: 'me' } };
        const { entry } = await backUp(await openServer(server), 'hidden', { ...asked, job: 'b2' }, recorder().work);
        const foreign = path.join(root, 'hidden.dump');
        await writeFile(foreign, await readFile(archivePath(entry)));
        const rows = `select (select count(*) from of_other)::int as other, (select count(*) from of_seer)::int as seer,
          (select string_agg(relname || ' ' || relowner::regrole, ', ' order by 1) from pg_class where relname ~ '^of_(other|seer)') as whose`;
        const seen = await server.sql('hidden', rows);
        assert.deepEqual(seen, [{ other: 1, seer: 2, whose: 'of_other other, of_seer seer' }]);
        for (const one of [entry, await adopt(foreign)]) {
          assert.equal((await run({ backup: one })).outcome, 'done');
          assert.deepEqual(await server.sql('copy', rows), seen);
          await dropCopy();
        }
      } finally {
        await server.sql('postgres', 'drop database if exists hidden with (force)');
        await server.sql('postgres', 'drop database if exists copy with (force)');
        await server.sql('postgres', 'drop role if exists other, seer');
      }
    });

    if (major === 16) {
      /** A backup of a database that a superuser fills, and drops again. */
      const backupOf = async (name: string, sql: string): Promise<BackupEntry> => {
        await server.sql('postgres', `create database ${name}`);
        try {
          await server.sql(name, sql);
          const asked = { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'auto', asked: { by: 'me' } };
          return (await backUp(await openServer(server), name, { ...asked, job: name }, recorder().work)).entry;
        } finally {
          await server.sql('postgres', `drop database ${name} with (force)`);
        }
      };
      const acts = (name: string, returns: string, value: string): string =>
        `create function public.${name}(v int) returns ${returns} language plpgsql immutable as 'begin perform public.act(''${name}''); return ${value}; end'`;

      it('what a role defined that was none is not computed in our name where the same name is a superuser; what superusers defined is', async () => {
        await server.sql('postgres', 'create role solo');
        try {
          const entry = await backupOf(
            'ordinary',
            `${act(file)}; alter function act(text) owner to solo; alter database ordinary owner to solo; ${acts('f', 'int', 'v')}; alter function f(int) owner to solo;
create table t (v int); alter table t owner to solo; insert into t select generate_series(1, 50); create statistics st on (public.f(v)), v from t; alter statistics st owner to solo;
create materialized view m as select public.f(1) with no data; alter materialized view m owner to solo; refresh materialized view m`,
          );
          assert.equal(entry.manifest.source.ofSuperusers, undefined);
          await rm(file, { force: true });
          await server.sql('postgres', 'alter role solo superuser');
          assert.equal((await run({ backup: entry })).outcome, 'done');
          await assertHarmless();
          const gathered = `select count(*)::int as n from pg_stats_ext where statistics_name = 'st'`;
          assert.deepEqual(await server.sql('copy', gathered), [{ n: 1 }]);
          await dropCopy();
          const own = await backupOf(
            'ours',
            `create function f() returns int language sql as 'select 1'; create materialized view m as select rolname, f() from pg_authid`,
          );
          assert.equal(own.manifest.source.ofSuperusers, true);
          assert.equal((await run({ backup: own })).outcome, 'done');
          await dropCopy();
        } finally {
          await server.sql('postgres', 'drop database if exists copy with (force)');
          await server.sql('postgres', 'drop role solo');
        }
      });

      it('what the target’s pg_dump answers of what was restored, and is no archive, says nothing against the backup', async () => {
        const target = await openServer(server);
        const { exec } = target;
        const lying = Object.assign(Object.create(exec) as typeof exec, {
          read: async (...[argv, sink, options]: Parameters<typeof exec.read>) => {
            let at = 0;
            const lie = async (chunk: Buffer): Promise<void> => {
              for (let i = Math.max(0, 60 - at); i < Math.min(chunk.length, 90 - at); i += 1) chunk[i] = 0xff;
              at += chunk.length;
              await sink(chunk);
            };
            return exec.read(argv, argv.join(' ').includes('pg_dump') ? lie : sink, options);
          },
        });
        await assert.rejects(run({ target: { ...target, exec: lying } }), (error) => {
          assert.ok(isAppError(error, 'exec.answer'), String(error));
          return error.data.tool === 'pg_dump';
        });
      });

      it('statistics that cannot be gathered in its name are told, also where what is defined ends the session', async () => {
        const boom = (body: string): string =>
          `create function f(v int) returns int language plpgsql immutable as 'begin ${body}; return v; end';
create table t (v int); insert into t select generate_series(1, 50); create statistics st on (public.f(v)), v from t;
alter function f(int) owner to tenant; alter table t owner to tenant`;
        const ends = await backupOf('ends', boom('perform pg_terminate_backend(pg_backend_pid())'));
        const fails = await backupOf('fails', boom(`raise exception ''no''`));
        for (const [entry, table] of [
          [fails, /^public\.t$/],
          [ends, /^copy__restore/],
        ] as const) {
          const { work, events } = recorder();
          await run({ backup: entry, noOwner: true }, work);
          const told = events.flatMap((one) =>
            one.type === 'note' && one.code === 'analyze.failed' ? [one.data] : [],
          );
          assert.equal(told.length, 1, JSON.stringify(told));
          assert.match(told[0]?.tables[0] ?? '', table);
          await dropCopy();
        }
      });

      it('a policy is not asked in the name of a role that may write files, for a materialized view of an archive that nobody vouches for', async () => {
        const made = `${act(file)}; ${acts('f', 'boolean', 'true')}; create table t (v int); insert into t values (1);
alter table t enable row level security; create policy p on t using (public.f(v)); grant select on t to public; alter table t owner to pg_monitor;
create materialized view m as select v from t; alter materialized view m owner to pg_write_server_files`;
        const entry = await backupOf('policed', `${made}; refresh materialized view m`);
        assert.ok(existsSync(file), 'the attack is none');
        await rm(file);
        const foreign = path.join(root, 'policed.dump');
        await writeFile(foreign, await readFile(archivePath(entry)));
        const refused = await run({ backup: await adopt(foreign) }).catch((error: unknown) => error);
        assert.ok(isAppError(refused, 'restore.refused'), String(refused));
        await assertHarmless();
      });

      it('what an archive puts into an extension, or has a function of one run, gives nobody a superuser’s rights', async () => {
        const entry = await backupOf(
          'members',
          `${act(file)}; create extension hstore; create extension tablefunc; create table a (v int)`,
        );
        const forged = await forge('TABLE', entry, intoExtension(acts));
        /** what whoever may connect, and a refresh by a superuser, reach */
        const attack = async (): Promise<string[]> => {
          await server.sql('postgres', 'create role to_be_reached');
          const client = await server.connect('copy', 'tenant');
          await client.query(`select public.act_as('create role reached_function')`).catch(() => undefined);
          await client.query(`update public.roles set rolsuper = true where rolname = 'tenant'`).catch(() => undefined);
          await client.query('insert into public.ruled values (1)').catch(() => undefined);
          await client.end();
          for (const view of ['member', 'table']) {
            await server.sql('copy', `refresh materialized view public.of_${view}`).catch(() => undefined);
          }
          const [tenant] = await server.sql<{ rolsuper: boolean }>(
            'postgres',
            `select rolsuper from pg_roles where rolname = 'tenant'`,
          );
          await server.sql('postgres', 'drop role if exists to_be_reached');
          return [...(await reached()), ...(tenant?.rolsuper === true ? ['view'] : [])].sort();
        };
        await server.sql('postgres', 'create role keeper');
        try {
          const place = ['-h', server.socketDir, '-p', String(server.port), '-U', server.superuser, '-d', 'copy'];
          await server.sql('postgres', 'create database copy');
          await execa(path.join(server.bin, 'pg_restore'), [...place, forged]);
          const all = ['function', 'member', 'rule', 'table', 'view'];
          assert.deepEqual(await attack(), all);
          await dropCopy();
          const foreign = await adopt(forged);
          const refused = await run({ backup: foreign }).catch((error: unknown) => error);
          assert.ok(isAppError(refused, 'restore.refused'), String(refused));
          const objects = [
            ...['function public.act_as(text)', 'materialized view public.of_member'],
            ...['materialized view public.of_table', 'view public.roles', 'view public.ruled'],
          ];
          const finding = { level: 'block', code: 'archive.owners', data: { owners: ['postgres'], objects, count: 5 } };
          assert.deepEqual(refused.data, { findings: [finding] });
          await server.sql('postgres', 'create database copy owner keeper');
          const replaced = await run({ backup: foreign, as: 'replace', goOn: true });
          assert.deepEqual(await attack(), []);
          await assertHarmless();
          const owner = `select distinct relowner::regrole::text as owner from pg_class where relnamespace = 'public'::regnamespace and relname ~ '^(roles|ruled|of_)'
            union select proowner::regrole::text from pg_proc where proname = 'act_as'`;
          assert.deepEqual(await server.sql('copy', owner), [{ owner: 'keeper' }]);
          await server.sql('postgres', `drop database "${replaced.kept ?? ''}" with (force)`);
        } finally {
          await server.sql('postgres', 'drop database if exists copy with (force)');
          await server.sql('postgres', 'drop role keeper');
        }
      });

      it('what an archive makes beside what it lists does not become a superuser’s, where everything listed has owners of its own', async () => {
        const entry = await backupOf(
          'unlisted',
          `${act(file)}; alter function act(text) owner to pg_monitor; create table a (v int); alter table a owner to pg_monitor; create table b (v int); alter table b owner to pg_read_all_stats`,
        );
        const more = `${acts('f', 'int', 'v')}; create table public.h (v int); create index on public.h (public.f(v)); insert into public.h values (1);`;
        const foreign = await forge('TABLE', entry, more);
        await run({ backup: await adopt(foreign), goOn: true }).catch((error: unknown) =>
          assert.ok(isAppError(error), String(error)),
        );
        await assertHarmless();
        await server.sql('postgres', 'drop database if exists copy with (force)');
      });
    }

    it('a killed job’s role is found by its mark, and dropped with what it had', async () => {
      const target = await openServer(server);
      const job = `job${++jobs}`;
      const place = workplace(target, 'copy');
      const side = sideName('copy', job);
      const mark = { job, role: 'side', of: 'copy', time: new Date().toISOString(), origin: 'x' } as const;
      await createSide(place, side, mark, { encoding: 'UTF8' });
      assert.ok(await makeLoader(place, loaderName(), { side, job, options: {} }));
      const request = { target, jobs: [job], records: noRecords, isDead: () => true, onRemoved: async () => undefined };
      const { removed } = await clean(request, recorder().work);
      assert.deepEqual(removed.map(({ kind }) => kind).sort(), ['database', 'role']);
    });

    it('where no such role may log in, what is ours is restored and told, what is nobody’s is refused', async () => {
      const hba = path.join(server.data, 'pg_hba.conf');
      const before = await readFile(hba, 'utf8');
      const letIn = async (lines: string): Promise<void> => {
        await writeFile(hba, lines);
        await server.sql('postgres', 'select pg_reload_conf()');
        await new Promise((resolve) => setTimeout(resolve, 300));
      };
      try {
        await letIn(
          'local all postgres trust\nlocal all all reject\nhost all postgres all trust\nhost all all all scram-sha-256\n',
        );
        assert.ok(!(await run()).findings.some(({ code }) => code === 'loader.noLogin'));
        await assertHarmless();
        await dropCopy();
        await letIn('local all postgres trust\nhost all postgres all trust\n');
        const { findings } = await run();
        assert.ok(findings.some(({ code, level }) => code === 'loader.noLogin' && level === 'warn'));
        await reached();
        await dropCopy();
        const foreign = await adopt(archivePath(backup));
        await assert.rejects(run({ backup: foreign, goOn: true }), (error) => isAppError(error, 'restore.refused'));
      } finally {
        await letIn(before);
      }
    });
  });
}

const forgeable = ['TABLE', 'ACL', 'INDEX', 'COMMENT', 'EVENT TRIGGER', 'DEFAULT ACL', 'FUNCTION', 'SCHEMA'];

/** What is made in a superuser's name where the archive is ours, and what every session begins with. */
const forgeableInCopy = [
  ...['ACL', 'COMMENT', 'EVENT TRIGGER', 'DEFAULT ACL', 'FUNCTION', 'EXTENSION', 'OPERATOR CLASS', 'OPERATOR FAMILY'],
  ...['MATERIALIZED VIEW DATA', 'SEARCHPATH', 'STDSTRINGS'],
];

/** Tries to be who it is not, and then all that only a superuser may; what it may not is passed over in silence. */
const act = (
  file: string,
): string => `create function act(name text) returns void language plpgsql as $$ declare one text; begin
  foreach one in array array['reset role', 'reset session authorization', 'set session authorization postgres', 'alter role tenant superuser',
    'create role reached_' || lower(name), 'copy (select 1) to ''${file}'''] loop
    begin execute one; exception when others then null; end;
  end loop;
  begin perform set_config('session_authorization', 'postgres', false); execute 'alter role tenant superuser'; exception when others then null; end;
end $$`;

/** What only its membership in a trusted extension would hide, and a text that a function of another one runs. `f` is what acts in the name of who computes it. */
const intoExtension = (
  f: (name: string, returns: string, value: string) => string,
): string => `${f('member', 'int', 'v')}; ${f('table', 'int', 'v')};
create function public.act_as(t text) returns void language plpgsql security definer as $x$ begin execute t; end $x$;
create view public.roles as select rolname, rolsuper from pg_authid; grant select, update on public.roles to public;
create table public.ruled (v int); grant insert on public.ruled to public;
create rule r as on insert to public.ruled do instead update pg_authid set rolname = 'reached_rule' where rolname = 'to_be_reached';
create materialized view public.of_member as select public.member(1) with no data;
create materialized view public.of_table as select * from public.crosstab('select 1, 2, public."table"(1)') as c (a int, b int) with no data;
alter extension hstore add function public.act_as(text); alter extension hstore add view public.roles; alter extension hstore add table public.ruled;
alter extension hstore add function public.member(int); alter extension hstore add materialized view public.of_member;`;

/** What must come back as it was, with owners and grants of all kinds. */
const honest = `
create schema own; create sequence own.sq; select setval('own.sq', 7); create table own.t (id serial primary key, x int generated by default as identity, v text);
insert into own.t (v) select 'x' || n from generate_series(1, 2000) n; grant select on own.t to reader; grant usage on schema own to reader;
revoke all on function act(text) from public; grant update (v) on own.t to reader with grant option; comment on table own.t is 'it''s';
create view own.vw as select id from own.t; create materialized view own.mv as select count(*) from own.t;
create function own.fn(int, text[]) returns int language sql as 'select 1'; create procedure own.pr() language sql as 'select 1';
create aggregate own.su(int) (sfunc = int4pl, stype = int, initcond = '0'); create operator own.## (leftarg = int, rightarg = int, function = int4pl);
create type own.co as (a int); create type own.ra as range (subtype = int); create collation own.cl from "C"; create statistics own.ss on id, v from own.t;
create text search configuration own.ts (copy = simple); create text search dictionary own.td (template = simple);
alter table own.t enable row level security; create policy po on own.t to reader using (true);
create table own.k (t int references own.t, v text); insert into own.k values (1, 'x'); create index on own.k (lower(v)); alter table own.k enable row level security; alter table own.k force row level security;
select lo_from_bytea(4711, 'abc'); grant select on large object 4711 to reader; alter default privileges in schema own grant select on tables to reader;
create extension pg_trgm with schema own; create index on own.t using gin (v own.gin_trgm_ops)`;

/** What only a superuser could make, and gave to the tenant or not. */
const ofDba = `create function leak(int) returns int language sql leakproof as 'select 1'; alter function leak(int) owner to tenant;
create function c_sum(int, int) returns int language internal as 'int4pl';
create function c_default(a int default -1, b text default 'x, y', c timestamptz[] default array['2020-01-01'::timestamptz, now()], d varchar(9) default 'it''s') returns int
  language internal set work_mem = '4MB' as 'int4um'; alter function c_default owner to tenant;
create function proof(a numeric default 1.5) returns text language sql leakproof set log_min_messages = 'error' return 'x'::text || coalesce($1, '2'::numeric); create schema dba; create table dba.t (v int); insert into dba.t values (1);
grant select on dba.t to tenant; create materialized view dba.mv as select * from dba.t; create extension pageinspect;
create operator class dba.oc for type int using hash as operator 1 =, function 1 hashint4(int);
create function quiet() returns event_trigger language plpgsql as 'begin perform public.act(''event''); end'; alter function quiet() owner to tenant;
create event trigger et on ddl_command_end execute function quiet()`;

/** What only a superuser can make is not there, what a superuser had belongs to the database's owner. */
const expectedOfForeign: readonly string[] = [
  ...['ACL dba.TABLE t', 'COMMENT EXTENSION pageinspect', 'DEFAULT ACL own.DEFAULT PRIVILEGES FOR TABLES'],
  ...['EVENT TRIGGER et', 'EXTENSION pageinspect'],
  'FUNCTION public.c_default(integer, text, timestamp with time zone[], character varying)',
  ...['FUNCTION public.c_sum(integer, integer)', 'FUNCTION public.leak(integer)', 'FUNCTION public.proof(numeric)'],
  ...['MATERIALIZED VIEW DATA dba.mv', 'MATERIALIZED VIEW dba.mv'],
  ...['OPERATOR CLASS dba.oc', 'OPERATOR FAMILY dba.oc', 'TABLE dba.t'],
];

/** Who owns an extension, or the multirange of a range, no archive says. */
const whose = `select string_agg(line, e'\\n' order by line) as all from (
  select 'c ' || oid::regclass || ' ' || relowner::regrole || ' ' || coalesce(relacl::text, '') as line from pg_class where relnamespace::regnamespace::text in ('public', 'own', 'dba')
  union all select 'p ' || oid::regprocedure || ' ' || proowner::regrole || ' ' || coalesce(proacl::text, '') from pg_proc where pronamespace::regnamespace::text in ('public', 'own', 'dba')
  union all select 't ' || oid::regtype || ' ' || typowner::regrole || ' ' || coalesce(typacl::text, '') from pg_type where typnamespace::regnamespace::text in ('public', 'own', 'dba') and typname !~ 'multirange'
  union all select 'n ' || nspname || ' ' || nspowner::regrole || ' ' || coalesce(nspacl::text, '') from pg_namespace where nspname !~ '^pg_(toast|temp)'
  union all select 'o ' || oid::regoperator || ' ' || oprowner::regrole from pg_operator where oid >= 16384
  union all select 'oc ' || opcname || ' ' || opcowner::regrole from pg_opclass where oid >= 16384 union all select 'of ' || opfname || ' ' || opfowner::regrole from pg_opfamily where oid >= 16384
  union all select 'co ' || collname || ' ' || collowner::regrole from pg_collation where oid >= 16384
  union all select 'st ' || stxname || ' ' || stxowner::regrole from pg_statistic_ext union all select 'td ' || dictname || ' ' || dictowner::regrole from pg_ts_dict where oid >= 16384
  union all select 'tc ' || cfgname || ' ' || cfgowner::regrole from pg_ts_config where oid >= 16384 union all select 'x ' || extname || ' ' || extowner::regrole from pg_extension where extname <> 'pg_trgm'
  union all select 'l ' || oid || ' ' || lomowner::regrole || ' ' || coalesce(lomacl::text, '') from pg_largeobject_metadata
  union all select 'e ' || evtname || ' ' || evtowner::regrole from pg_event_trigger union all select 'd ' || defaclrole::regrole || ' ' || defaclacl::text from pg_default_acl) a`;

function recorder(): { readonly work: Work; readonly events: Progress[] } {
  const events: Progress[] = [];
  return { events, work: { report: (one) => void events.push(one), signal: new AbortController().signal, log: noLog } };
}
