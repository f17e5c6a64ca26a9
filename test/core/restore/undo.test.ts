import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { findBackup } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import type { Phase, Progress, Work } from '../../../src/core/base/progress';
import { clean, type Leftover } from '../../../src/core/restore/side/clean';
import { workplace } from '../../../src/core/restore/databaseRow';
import { compareDatabases } from '../../../src/core/compare/diff';
import { release } from '../../../src/core/restore/side/release';
import { drill, restore } from '../../../src/core/restore/restore';
import { createSide, dropQuietly, sideName } from '../../../src/core/restore/side/sideDatabase';
import { undo } from '../../../src/core/restore/side/undo';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { noRecords } from './signedMark';

const work: Work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

describe('after a restore', function () {
  this.timeout(60_000);
  let server: Server;
  let older: Server;
  let root: string;
  let backup: BackupEntry;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    server = await startServer({ major: 18 });
    older = await startServer({ major: 15 });
    for (const one of [server, older]) {
      await one.sql('postgres', 'create database shop');
      await one.sql('shop', contents);
    }
    const options = {
      root,
      cluster: { alias: 'a', server: 'https://a' },
      compress: 'auto',
      job: 'b1',
      asked: { by: 'me' },
    };
    ({ entry: backup } = await backUp(await openServer(server), 'shop', options, work));
    await server.sql('shop', `update items set name = 'later' where id = 1`);
  });
  after(async () => {
    await server.stop();
    await older.stop();
    await rm(root, { recursive: true, force: true });
  });

  const target = async (): Promise<OpenPod> => openServer(server);
  const first = async (): Promise<string> => {
    const [row] = await server.sql<{ name: string }>('shop', 'select name from items where id = 1');
    return row!.name;
  };
  const databases = async (): Promise<string[]> => {
    const sql = `select datname from pg_database where datname like 'shop%' order by 1`;
    return (await server.sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
  };

  it('undo puts back what was, also its own undo; it says what was written since', async () => {
    const common = { database: 'shop', cluster: 'a' };
    await restore({ ...common, backup, target: await target(), as: 'replace', job: 'aaa1' }, work);
    assert.equal(await first(), 'item 1');
    await server.sql(
      'shop',
      `insert into items select g, 'new' from generate_series(1001, 1007) g; select pg_stat_force_next_flush()`,
    );
    const undone = await undo({ ...common, target: await target(), job: 'aaa2', restoredBy: 'aaa1' }, work);
    assert.equal(await first(), 'later');
    assert.equal(undone.written, 7);
    await undo({ ...common, target: await target(), job: 'aaa3' }, work);
    assert.equal(await first(), 'item 1');
    const { removed } = await release({ ...common, job: 'r1', target: await target() }, work);
    assert.equal(removed.length, 1);
    assert.deepEqual(await databases(), ['shop']);
    await assert.rejects(release({ ...common, job: 'r1', target: await target() }, work), (error) =>
      isAppError(error, 'restore.nothingKept'),
    );
    await assert.rejects(undo({ ...common, target: await target(), job: 'aaa4' }, work), (error) =>
      isAppError(error, 'restore.nothingKept'),
    );
  });

  it('what somebody renamed into production is no longer ours to drop', async () => {
    const common = { database: 'moved', cluster: 'a' };
    await restore({ ...common, backup, target: await target(), job: 'mmm1' }, work);
    await restore({ ...common, backup, target: await target(), as: 'replace', job: 'mmm2' }, work);
    await server.sql('postgres', `alter database moved rename to replaced`);
    await server.sql('postgres', `alter database moved__before_mmm2 rename to moved`);
    await assert.rejects(release({ ...common, job: 'r1', target: await target() }, work), (error) =>
      isAppError(error, 'restore.nothingKept'),
    );
    const left = await server.sql(`postgres`, `select datname from pg_database where datname in ('moved', 'replaced')`);
    assert.equal(left.length, 2);
    await server.sql('postgres', 'alter database moved allow_connections true');
    for (const name of ['moved', 'replaced']) await server.sql('postgres', `drop database ${name} with (force)`);
  });

  it('clean drops side databases of dead jobs only', async () => {
    const place = workplace(await target(), 'shop');
    for (const job of ['dead1', 'live1']) {
      const mark = { job, role: 'side', of: 'shop', time: 'now', origin: 'x' } as const;
      await createSide(place, sideName('shop', job), mark, { encoding: 'UTF8' });
    }
    const removed: string[] = [];
    const onRemoved = async ({ name }: Leftover): Promise<void> => void removed.push(name);
    const cleaned = await clean(
      { target: await target(), jobs: [], records: noRecords, isDead: (job) => job === 'dead1', onRemoved },
      work,
    );
    assert.deepEqual(removed, [sideName('shop', 'dead1')]);
    assert.deepEqual(
      cleaned.removed.map(({ name }) => name),
      removed,
    );
    assert.deepEqual(
      cleaned.left.map(({ job }) => job),
      ['live1'],
    );
    await clean({ target: await target(), jobs: [], records: noRecords, isDead: () => true, onRemoved }, work);
    assert.deepEqual(await databases(), ['shop']);
  });

  it('a side database that got its name meanwhile is not gone', async () => {
    const place = workplace(await target(), 'shop');
    const mark = { job: 'late1', role: 'side', of: 'shop_new', time: 'now', origin: 'x' } as const;
    const side = await createSide(place, sideName('shop_new', 'late1'), mark, { encoding: 'UTF8' });
    await server.sql('postgres', `alter database "${side.name}" rename to shop_new`);
    assert.equal((await dropQuietly(place, side, 'late1')).gone, false);
    assert.deepEqual(await databases(), ['shop', 'shop_new']);
    await server.sql('postgres', 'drop database shop_new');
  });

  it('a side database that was made and not marked is dropped', async () => {
    const place = workplace(await target(), 'shop');
    const name = sideName('shop', 'cut1');
    await server.sql('postgres', `create database "${name}" connection limit 5`);
    assert.equal((await dropQuietly(place, { name }, 'cut1')).gone, true);
    assert.deepEqual(await databases(), ['shop']);
  });

  it('commands that stay in the pod are told, also where the database is gone', async () => {
    const place = workplace(await target(), 'shop');
    const mark = { job: 'stuck1', role: 'side', of: 'shop', time: 'now', origin: 'x' } as const;
    const side = await createSide(place, sideName('shop', 'stuck1'), mark, { encoding: 'UTF8' });
    // a shell that hears nothing of USR1
    const stuck = spawn('sh', ['-c', 'sleep 1000; :', 'x', 'PGAPPNAME=db-ferry-stuck1'], { detached: true });
    try {
      const commands = { ended: 0, remaining: 1 };
      assert.deepEqual(await dropQuietly(place, side, 'stuck1'), {
        gone: true,
        end: { ended: 0, remaining: 0, commands },
      });
    } finally {
      process.kill(-(stuck.pid ?? 0), 'SIGKILL');
    }
  });

  it('a drill shows that a backup restores and leaves nothing', async () => {
    const { rows } = await drill({ backup, target: await target(), job: 'ddd1', cluster: 'a' }, work);
    assert.equal(rows, 1000);
    assert.deepEqual(await databases(), ['shop']);
    const { manifest } = await findBackup(root, backup.id);
    assert.deepEqual(
      manifest.verified.filter(({ level }) => level === 'restored').map(({ place }) => place),
      ['a/demo/pg-0'],
    );
  });

  it('diff: of two that are alike, each is half of the way', async () => {
    const percents = new Percents('read');
    await compareDatabases({ backup }, { backup }, 'diff0', percents.work);
    assert.deepEqual([percents.seen.includes(50), percents.seen.at(-1)], [true, 100]);
    assert.deepEqual(
      percents.seen,
      percents.seen.toSorted((a, b) => a - b),
    );
  });

  it('diff: the same, other rows, other definitions, across majors', async () => {
    await server.sql('shop', 'delete from items where id > 1000');
    const pod = await target();
    const live = { pod, database: 'shop' };
    const percents = new Percents('verify');
    const same = await compareDatabases(live, { backup }, 'diff1', percents.work);
    assert.deepEqual(same.differences, []);
    assert.ok(percents.seen.length > 0 && percents.seen.every((percent) => percent <= 99), String(percents.seen));
    const old = { pod: await openServer(older), database: 'shop' };
    const across = await compareDatabases(old, live, 'diff2', work);
    assert.deepEqual(across.differences, []);
    await older.sql(
      'shop',
      `update items set name = 'x' where id = 5; create index on items (name); alter table items alter name set default 'd'`,
    );
    const other = await compareDatabases(old, live, 'diff3', work);
    const found = other.differences.map((one) =>
      one.kind === 'definition' ? `${one.what} ${one.name} ${one.change}` : one.kind,
    );
    assert.deepEqual(found.sort(), [
      'INDEX public.items_name_idx missing right',
      'TABLE public.items changed',
      'content',
    ]);
  });
});

/** Work that remembers the percents of a phase. */
class Percents {
  readonly seen: number[] = [];
  readonly work: Work;

  constructor(phase: Phase) {
    const report = (progress: Progress): void => {
      if (progress.type === 'progress' && progress.phase === phase) this.seen.push(progress.percent ?? NaN);
    };
    this.work = { ...work, report };
  }
}

const contents = `
create table items (id int primary key, name text not null);
insert into items select g, 'item ' || g from generate_series(1, 1000) g;
create view v as select id from items where name <> '';
create function twice(int) returns int language sql as 'select $1 * 2';
`;
