import assert from 'node:assert/strict';
import { noLog } from '../../../src/core/base/log';
import { planRelease, release } from '../../../src/core/restore/side/release';
import { keptName } from '../../../src/core/restore/side/sideDatabase';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { markSigned } from './signedMark';

const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

describe('release', function () {
  this.timeout(120_000);
  let server: Server;
  const kept = keptName('shop', 'abc1');

  before(async () => {
    server = await startServer({
      major: 16,
      settings: { wal_level: 'logical', max_replication_slots: '4' },
    });
  });
  after(() => server.stop());
  beforeEach(async () => {
    await server.sql('postgres', `create database ${kept}`);
    await server.sql(kept, `create table t as select generate_series(1, 1000) as i`);
    await server.sql(kept, `select pg_create_logical_replication_slot('paused', 'test_decoding')`);
    await markSigned(server, kept, {
      job: 'abc1',
      role: 'kept',
      of: 'shop',
      time: '2026-01-01T00:00:00Z',
      origin: 'x',
    });
    await server.sql('postgres', `alter database ${kept} allow_connections false`);
  });

  const request = async (): Promise<Parameters<typeof release>[0]> => ({
    ...{ target: await openServer(server), database: 'shop', cluster: 'a', job: 'r1' },
  });
  const slots = async (): Promise<unknown[]> => server.sql('postgres', 'select slot_name from pg_replication_slots');

  it('drops no replication slot that nobody spoke of', async () => {
    const plan = await planRelease(await request(), work.signal);
    assert.deepEqual(plan.slots, [{ name: 'paused', database: kept, active: false }]);
    await assert.rejects(release(await request(), work), {
      code: 'release.slots',
      data: { databases: [kept], slots: ['paused'] },
    });
    assert.deepEqual(await slots(), [{ slot_name: 'paused' }]);
    const { removed, slots: gone } = await release({ ...(await request()), dropSlots: true }, work);
    assert.deepEqual([removed, gone], [[kept], ['paused']]);
    assert.deepEqual(await slots(), []);
  });

  it('what the server does not drop stays, and is named as what remains, never as removed', async () => {
    const newer = keptName('shop', 'abc2');
    await server.sql('postgres', `create database ${newer}`);
    const mark = { job: 'abc2', role: 'kept', of: 'shop', time: '2026-01-02T00:00:00Z', origin: 'x' } as const;
    await markSigned(server, newer, mark);
    await server.sql('postgres', `alter database ${newer} is_template true`);
    const there = async (): Promise<unknown[]> =>
      server.sql('postgres', `select datname from pg_database where datname like 'shop%' order by 1`);
    const some = { ...(await request()), dropSlots: true };
    // alone, nothing is dropped yet
    await assert.rejects(release({ ...some, restoredBy: 'abc2' }, work), { code: 'exec.failed' });
    assert.deepEqual(await there(), [{ datname: kept }, { datname: newer }]);
    const { removed, remaining, slots: gone } = await release(some, work);
    assert.deepEqual([removed, remaining, gone], [[kept], [newer], ['paused']]);
    assert.deepEqual(await there(), [{ datname: newer }]);
    await server.sql('postgres', `alter database ${newer} is_template false`);
    assert.deepEqual((await release(some, work)).removed, [newer]);
    assert.deepEqual(await there(), []);
  });

  it('cancelled between two databases, the rest remains; before the first, nothing is done', async () => {
    const newer = keptName('shop', 'abc2');
    await server.sql('postgres', `create database ${newer}`);
    const mark = { job: 'abc2', role: 'kept', of: 'shop', time: '2026-01-02T00:00:00Z', origin: 'x' } as const;
    await markSigned(server, newer, mark);
    const some = { ...(await request()), dropSlots: true };
    await assert.rejects(release(some, { ...work, signal: AbortSignal.abort() }), { code: 'cancelled' });
    const stop = new AbortController();
    const exec = some.target.exec;
    const feed = exec.feed.bind(exec);
    exec.feed = async (...args) => {
      const end = await feed(...args);
      const left = await server.sql('postgres', `select datname from pg_database where datname = '${kept}'`);
      if (left.length === 0) stop.abort();
      return end;
    };
    const { removed, remaining } = await release(some, { ...work, signal: stop.signal });
    assert.deepEqual([removed, remaining], [[kept], [newer]]);
    exec.feed = feed;
    assert.deepEqual((await release(some, work)).removed, [newer]);
  });

  it('a kept database has a size in every list of databases', async () => {
    const { facts } = await openServer(server);
    const bytes = facts.databases.find(({ name }) => name === kept)?.bytes ?? 0;
    assert.ok(bytes > 1_000_000, String(bytes));
    await release({ ...(await request()), dropSlots: true }, work);
  });
});
