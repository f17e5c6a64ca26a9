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
import type { LocalExec } from '../localExec';
import { openServer } from '../openServer';

const work: Work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

for (const major of [15, 18] as const) {
  describe(`a restore by a role that is no superuser, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;
    let root: string;
    let backup: BackupEntry;
    let exec: LocalExec;
    let jobs = 0;

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      server = await startServer({ major, superuser: 'hidden' });
      await server.sql(
        'postgres',
        'create role boss; create role other; create role helper login createdb createrole; grant pg_signal_backend to helper',
      );
      await server.sql('postgres', 'create database shop owner boss');
      await server.sql(
        'shop',
        'create schema s authorization other; create table s.t as select 1 as a; alter table s.t owner to other',
      );
      backup = await taken('shop');
    });
    after(async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    afterEach(async () => {
      const names = await server.sql<{ datname: string }>(
        'postgres',
        `select datname from pg_database where datname like '%\\_\\_%'`,
      );
      for (const { datname } of names) await server.sql('postgres', `drop database ${datname} with (force)`);
      await server.sql('postgres', `revoke boss, other from helper; alter database shop reset all`);
    });

    async function taken(database: string): Promise<BackupEntry> {
      const options = { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'auto', asked: { by: 'me' } };
      const done = await backUp(await openServer(server), database, { ...options, job: `taken${++jobs}` }, work);
      return done.entry;
    }

    async function run(more: Partial<RestoreRequest> = {}): Promise<RestoreResult> {
      const target = await openServer(server, { PGUSER: 'helper' });
      ({ exec } = target);
      const request = { backup, target, database: 'shop', as: 'replace', cluster: 'b' } as const;
      return restore({ ...request, job: `abc${++jobs}`, ...more }, work);
    }

    /** The findings that block, before anything was made. */
    async function blocking(more: Partial<RestoreRequest> = {}): Promise<Finding[]> {
      const { code, data } = await failure(run(more));
      assert.equal(code, 'restore.refused', JSON.stringify(data));
      assert.deepEqual(restoredBy(exec), []);
      return (data['findings'] as Finding[]).filter(({ level }) => level === 'block');
    }

    it('owns no part of the database: refused before the restore', async () => {
      const [only, ...more] = await blocking({ noOwner: true });
      assert.deepEqual(more, []);
      assert.deepEqual(only, {
        level: 'block',
        code: 'role.rights',
        data: { role: 'helper', right: 'membership', owner: 'boss', database: 'shop' },
      });
    });

    it('is a member of its owner: that is enough', async () => {
      await server.sql('postgres', 'grant boss to helper');
      const { outcome } = await run({ noOwner: true });
      assert.equal(outcome, 'done');
      const owner = await server.sql(
        'postgres',
        `select pg_get_userbyid(datdba) as o from pg_database where datname = 'shop'`,
      );
      assert.deepEqual(owner, [{ o: 'boss' }]);
    });

    it('may not be the owners of the archive, also of those that it would make', async () => {
      await server.sql('postgres', 'grant boss to helper');
      assert.deepEqual(await blocking(), [
        { level: 'block', code: 'roles.owners', data: { role: 'helper', owners: ['other'] } },
      ]);
      await server.sql('postgres', 'alter role other rename to gone');
      try {
        assert.deepEqual(await blocking({ createRoles: true }), [
          { level: 'block', code: 'roles.owners', data: { role: 'helper', owners: ['other'] } },
        ]);
        assert.deepEqual(
          (await blocking({ mapRoles: { other: 'gone' } })).map((one) => factOf(one, 'owners')),
          [['other', 'gone']],
        );
      } finally {
        await server.sql('postgres', 'alter role gone rename to other');
      }
      await server.sql('postgres', 'grant other to helper');
      assert.equal((await run()).outcome, 'done');
    });

    it('may not create an extension that is not trusted', async () => {
      await server.sql('postgres', 'create database far');
      await server.sql('far', 'create extension postgres_fdw; create extension pg_trgm');
      const found = await blocking({ backup: await taken('far'), noOwner: true, database: 'new', as: 'new' });
      assert.deepEqual(found, [
        { level: 'block', code: 'extensions.untrusted', data: { role: 'helper', extensions: ['postgres_fdw'] } },
      ]);
    });

    it('may not carry over a setting: that shows before a row is restored', async () => {
      await server.sql('postgres', `grant boss to helper; alter database shop set log_statement = 'all'`);
      const { code, data } = await failure(run({ noOwner: true }));
      assert.equal(code, 'restore.swap');
      assert.match(String(data['reason']), /permission denied to set parameter "log_statement"/);
      assert.deepEqual(restoredBy(exec), []);
    });
  });
}

function restoredBy({ ran }: LocalExec): readonly (readonly string[])[] {
  return ran.filter((argv) => argv.includes('-v') && argv.some((word) => word.endsWith('pg_restore')));
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
