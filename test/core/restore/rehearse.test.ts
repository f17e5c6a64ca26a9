import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { isAppError } from '../../../src/core/base/errors';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import type { Signed } from '../../../src/core/state/signed';
import { drill } from '../../../src/core/restore/restore';
import { cliHints } from '../../../src/cli/hints';
import type { Finding } from '../../../src/core/base/finding';
import { noLog } from '../../../src/core/base/log';
import type { Progress, Work } from '../../../src/core/base/progress';
import { lookAhead, type AheadRequest } from '../../../src/core/restore/preflight/lookAhead';
import type { RestoreFailure } from '../../../src/core/restore/restoreFailures';
import { findingWords } from '../../../src/words/findingWords';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

describe('definitions are rehearsed before a row is dumped, PostgreSQL 15 to 18', function () {
  this.timeout(180_000);
  let origin: Server;
  let server: Server;
  let jobs = 0;

  before(async () => {
    origin = await startServer({ major: 15 });
    server = await startServer({ major: 18 });
    await origin.sql('postgres', 'create role app; create role reader');
    for (const [name, sql] of Object.entries(databases)) {
      await origin.sql('postgres', `create database ${name}`);
      await origin.sql(name, sql);
    }
  });
  after(async () => {
    await origin.stop();
    await server.stop();
  });
  afterEach(async () => {
    const left = await server.sql<{ datname: string }>(
      'postgres',
      `select datname from pg_database where datname ~ '__'`,
    );
    assert.deepEqual(left, []);
    const roles = await server.sql('postgres', `select rolname from pg_roles where rolname in ('app', 'reader')`);
    assert.deepEqual(roles, []);
  });

  async function look(
    database: string,
    more: Partial<AheadRequest> = {},
    signal = new AbortController().signal,
  ): Promise<readonly Finding[]> {
    const work: Work = { report: () => undefined, signal, log: noLog };
    const source = { pod: await openServer(origin), database };
    const roles = { createRoles: true, mapRoles: {} };
    const place = { target: await openServer(server), database: 'shop', as: 'new', cluster: 'b' } as const;
    return lookAhead({ source, ...place, roles, job: `look${++jobs}`, rehearseFrom: 0, ...more }, work);
  }
  const refused = (findings: readonly Finding[]): Finding | undefined =>
    findings.find(({ code }) => code === 'definitions.refused');

  it('all that is refused is listed at once, each with its kind, name and cause, and what only follows', async () => {
    const found = refused(await look('refused'));
    assert.equal(found?.level, 'block');
    const failures = factOf(found, 'failures') as RestoreFailure[];
    assert.deepEqual(failures.map(({ kind, schema, name, cause }) => `${kind} ${schema}.${name} ${cause}`).sort(), [
      'INDEX public.named_v follows',
      'TABLE public.named collation',
      'VIEW public.buffers systemView',
      'VIEW public.over follows',
      'VIEW public.stats systemView',
    ]);
    const words = findingWords(found, cliHints);
    assert.match(words, /VIEW public\.stats: .*In the source: change or drop them.*--go-on/);
    assert.match(words, /In the target's image.*nowhere/);
  });

  it('what is fine is no finding: roles that will be made, functions that are not called, servers that nobody reaches', async () => {
    const began = await origin.sql<{ n: string }>('fine', 'select count(*)::text as n from t');
    assert.equal(refused(await look('fine')), undefined);
    assert.equal(
      refused(await look('fine', { roles: { createRoles: false, mapRoles: { app: 'postgres', reader: 'postgres' } } })),
      undefined,
    );
    assert.deepEqual(await origin.sql('fine', 'select count(*)::text as n from t'), began);
  });

  it('is left out where the dump takes no longer, where nothing is refused for it, and where something blocks already', async () => {
    assert.equal(refused(await look('refused', { rehearseFrom: 1e12 })), undefined);
    assert.equal(refused(await look('refused', { goOn: true })), undefined);
    const missing = await look('refused', { roles: { createRoles: false, mapRoles: {} } });
    assert.ok(missing.some(({ code, level }) => code === 'roles.missing' && level === 'block'));
    assert.equal(refused(missing), undefined);
  });

  it('of a large backup all that is refused behind the rows is listed before one moves, whoever made it, and what is fine goes on', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    try {
      const options = { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none', asked: { by: 'me' } };
      const phases: string[] = [];
      const report = (event: Progress): void => {
        if (event.type === 'phase') phases.push(event.phase);
      };
      const work: Work = { report, signal: new AbortController().signal, log: noLog };
      const backups = new Map<string, BackupEntry>();
      for (const database of ['late', 'sound']) {
        const made = await backUp(await openServer(origin), database, { ...options, job: `backup${++jobs}` }, work);
        backups.set(database, made.entry);
      }
      const run = async (database: string, signed?: Signed): Promise<unknown> => {
        phases.length = 0;
        const target = await openServer(server);
        const backup = { ...backups.get(database)!, ...(signed === undefined ? {} : { signed }) };
        const place = { target, database: 'shop', cluster: 'b', createRoles: true, job: `late${++jobs}` };
        return drill({ ...place, backup, rehearseFrom: 0 }, work);
      };
      for (const signed of [undefined, { by: 'nobody' }] as const) {
        await assert.rejects(run('late', signed), (error) => {
          assert.ok(isAppError(error, 'restore.cannotMake'), String(error));
          const found = (error.data['failures'] as RestoreFailure[]).map(({ kind, name }) => `${kind} ${name}`);
          assert.deepEqual(found.sort(), ['INDEX plain_v', 'INDEX plain_w', 'POLICY plain seen']);
          return true;
        });
        assert.ok(!phases.includes('restore'), phases.join(' '));
      }
      await run('sound');
      assert.ok(phases.includes('restore') && phases.includes('verify'), phases.join(' '));
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('cancelled: nothing is left', async () => {
    const stop = new AbortController();
    const target = await openServer(server);
    const feed = target.exec.feed.bind(target.exec);
    target.exec.feed = (argv, ...rest) => {
      if (argv.some((word) => word.endsWith('pg_restore'))) stop.abort();
      return feed(argv, ...rest);
    };
    await assert.rejects(look('refused', { target }, stop.signal), { code: 'cancelled' });
    assert.ok(stop.signal.aborted);
  });
});

const databases = {
  refused: `alter database refused owner to app;
create table own (id int); create view stats as select checkpoints_timed from pg_stat_bgwriter; create view over as select * from stats;
create view buffers as select buffers_checkpoint from pg_stat_bgwriter;
do $$ begin perform set_config('allow_system_table_mods', 'on', false); end $$; create collation pg_catalog.nowhere from "C";
create table named (v text collate nowhere); create index named_v on named (v)`,
  late: `do $$ begin perform set_config('allow_system_table_mods', 'on', false); end $$; create collation pg_catalog.nowhere from "C";
create table plain (v text, w text); insert into plain values ('a', 'b'); create index plain_v on plain (v collate nowhere);
create index plain_w on plain (w collate nowhere); create policy seen on plain using (v = 'a' collate nowhere)`,
  sound: `create table sound (v text primary key); insert into sound values ('a'); create index sound_v on sound (lower(v)); create policy p on sound using (true)`,
  fine: `create extension postgres_fdw; create server gone foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', dbname 'x', connect_timeout '2');
create foreign table far (id int) server gone; create materialized view mv as select id from far with no data; update pg_class set relispopulated = true where relname = 'mv';
create table t (id int primary key, up int references t); insert into t values (1, 1); alter table t owner to app; grant select on t to reader;
create table codes (id int); alter table codes owner to app; create function norm(v int) returns int language plpgsql immutable as 'begin return v + (select count(*) from codes); end'; create index t_n on t (norm(id));
alter table t enable row level security; create policy p on t to reader using (true); comment on policy p on t is 'readers'`,
};
