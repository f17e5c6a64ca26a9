import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { archivePath } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Progress, Work } from '../../../src/core/base/progress';
import { restore, type RestoreRequest, type RestoreResult } from '../../../src/core/restore/restore';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

for (const [from, to] of [
  [15, 15],
  [15, 18],
  [18, 18],
] as const) {
  describe(`restore, from PostgreSQL ${from} to ${to}`, function () {
    this.timeout(120_000);
    let origin: Server;
    let server: Server;
    let backup: BackupEntry;
    let root: string;
    let jobs = 0;

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      origin = await startServer({ major: from });
      server = await startServer({ major: to });
      await origin.sql('postgres', 'create role shop_owner; create role reader');
      await origin.sql('postgres', 'create database shop');
      await origin.sql('shop', contents);
      const options = {
        root,
        cluster: { alias: 'a', server: 'https://a' },
        compress: 'auto',
        job: 'backup1',
        asked: { by: 'me' },
      };
      ({ entry: backup } = await backUp(await openServer(origin), 'shop', options, recorder().work));
    });
    after(async () => {
      await origin.stop();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    beforeEach(async () => {
      await server.sql('postgres', 'create role shop_owner; create role reader; create role app login');
    });
    afterEach(async () => {
      const left = await databases();
      for (const name of left) await server.sql('postgres', `drop database "${name}" with (force)`);
      await server.sql('postgres', 'drop role if exists shop_owner, reader, app');
      assert.deepEqual(
        left.filter((name) => name.includes('__restore_')),
        [],
        'a side database was left',
      );
      const roles = await server.sql('postgres', `select rolname from pg_roles where rolname !~ '^(pg_|postgres)'`);
      assert.deepEqual(roles, []);
    });

    async function run(more: Partial<RestoreRequest> = {}, work: Work = recorder().work): Promise<RestoreResult> {
      const target = more.target ?? (await openServer(server));
      return restore({ backup, target, database: 'shop', job: `abc${++jobs}`, cluster: 'b', ...more }, work);
    }
    async function databases(): Promise<string[]> {
      const sql = `select datname from pg_database where not datistemplate and datname <> 'postgres' order by 1`;
      return (await server.sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
    }
    const same = async (database = 'shop'): Promise<void> => {
      assert.deepEqual(await server.sql(database, digest), await origin.sql('shop', digest));
    };
    const refused = async (code: ErrorCode, promise: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> => {
      let data: Readonly<Record<string, unknown>> = {};
      await assert.rejects(promise, (error) => {
        assert.ok(isAppError(error), String(error));
        assert.equal(error.code, code, error.message);
        data = error.data;
        return true;
      });
      return data;
    };

    it('makes a new database with all rows', async () => {
      const { work, events } = recorder();
      const result = await run({}, work);
      assert.equal(result.outcome, 'done', JSON.stringify(result.differences));
      assert.equal(result.kept, undefined);
      assert.ok(result.rows > 5000);
      await same();
      const phases = events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
      assert.deepEqual(
        phases.filter((one) => one !== 'read'),
        ['preflight', 'definitions', 'definitions', 'restore', 'indexes', 'analyze', 'verify', 'properties', 'swap'],
      );
      let now = '';
      for (const event of events) {
        if (event.type === 'phase') now = event.phase;
        else if (event.type === 'progress') assert.equal(event.phase, now);
      }
      for (const phase of ['definitions', 'restore', 'analyze'] as const)
        assert.ok((result.phases[phase] ?? 0) > 0, JSON.stringify(result.phases));
      const client = await server.connect('shop', 'app');
      await client.end();
    });

    it('replaces only when told so, and keeps what was', async () => {
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', 'create table only_here as select 1 as x');
      const { findings } = await refused('restore.refused', run());
      assert.match(JSON.stringify(findings), /target.exists/);
      assert.deepEqual(await server.sql('shop', 'select x from only_here'), [{ x: 1 }]);
      const { kept, outcome } = await run({ as: 'replace' });
      assert.equal(outcome, 'done');
      await same();
      assert.deepEqual(await databases(), ['shop', kept].sort());
    });

    it('missing roles are refused, made, or mapped', async () => {
      await server.sql('postgres', 'drop role shop_owner, reader');
      const { findings } = await refused('restore.refused', run());
      assert.match(JSON.stringify(findings), /roles.missing.*reader.*shop_owner/);
      const { createdRoles } = await run({ createRoles: true });
      assert.deepEqual([...createdRoles].sort(), ['reader', 'shop_owner']);
      await same();
      assert.deepEqual(
        await server.sql('postgres', 'select description from pg_shdescription where objoid >= 16384'),
        [],
      );
    });

    it('roles that were made before an error are dropped, also when nobody heard that they were made', async () => {
      await server.sql('postgres', 'drop role shop_owner, reader');
      const target = await openServer(server);
      const { work } = recorder((event) => {
        if (event.type === 'note' && event.code === 'roles.made') target.exec.faults.push({ cutAtEnd: true });
      });
      await refused('exec.cut', run({ target, createRoles: true }, work));
      assert.deepEqual(
        await server.sql('postgres', `select from pg_roles where rolname in ('reader', 'shop_owner')`),
        [],
      );
    });

    it('mapped roles: what was theirs is the other ones now', async () => {
      await server.sql('postgres', 'drop role shop_owner, reader');
      const { outcome, differences } = await run({ mapRoles: { shop_owner: 'app', reader: 'app' } });
      assert.equal(outcome, 'done', JSON.stringify(differences));
      await same();
      const owners = await server.sql(
        'shop',
        `select distinct pg_get_userbyid(relowner) as o from pg_class where relnamespace = 'public'::regnamespace`,
      );
      assert.deepEqual(owners, [{ o: 'app' }]);
      const policies = await server.sql('shop', `select polroles::regrole[]::text as roles from pg_policy`);
      assert.deepEqual(policies, [{ roles: '{app}' }]);
      assert.deepEqual(await server.sql('shop', `select has_table_privilege('app', 'odd.granted', 'select') as may`), [
        { may: true },
      ]);
    });

    it('without owners', async () => {
      const { outcome, differences } = await run({ noOwner: true });
      assert.equal(outcome, 'done', JSON.stringify(differences));
      await same();
    });

    for (const [what, faults] of [
      ['what the rows need', [{ match: 'pg_restore -v', cutAfterBytes: 500 }]],
      ['the rows', [{ match: 'pg_restore -v' }, { match: 'pg_restore -v', cutAfterBytes: 5000 }]],
    ] as const)
      it(`a stream of ${what} that is cut leaves nothing and changes nothing`, async () => {
        await server.sql('postgres', 'create database shop');
        const target = await openServer(server);
        target.exec.faults.push(...faults);
        await refused('exec.cut', run({ as: 'replace', target }));
        assert.equal(target.exec.faults.length, 0);
        assert.deepEqual(await databases(), ['shop']);
      });

    it('an error in the archive leaves nothing', async () => {
      const target = await openServer(server);
      const feed = target.exec.feed.bind(target.exec);
      target.exec.feed = async (argv, ...rest) => {
        const [side] = (await databases()).filter((name) => name.includes('__restore_'));
        if (argv.some((word) => word.endsWith('pg_restore')) && side)
          await server.sql(side, 'create table public.orders()');
        return feed(argv, ...rest);
      };
      const { failures } = await refused('restore.cannotMake', run({ target }));
      assert.match(JSON.stringify(failures), /"kind":"TABLE".*already exists/);
      assert.deepEqual(await databases(), []);
    });

    it('cancelled in the middle: nothing is left', async () => {
      const stop = new AbortController();
      const { work } = recorder((event) => {
        if (event.type === 'phase' && event.phase === 'verify') stop.abort();
      });
      await refused('cancelled', run({}, { ...work, signal: stop.signal }));
      assert.deepEqual(await databases(), []);
    });

    it('rows that differ never reach the swap', async () => {
      const { work } = recorder();
      const target = await openServer(server);
      let meddled: Promise<unknown> | undefined;
      const read = target.exec.read.bind(target.exec);
      target.exec.read = async (argv, ...rest) => {
        if (argv.some((word) => word.endsWith('pg_dump'))) {
          const [side = ''] = (await databases()).filter((name) => name.includes('__restore_'));
          await (meddled ??= server.sql(side, 'update public.orders set total = total + 0.01 where id = 77'));
        }
        return read(argv, ...rest);
      };
      const { differences } = await refused('restore.differs', run({ target }, work));
      assert.match(JSON.stringify(differences), /public.orders/);
      assert.deepEqual(await databases(), []);
    });

    it('a damaged backup never touches the target', async () => {
      const damaged = {
        ...backup,
        manifest: { ...backup.manifest, archive: { ...backup.manifest.archive, sha256: '0'.repeat(64) } },
      };
      const target = await openServer(server);
      const before = target.exec.ran.length;
      await refused('backup.damaged', run({ backup: damaged, target }));
      assert.equal(target.exec.ran.length, before);
      assert.ok(archivePath(backup));
    });
  });
}

function recorder(also: (event: Progress) => void = () => undefined): { work: Work; events: Progress[] } {
  const events: Progress[] = [];
  const report = (event: Progress): void => {
    events.push(event);
    also(event);
  };
  return { events, work: { report, signal: new AbortController().signal, log: noLog } };
}

const digest = `select 'orders' as t, count(*)::int as n, md5(string_agg(o::text, ',' order by id)) as d from public.orders o
  union all select 'child', count(*), md5(string_agg(id || extra, ',' order by id)) from odd.child
  union all select 'seq', (select last_value from public.orders_id_seq), '' union all select 'lo', count(*), '' from pg_largeobject_metadata order by 1`;

const contents = `
create table public.orders (id serial primary key, total numeric, at timestamptz default '2026-01-02 03:04:05+02', note text);
insert into public.orders (total, note) select g * 1.01, repeat('x', g % 50) || 'ä' from generate_series(1, 5000) g;
create index on public.orders (total);
alter table public.orders owner to shop_owner;
alter sequence public.orders_id_seq owner to shop_owner;
create schema odd authorization shop_owner;
create table odd.parent (id int, gone int);
create table odd.child (extra text) inherits (odd.parent);
alter table odd.parent drop column gone;
alter table odd.parent add column late int;
insert into odd.child (id, extra) select g, 'e' || g from generate_series(1, 300) g;
create table odd.granted (x int);
grant select on odd.granted to reader;
grant usage on schema odd to reader;
grant update (note) on public.orders to reader;
alter default privileges for role shop_owner in schema odd grant select on tables to reader;
alter default privileges for role shop_owner revoke execute on functions from public;
create policy readers on public.orders for select to reader using (true);
create view odd.v as select id, total from public.orders;
create materialized view odd.mv as select count(*) from public.orders;
select lo_create(0) from generate_series(1, 3);
`;
