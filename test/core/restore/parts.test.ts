import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import type { Finding } from '../../../src/core/base/finding';
import { noLog } from '../../../src/core/base/log';
import type { Work } from '../../../src/core/base/progress';
import { restore, type RestoreRequest, type RestoreResult } from '../../../src/core/restore/restore';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

const work: Work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

for (const [from, to] of [
  [15, 15],
  [16, 18],
] as const) {
  describe(`parts that a target has no room or no right for, PostgreSQL ${from} to ${to}`, function () {
    this.timeout(180_000);
    let origin: Server;
    let server: Server;
    let root: string;
    let jobs = 0;
    const backups = new Map<string, BackupEntry>();

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      origin = await startServer({ major: from, superuser: 'hidden' });
      server = await startServer({ major: to, superuser: 'hidden' });
      await origin.sql('postgres', 'create role second superuser; create role app; create role reader');
      for (const one of [origin, server])
        await one.sql('postgres', 'alter role hidden set allow_in_place_tablespaces = on');
      await origin.sql('postgres', `create tablespace fast location ''`);
      for (const [name, sql] of Object.entries(databases)) {
        await origin.sql('postgres', `create database ${name}`);
        await origin.sql(name, sql);
      }
      const pod = await openServer(origin);
      for (const name of Object.keys(databases)) {
        const options = { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'auto', asked: { by: 'me' } };
        backups.set(name, (await backUp(pod, name, { ...options, job: `taken${name}` }, work)).entry);
      }
      await server.sql('postgres', 'create role plain login createdb');
    });
    after(async () => {
      await origin.stop();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    afterEach(async () => {
      await server.sql('postgres', 'drop database if exists shop with (force)');
      await server.sql('postgres', 'drop role if exists second, app, reader');
    });

    async function run(name: string, more: Partial<RestoreRequest> = {}, user?: string): Promise<RestoreResult> {
      const backup = backups.get(name);
      assert.ok(backup);
      const target = await openServer(server, user === undefined ? {} : { PGUSER: user });
      return restore({ backup, target, database: 'shop', job: `abc${++jobs}`, cluster: 'b', ...more }, work);
    }
    async function refused(promise: Promise<unknown>): Promise<string[]> {
      const error = await promise.then(
        () => assert.fail('it was not refused'),
        (caught: unknown) => caught as AppError,
      );
      assert.ok(isAppError(error, 'restore.refused'), String(error));
      return (error.data['findings'] as Finding[]).filter(({ level }) => level === 'block').map(({ code }) => code);
    }
    const told = ({ findings }: RestoreResult, level: Finding['level']): string[] =>
      findings.filter((finding) => finding.level === level).map(({ code }) => code);
    const differing = ({ differences }: RestoreResult): string[] =>
      differences.map((one) => (one.kind === 'definition' ? `${one.what} ${one.name} ${one.change}` : one.kind)).sort();
    const one = async (sql: string): Promise<unknown> =>
      Object.values((await server.sql<object>('shop', sql))[0] ?? {})[0];

    it('a tablespace that is missing is told, and its tables go where the database is; one that is there is used', async () => {
      const result = await run('spaces');
      assert.equal(result.outcome, 'done', JSON.stringify(result.differences));
      assert.ok(told(result, 'note').includes('tablespaces.missing'));
      assert.equal(await one('select count(*)::int from t'), 2);
      await server.sql('postgres', 'drop database shop');
      await server.sql('postgres', `create tablespace fast location ''`);
      const again = await run('spaces');
      assert.ok(!told(again, 'note').includes('tablespaces.missing'));
      const where = `select count(*)::int from pg_class where reltablespace = (select oid from pg_tablespace where spcname = 'fast') and relname in ('t', 't_v')`;
      assert.equal(await one(where), 2);
      await server.sql('postgres', 'drop database shop');
      await run('spaces', { noTablespaces: true });
      assert.equal(await one(where), 0);
      await server.sql('postgres', 'drop database shop');
      await server.sql('postgres', 'drop tablespace fast');
    });

    it('what only superusers own is not given to a role that is made; each way on is one', async () => {
      assert.deepEqual(await refused(run('events', { createRoles: true })), ['owners.superuser']);
      await server.sql('postgres', 'create role second');
      assert.deepEqual(await refused(run('events')), ['owners.superuser']);
      const without = await run('events', { goOn: true });
      assert.deepEqual(differing(without), ['EVENT TRIGGER seen changed', 'FOREIGN DATA WRAPPER dummy changed']);
      assert.equal(await one(`select rolsuper from pg_roles where rolname = 'second'`), false);
      await server.sql('postgres', 'drop database shop');
      assert.equal((await run('events', { noOwner: true })).outcome, 'done');
      await server.sql('postgres', 'drop database shop');
      await server.sql('postgres', 'alter role second superuser');
      assert.equal((await run('events')).outcome, 'done');
      assert.equal(await one(`select evtowner::regrole::text from pg_event_trigger where evtname = 'seen'`), 'second');
    });

    it('a role without rights is told what only a superuser makes, and goes on without it', async () => {
      assert.deepEqual(await refused(run('events', { noOwner: true }, 'plain')), ['objects.superuser']);
      const events = await run('events', { noOwner: true, goOn: true }, 'plain');
      assert.ok(differing(events).includes('EVENT TRIGGER seen missing right'));
      await server.sql('postgres', 'drop database shop');
      const result = await run('leaks', { noOwner: true, goOn: true }, 'plain');
      assert.deepEqual(differing(result), ['FUNCTION public.quiet() missing right']);
      assert.ok(result.differences.every(({ because }) => because?.cause === 'rights'));
      assert.ok(told(result, 'warn').includes('objects.superuser'));
      assert.equal(await one('select count(*)::int from t'), 1);
    });

    it('roles that only grants name are not needed without grants; what everybody may by that is told', async () => {
      assert.deepEqual(await refused(run('grants', { noOwner: true }, 'plain')), ['roles.missing']);
      assert.deepEqual(await refused(run('grants', { noOwner: true, createRoles: true }, 'plain')), ['role.rights']);
      const result = await run('grants', { noOwner: true, noPrivileges: true }, 'plain');
      assert.equal(result.outcome, 'done', JSON.stringify(result.differences));
      const open = result.findings.find(({ code }) => code === 'privileges.public');
      assert.deepEqual(factOf(open, 'objects'), ['FUNCTION public.f()', 'SCHEMA public']);
      assert.deepEqual(
        result.notes
          .filter(({ code }) => code === 'leftOut')
          .map((one) => [factOf(one, 'kind'), factOf(one, 'count'), factOf(one, 'names')])
          .sort(),
        [
          ['ACL', 4, ['SCHEMA public', 'FUNCTION f()', 'TABLE t', 'DEFAULT PRIVILEGES FOR TABLES']],
          ['OWNER', 3, ['public', 'f()', 't']],
        ],
      );
    });

    it('without owners grants are restored and compared: one that is lost is a difference, none is said to be left out', async () => {
      await server.sql('postgres', 'create role reader; create role app');
      const result = await run('grants', { noOwner: true });
      assert.deepEqual(differing(result), []);
      assert.deepEqual(
        result.notes.filter(({ code, data }) => code === 'leftOut' && data['kind'] === 'ACL'),
        [],
      );
      await server.sql('postgres', 'drop database shop');
      const lost = await run('revoked', { noOwner: true }, 'plain');
      assert.equal(lost.outcome, 'differences');
      assert.ok(
        differing(lost).some((line) => line.startsWith('ACL public.FUNCTION digest(')),
        differing(lost).join(),
      );
    });
  });
}

const databases = {
  spaces: `create table t (id int, v text) tablespace fast; insert into t values (1, 'a'), (2, 'b'); create index t_v on t (v) tablespace fast`,
  events: `create table t (id int); create function et() returns event_trigger language plpgsql as 'begin null; end';
create event trigger seen on ddl_command_end execute function et(); alter event trigger seen owner to second;
create foreign data wrapper dummy; alter foreign data wrapper dummy owner to second`,
  leaks: `create table t (id int); insert into t values (1); create function quiet() returns int language sql leakproof as 'select 1'`,
  grants: `create table t (id int); grant select on t to reader; create function f() returns int language sql as 'select 1';
revoke execute on function f from public; grant execute on function f to reader; alter default privileges in schema public grant select on tables to reader;
alter schema public owner to app; revoke usage on schema public from public; grant usage on schema public to reader`,
  revoked: `create extension pgcrypto; revoke execute on function digest(text, text) from public; create table t (id int)`,
};
