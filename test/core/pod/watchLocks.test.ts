import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { noLog } from '../../../src/core/base/log';
import { watchLocks } from '../../../src/core/pod/server/watchLocks';
import type { Progress } from '../../../src/core/base/progress';
import { startServer, type Server } from '../../lab/servers';
import { execIn } from '../openServer';

type Note = Extract<Progress, { type: 'note' }>;

for (const major of [15, 18] as const) {
  describe(`who waits for the locks of a dump, PostgreSQL ${major}`, function () {
    this.timeout(60_000);
    let server: Server;
    const open: Client[] = [];

    before(async () => {
      server = await startServer({ major });
      await server.sql(
        'postgres',
        'create role plain login; create role owner_of_all login; create schema shop authorization owner_of_all; create table shop.orders (); alter table shop.orders owner to owner_of_all',
      );
    });
    after(() => server.stop());
    afterEach(async () => {
      await Promise.all(open.splice(0).map(async (client) => client.end()));
    });

    for (const watcher of ['superuser', 'plain']) {
      it(`is told once, with those behind, and that they go on: seen by ${watcher}`, async () => {
        const notes: Note[] = [];
        const user = watcher === 'superuser' ? server.superuser : watcher;
        const unwatch = watch(user, notes);
        const dump = await session('db-ferry-abc', server.superuser);
        await dump.query('begin; select from shop.orders');
        const alter = (await session('psql', 'owner_of_all')).query(
          `alter table shop.orders add column ${watcher} text`,
        );
        await sleep(300);
        const behind = (await session('shop', 'owner_of_all')).query('select from shop.orders');
        await until(() => notes.length > 0 && Number(factOf(notes[0], 'sessions')) > 0);
        await sleep(1000);
        await dump.query('commit');
        await Promise.all([alter, behind]);
        await until(() => notes.some(({ code }) => code === 'locks.free'));
        unwatch();
        assert.deepEqual(
          notes.map(({ code }) => code),
          ['locks.waiting', 'locks.free'],
        );
        const {
          sessions,
          table,
          mode,
          user: who,
          application,
        } = (notes[0]?.data ?? {}) as Readonly<Record<string, unknown>>;
        assert.ok(sessions === 1 || sessions === 2, String(sessions));
        assert.deepEqual([table, mode, who], ['shop.orders', 'AccessExclusiveLock', 'owner_of_all']);
        assert.equal(application, 'psql');
        assert.ok(Number(factOf(notes[1], 'seconds')) >= 1);
      });
    }

    it('is not told where others wait for each other', async () => {
      const notes: Note[] = [];
      const unwatch = watch('plain', notes);
      const other = await session('db-ferry-abcd', server.superuser);
      await other.query('begin; select from shop.orders');
      const alter = (await session('psql', 'owner_of_all')).query('alter table shop.orders add column other text');
      await sleep(1500);
      await other.query('commit');
      await alter;
      unwatch();
      assert.deepEqual(notes, []);
    });

    function watch(user: string, notes: Note[]): () => void {
      const where = { exec: execIn(server, { PGUSER: user }), access: { bin: '', user, host: server.socketDir } };
      const report = (progress: Progress): void => {
        if (progress.type === 'note') notes.push(progress);
      };
      const work = { report, signal: new AbortController().signal, log: noLog };
      return watchLocks({ ...where }, 'postgres', { application: 'db-ferry-abc', everyMs: 100 }, work);
    }

    async function session(application: string, user: string): Promise<Client> {
      const client = await server.connect('postgres', user);
      open.push(client);
      await client.query(`set application_name = '${application}'`);
      return client;
    }
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries++) {
    assert.ok(tries < 200, 'it did not come');
    await sleep(100);
  }
}
