import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { isAppError, type AppError, type ErrorCode } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Progress, Work } from '../../../src/core/base/progress';
import type { Finding } from '../../../src/core/base/finding';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { workplace } from '../../../src/core/restore/databaseRow';
import { readSchemaDigest } from '../../../src/core/restore/preflight/schemaFacts';
import { prepare, type PrepareResult } from '../../../src/core/restore/prepare';
import type { RestoreRequest } from '../../../src/core/restore/restore';
import { clean, type Cleaned } from '../../../src/core/restore/side/clean';
import { undo } from '../../../src/core/restore/side/undo';
import { discard, planSwap, swapPrepared, type SwapRequest } from '../../../src/core/restore/swapPrepared';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { noRecords } from './signedMark';

/** What makes a swap refuse, done between the preparation and it; each with the code of the finding that says so. */
const disturbances: readonly (readonly [
  what: string,
  code: string,
  sql: (side: string) => readonly (readonly [string, string])[],
])[] = [
  [
    'a row was written into it',
    'swap.opened',
    (side) => [...opening(side), [side, `insert into items values (7000, 'x')`], ...closing(side)],
  ],
  ['it was opened and closed again', 'swap.opened', (side) => [...opening(side), ...closing(side)]],
  ['it is open', 'swap.opened', (side) => opening(side)],
  [
    'it was opened by a write to the catalog',
    'swap.opened',
    (side) => [
      ['postgres', `update pg_database set datallowconn = true where datname = '${side}'`],
      [side, 'update items set name = upper(name)'],
      ['postgres', `update pg_database set datallowconn = false where datname = '${side}'`],
    ],
  ],
  [
    'it had another owner',
    'swap.opened',
    (side) => [['postgres', `alter database "${side}" owner to stranger; alter database "${side}" owner to postgres`]],
  ],
  [
    'the live one was replaced',
    'swap.live',
    () => [
      ['postgres', 'alter database shop rename to shop_old'],
      ['postgres', 'create database shop'],
    ],
  ],
  ['the live one is gone', 'swap.live', () => [['postgres', 'alter database shop rename to shop_old']]],
];

/** Each changes the definitions of the live database. */
const changes: readonly string[] = [
  'alter table items add column price int',
  'alter table items drop column extra',
  'alter table items alter column name drop not null',
  `alter table items alter column name set default 'none'`,
  'create table more (a int)',
  'drop table spare',
  'create index on items (name)',
  'create or replace function twice(a int) returns int language sql as $$ select $1 + $1 + 0 $$',
  'alter function twice(int) security definer',
  'alter table items disable trigger watch',
  'drop trigger watch on items',
  'grant select on items to stranger',
  'alter table items enable row level security',
  'create policy own on items using (id > 1)',
  'alter policy own on items using (id > 2)',
  'create view seen as select id from items',
  'create or replace view seen as select id from items where id > 1',
  `alter type mood add value 'odd'`,
  'alter table items add check (id > 0)',
  'create sequence counted',
  'alter sequence counted increment 2',
  'create schema other',
  'create extension hstore',
  'alter table more set (fillfactor = 50)',
  'alter table more rename to fewer',
  'create rule no_more as on insert to fewer do instead nothing',
];

const opening = (side: string): (readonly [string, string])[] => [
  ['postgres', `alter database "${side}" allow_connections true`],
];
const closing = (side: string): (readonly [string, string])[] => [
  ['postgres', `alter database "${side}" allow_connections false`],
];

for (const major of [15, 18] as const) {
  describe(`prepare, swap and discard, PostgreSQL ${major}`, function () {
    this.timeout(180_000);
    let server: Server;
    let backup: BackupEntry;
    let root: string;
    let jobs = 0;

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      server = await startServer({ major });
      await server.sql('postgres', 'create role stranger; create role app login');
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', contents);
      const options = {
        root,
        cluster: { alias: 'a', server: 'https://a' },
        compress: 'auto',
        job: 'b1',
        asked: { by: 'me' },
      };
      ({ entry: backup } = await backUp(await openServer(server), 'shop', options, recorder().work));
    });
    after(async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    beforeEach(async () => {
      await server.sql('postgres', 'drop database if exists shop with (force)');
      await server.sql('postgres', `create database shop connection limit 33`);
      await server.sql('shop', `${contents} update items set name = 'live' where id = 1;`);
    });
    afterEach(async () => {
      const left = await server.sql<{ datname: string }>(
        'postgres',
        `select datname from pg_database where datname ~ '^(shop|fresh)'`,
      );
      for (const { datname } of left) await server.sql('postgres', `drop database "${datname}" with (force)`);
    });

    const common = { database: 'shop', cluster: 'b', records: noRecords };
    async function prepared(
      more: Partial<RestoreRequest> = {},
      work = recorder().work,
    ): Promise<PrepareResult & { readonly job: string }> {
      const job = `prep${major}${++jobs}`;
      const target = more.target ?? (await openServer(server));
      return {
        job,
        ...(await prepare({ backup, target, database: 'shop', job, cluster: 'b', as: 'replace', ...more }, work)),
      };
    }
    async function swapped(more: Partial<SwapRequest> = {}): ReturnType<typeof swapPrepared> {
      const target = more.target ?? (await openServer(server));
      return swapPrepared({ ...common, target, job: `swap${major}${++jobs}`, ...more }, recorder().work);
    }
    async function first(database = 'shop'): Promise<string> {
      const [row] = await server.sql<{ name: string }>(database, 'select name from items where id = 1');
      return row!.name;
    }
    async function names(): Promise<string[]> {
      const sql = `select datname from pg_database where datname ~ '^(shop|fresh)' order by 1`;
      return (await server.sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
    }
    async function cleaned(): Promise<Cleaned> {
      const asked = { target: await openServer(server), jobs: [], records: noRecords, isDead: () => true };
      return clean({ ...asked, onRemoved: async () => undefined }, recorder().work);
    }

    it('nothing changes until the swap, which can be undone', async () => {
      const { side, rows, differences, job } = await prepared();
      assert.deepEqual(differences, []);
      assert.equal(rows, 1000);
      assert.equal(await first(), 'live');
      assert.deepEqual(await names(), ['shop', side]);
      await assert.rejects(server.sql(side, 'select 1'), /not currently accepting/);
      // it is nobody's leftover
      assert.deepEqual((await cleaned()).removed, []);
      await server.sql('shop', `insert into items select g, 'later' from generate_series(5001, 5005) g`);
      await statistics('shop');
      const done = await swapped({ preparedBy: job });
      assert.equal(done.written, 5);
      assert.equal(
        done.kept,
        `shop__before_${job.replace('prep', 'swap').replace(/\d+$/, (n) => String(Number(n) + 1))}`,
      );
      assert.equal(await first(), 'item 1');
      const [limit] = await server.sql<{ n: number }>(
        'postgres',
        `select datconnlimit as n from pg_database where datname = 'shop'`,
      );
      assert.equal(limit!.n, 33);
      await undo({ ...common, target: await openServer(server), job: `undo${++jobs}` }, recorder().work);
      assert.equal(await first(), 'live');
    });

    it('a new database has its owner, settings, grants and comment, and nobody enters it before', async () => {
      await server.sql(
        'postgres',
        `alter database shop set work_mem = '7MB'; comment on database shop is 'of all'; alter database shop owner to stranger`,
      );
      await server.sql(
        'postgres',
        'revoke connect on database shop from public; grant connect on database shop to app',
      );
      const options = {
        root,
        cluster: { alias: 'a', server: 'https://a' },
        compress: 'auto',
        job: 'b2',
        asked: { by: 'me' },
      };
      const { entry } = await backUp(await openServer(server), 'shop', options, recorder().work);
      const { side, differences } = await prepared({ backup: entry, database: 'fresh', as: 'new' });
      assert.deepEqual(differences, []);
      await assert.rejects(server.sql(side, 'select 1'), /not currently accepting/);
      await swapped({ database: 'fresh' });
      const [row] = await server.sql(
        'postgres',
        `select pg_get_userbyid(datdba) as owner, datallowconn as open, datacl::text as acl, shobj_description(oid, 'pg_database') as comment,
  (select setconfig::text from pg_db_role_setting where setdatabase = d.oid) as settings from pg_database d where datname = 'fresh'`,
      );
      assert.deepEqual(
        { ...row, acl: String(row!['acl']).includes('app=c') },
        { owner: 'stranger', open: true, acl: true, comment: 'of all', settings: '{work_mem=7MB}' },
      );
      assert.equal(await first('fresh'), 'live');
    });

    it('every change of the live definitions is seen, named, and refused unless it is accepted', async () => {
      await prepared();
      const place = workplace(await openServer(server), 'shop');
      const digest = async (): Promise<string | undefined> =>
        (await readSchemaDigest(place, 'shop', new AbortController().signal))?.digest;
      let before = await digest();
      for (const change of changes) {
        await server.sql('shop', change);
        const after = await digest();
        assert.notEqual(after, before, change);
        before = after;
      }
      // what is no definition changes nothing
      for (const other of ['update items set id = id', 'analyze', 'vacuum', 'vacuum freeze', `set work_mem = '1MB'`]) {
        await server.sql('shop', other);
        assert.equal(await digest(), before, other);
      }
      const findings = await refusal(swapped());
      assert.deepEqual(blocking(findings), ['swap.schema']);
      const { data } = findings.find(({ code }) => code === 'swap.schema')!;
      for (const name of ['public.items', 'public.fewer', 'public.twice(integer)', 'public.mood', 'extension hstore'])
        assert.ok(
          ((data as { altered?: unknown }).altered as string[]).includes(name),
          `${name}: ${JSON.stringify(data)}`,
        );
      assert.equal(await first(), 'live');
      await swapped({ acceptChanges: true });
      assert.equal(await first(), 'item 1');
    });

    // the rest does not hang on the major, and takes its time
    if (major === 15) return;

    for (const [what, code, sql] of disturbances) {
      it(`refused where ${what}`, async () => {
        const { side } = await prepared();
        for (const [database, statement] of sql(side)) await server.sql(database, statement);
        const was = await names();
        assert.deepEqual(blocking(await refusal(swapped())), [code]);
        await assert.rejects(swapped({ acceptChanges: true }), (error) => isAppError(error, 'restore.refused'));
        assert.deepEqual(await names(), was);
        await discard({ ...common, target: await openServer(server), job: `drop${++jobs}` }, recorder().work);
        assert.deepEqual(
          await names(),
          was.filter((name) => name !== side),
        );
      });
    }

    it('what opens it in the moment of the swap is seen by the transaction itself', async () => {
      const { side, job } = await prepared();
      const target = await openServer(server);
      const plain = target.exec.feed.bind(target.exec);
      let done = false;
      // between the last look and the exchange
      target.exec.feed = async (argv, source, length, options) => {
        if (!done && argv.join(' ').includes('-swap-1')) {
          done = true;
          for (const [database, statement] of [
            ...opening(side),
            [side, 'delete from items'] as const,
            ...closing(side),
          ])
            await server.sql(database, statement);
        }
        return plain(argv, source, length, options);
      };
      await assert.rejects(swapped({ target, preparedBy: job }), (error) => isAppError(error, 'restore.swap'));
      assert.ok(done);
      assert.equal(await first(), 'live');
    });

    it('vacuum, a freeze and a restart leave the proof as it is', async () => {
      const { side } = await prepared();
      await server.sql('postgres', 'vacuum freeze pg_database');
      await server.sql('postgres', 'vacuum full pg_database');
      await server.restart();
      const plan = await planSwap({ ...common, target: await openServer(server) }, new AbortController().signal);
      assert.deepEqual(blocking(plan.findings), []);
      assert.ok(
        plan.findings.some((finding) => finding.code === 'swap.restarted'),
        JSON.stringify(plan.findings),
      );
      await swapped();
      assert.equal(await first(), 'item 1');
      assert.ok(!(await names()).includes(side));
    });

    it('unlogged rows do not outlive a crash: such a one is refused after it', async () => {
      await server.sql('shop', 'create unlogged table fast as select generate_series(1, 10) as a');
      const options = {
        root,
        cluster: { alias: 'a', server: 'https://a' },
        compress: 'auto',
        job: 'b3',
        asked: { by: 'me' },
      };
      const { entry } = await backUp(await openServer(server), 'shop', options, recorder().work);
      await prepared({ backup: entry });
      await server.kill();
      await server.restart();
      assert.deepEqual(blocking(await refusal(swapped())), ['swap.unlogged']);
    });

    it('what only claims to be prepared is neither swapped nor dropped', async () => {
      const { side, job } = await prepared();
      const [row] = await server.sql<{ comment: string }>(
        'postgres',
        `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = '${side}'`,
      );
      await server.sql('postgres', 'create database shop__restore_forged1 owner stranger allow_connections false');
      // the mark of the true one, and one without a signature
      for (const comment of [
        row!.comment.replaceAll(job, 'forged1'),
        row!.comment.replaceAll(job, 'forged1').replace(/"signature":"[^"]*"/, '"signature":""'),
      ]) {
        await server.sql('postgres', `comment on database shop__restore_forged1 is '${comment.replaceAll("'", "''")}'`);
        const target = await openServer(server);
        const claim = { ...common, target, preparedBy: 'forged1', job: `claim${++jobs}` };
        await assert.rejects(swapPrepared(claim, recorder().work), (error) => isAppError(error, 'prepare.claimed'));
        await assert.rejects(discard(claim, recorder().work), (error) => isAppError(error, 'prepare.claimed'));
      }
      await swapped();
      assert.equal(await first(), 'item 1');
    });

    it('of two that wait one has to be named', async () => {
      const [one] = [await prepared(), await prepared()];
      assert.equal((await failure(swapped())).code, 'prepare.several' satisfies ErrorCode);
      await swapped({ preparedBy: one.job });
      assert.equal(await first(), 'item 1');
      // the live database that the other one was to replace is another one by now
      assert.deepEqual(blocking(await refusal(swapped())), ['swap.live']);
    });

    it('cancelled in its last step it leaves nothing', async () => {
      const target = await openServer(server);
      const { work } = recorder(
        (progress) => progress.type === 'phase' && progress.phase === 'prepare' && stop.abort(),
      );
      const stop = new AbortController();
      await assert.rejects(prepared({ target }, { ...work, signal: stop.signal }), (error) =>
        isAppError(error, 'cancelled'),
      );
      assert.deepEqual(await names(), ['shop']);
    });

    it('roles made for it go with it, or stay with it', async () => {
      await server.sql('postgres', 'create role ghost; alter database shop owner to postgres');
      await server.sql('shop', 'alter table spare owner to ghost');
      const options = {
        root,
        cluster: { alias: 'a', server: 'https://a' },
        compress: 'auto',
        job: 'b4',
        asked: { by: 'me' },
      };
      const { entry } = await backUp(await openServer(server), 'shop', options, recorder().work);
      await server.sql('shop', 'alter table spare owner to postgres');
      await server.sql('postgres', 'drop role ghost');
      const ghosts = async (): Promise<number> =>
        (await server.sql('postgres', `select 1 from pg_roles where rolname = 'ghost'`)).length;
      await prepared({ backup: entry, createRoles: true });
      assert.equal(await ghosts(), 1);
      const after = await cleaned();
      assert.deepEqual([after.removed, after.left], [[], []]);
      await discard({ ...common, target: await openServer(server), job: `drop${++jobs}` }, recorder().work);
      assert.equal(await ghosts(), 0);
      await prepared({ backup: entry, createRoles: true });
      await swapped();
      const [owner] = await server.sql<{ owner: string }>(
        'shop',
        `select tableowner as owner from pg_tables where tablename = 'spare'`,
      );
      assert.equal(owner!.owner, 'ghost');
      assert.deepEqual((await cleaned()).removed, []);
      for (const name of await names()) await server.sql('postgres', `drop database "${name}" with (force)`);
      await server.sql('postgres', 'drop role ghost');
    });

    /** Statistics of other sessions come late. */
    async function statistics(database: string): Promise<void> {
      for (let tries = 0; tries < 100; tries++) {
        const [row] = await server.sql<{ n: number }>(
          database,
          'select sum(n_tup_ins)::int as n from pg_stat_user_tables',
        );
        if (row!.n >= 1005) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  });
}

function recorder(onProgress: (progress: Progress) => unknown = () => undefined): { readonly work: Work } {
  return { work: { report: onProgress, signal: new AbortController().signal, log: noLog } };
}

async function failure(promise: Promise<unknown>): Promise<AppError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isAppError(error), String(error));
    return error;
  }
  throw new Error('it did not fail');
}

type Findings = readonly Finding[];

async function refusal(promise: Promise<unknown>): Promise<Findings> {
  const error = await failure(promise);
  assert.equal(error.code, 'restore.refused', error.message);
  return error.data['findings'] as Findings;
}

function blocking(findings: Findings): string[] {
  return findings.filter(({ level }) => level === 'block').map(({ code }) => code);
}

const contents = `
create type mood as enum ('good', 'bad');
create table items (id int primary key, name text not null, extra text, mood mood default 'good');
create table spare (a int);
create function twice(a int) returns int language sql as $$ select $1 * 2 $$;
create function watching() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger watch before update on items for each row execute function watching();
insert into items select g, 'item ' || g from generate_series(1, 1000) g;
`;
