import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupTask } from '../../../src/core/backup/backupTask';
import { archivePath, findBackup, listBackups, listPartials } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { execute, query } from '../../../src/core/pod/server/sql';
import type { Progress, Work } from '../../../src/core/base/progress';
import type { LocalExec } from '../localExec';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

for (const major of [15, 18] as const) {
  describe(`backUp, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;
    let root: string;
    let source: OpenPod & { exec: LocalExec };

    before(async () => {
      server = await startServer({ major });
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', realistic);
      source = await openServer(server);
    });
    after(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    });
    afterEach(async () => {
      await rm(root, { recursive: true, force: true });
      assert.equal(await sessions(), 0, 'a session was left on the server');
    });

    it('makes a backup that stock pg_restore reads and our reader proves', async () => {
      const { work, events } = recorder();
      const describe = async ({ id }: BackupEntry): Promise<string> => `# Backup ${id}\n`;
      const { entry } = await backUp(source, 'shop', { ...options({ count: true }), describe }, work);
      const { manifest } = entry;
      const file = archivePath(entry);
      assert.deepEqual((await readdir(entry.folder)).sort(), [
        'contents.json',
        'database.dump',
        'globals.sql',
        'manifest.json',
        'manifest.sig',
        'report.md',
      ]);
      assert.equal(await readFile(path.join(entry.folder, 'report.md'), 'utf8'), `# Backup ${entry.id}\n`);
      assert.ok('report.md' in (manifest.files ?? {}));
      assert.equal(
        manifest.archive.sha256,
        createHash('sha256')
          .update(await readFile(file))
          .digest('hex'),
      );
      assert.equal(manifest.dump.compression, major >= 16 ? 'zstd:1' : 'gzip:1');
      assert.equal(restore(['-l', file]), 0);
      assert.equal(restore(['-f', '/dev/null', file]), 0);
      const rows = Object.fromEntries(manifest.tables.map((table) => [`${table.schema}.${table.name}`, table.rows]));
      assert.equal(rows['public.orders'], 20_000);
      assert.equal(rows['odd schema.Odd "table"'], 3);
      assert.equal(manifest.counted?.['public.orders'], 20_000);
      assert.equal(manifest.largeObjects.count, 2);
      assert.deepEqual(
        manifest.verified.map((one) => one.level),
        ['structure', 'digest', 'counted'],
      );
      assert.doesNotMatch(await readFile(path.join(entry.folder, 'globals.sql'), 'utf8'), /PASSWORD|SCRAM/);
      assert.deepEqual(phases(events), ['preflight', 'dump', 'read', 'seal']);
      assert.deepEqual(
        (await listBackups(root)).map((one) => one.id),
        [entry.id],
      );
      await verifyBackup(await findBackup(root, entry.id), work);
    });

    it('expects of the next run what the last one took', async () => {
      await backUp(source, 'shop', options(), recorder().work);
      const { work, events } = recorder();
      await backUp(source, 'shop', options(), work);
      assert.equal(events.find((one) => one.type === 'expected')?.basis, 'last run');
    });

    it('fails and leaves nothing when the stream is cut, wherever', async () => {
      for (const cutAfterBytes of [0, 100, 50_000, 200_000]) {
        source.exec.faults.push({ match: 'pg_dump', cutAfterBytes });
        await rejects(backUp(source, 'shop', options(), recorder().work), 'exec.cut');
        await nothingLeft();
      }
      source.exec.faults.push({ match: 'pg_dump', cutAtEnd: true });
      await rejects(backUp(source, 'shop', options(), recorder().work), 'exec.cut');
      await nothingLeft();
      source.exec.faults.push({ match: 'pg_dumpall', cutAtEnd: true });
      await rejects(backUp(source, 'shop', options(), recorder().work), 'exec.cut');
      await nothingLeft();
    });

    it('fails with what pg_dump says when its session is ended', async () => {
      const { work } = recorder((one) => {
        if (one.type === 'phase' && one.phase === 'dump') void endDump();
      });
      await assert.rejects(backUp(source, 'blocked', options(), work), (error) =>
        isAppError(error, 'database.unknown'),
      );
      await server.sql('shop', slow);
      await assert.rejects(
        backUp(source, 'shop', options(), work),
        (error) =>
          isAppError(error, 'exec.failed') && /terminating connection|server closed/.test(error.data['stderr']),
      );
      await nothingLeft();
    });

    it('ends the session and removes the folder when it is cancelled', async () => {
      const stop = new AbortController();
      const { work, events } = recorder((one) => {
        if (one.type === 'phase' && one.phase === 'dump') setTimeout(() => stop.abort(), 60);
      }, stop.signal);
      await rejects(backUp(source, 'shop', options(), work), 'cancelled');
      assert.ok(events.some((one) => one.type === 'note' && one.code === 'sessions.ended'));
      await nothingLeft();
      await rejects(backUp(source, 'shop', options(), work), 'cancelled');
    });

    it('refuses before anything is written when the disk has no room', async () => {
      const full = options({ room: () => Promise.resolve({ free: 1000, reserve: 1000 }) });
      await assert.rejects(backUp(source, 'shop', full, recorder().work), (error) => {
        assert.ok(isAppError(error, 'backup.refused'));
        return JSON.stringify(error.data).includes('disk.full');
      });
      await nothingLeft();
    });

    it('stops at the reserve while it runs, also when the dump waits for a lock', async () => {
      const holder = await server.connect('shop');
      let free = 1e12;
      const { work } = recorder((one) => {
        if (one.type === 'phase' && one.phase === 'dump') free = 10;
      });
      try {
        await holder.query('begin; lock table orders');
        const filling = options({ room: () => Promise.resolve({ free, reserve: 100 }) });
        await rejects(backUp(source, 'shop', filling, work), 'disk.full');
      } finally {
        await holder.end();
      }
      await nothingLeft();
    });

    it('refuses a role whose dump would lack rows or tables', async () => {
      const limited: OpenPod = {
        ...source,
        facts: { ...source.facts, access: { ...source.facts.access, user: 'reader', superuser: false } },
      };
      await assert.rejects(backUp(limited, 'shop', options(), recorder().work), (error) => {
        assert.ok(isAppError(error, 'backup.refused'));
        const codes = error.data.findings.map((one) => one.code);
        return codes.includes('dump.rowSecurity') && codes.includes('dump.unreadable');
      });
    });

    it('finds every kind of damage afterwards', async () => {
      const { work } = recorder();
      const { entry } = await backUp(source, 'shop', options(), work);
      const file = archivePath(entry);
      const whole = await readFile(file);
      const flip = async (at: number): Promise<void> => {
        const copy = Buffer.from(whole);
        copy[at]! ^= 1;
        await writeFile(file, copy);
      };
      for (const at of [0, 20, 500, whole.length >> 1, whole.length - 1]) {
        await flip(at);
        await rejects(verifyBackup(entry, work), 'backup.damaged');
      }
      for (const keep of [0, 10, 5000, whole.length - 1]) {
        await writeFile(file, whole.subarray(0, keep));
        await rejects(verifyBackup(entry, work), 'backup.damaged');
      }
      await writeFile(file, whole);
      await appendFile(file, 'x');
      await rejects(verifyBackup(entry, work), 'backup.damaged');
      await writeFile(file, whole);
      await verifyBackup(entry, work);
      await appendFile(path.join(entry.folder, 'globals.sql'), 'create role intruder superuser;\n');
      await rejects(verifyBackup(entry, work), 'backup.damaged');
      await rm(file);
      await rejects(verifyBackup(entry, work), 'backup.damaged');
    });

    it('says of a foreign archive that its integrity is not provable', async () => {
      const made = await backUp(source, 'shop', options(), recorder().work);
      const foreign = path.join(root, 'theirs.dump');
      await writeFile(foreign, await readFile(archivePath(made.entry)));
      const { work, events } = recorder();
      const reading = await verifyBackup(await findBackup(root, foreign), work);
      assert.equal(reading.sha256, made.entry.manifest.archive.sha256);
      assert.ok(events.some((one) => one.type === 'note' && one.code === 'integrity.notProvable'));
      const handle = await open(foreign, 'r+');
      await handle.truncate(20_000);
      await handle.close();
      await rejects(verifyBackup(await findBackup(root, foreign), work), 'archive.damaged');
    });

    function sql(): { exec: LocalExec; access: OpenPod['facts']['access'] } {
      return { exec: source.exec, access: source.facts.access };
    }

    function options(more: Partial<BackupTask> = {}): BackupTask {
      return {
        root,
        cluster: { alias: 'alpha', server: 'https://alpha:6443' },
        compress: 'auto',
        job: 'test',
        asked: { by: 'tester' },
        ...more,
      };
    }

    async function nothingLeft(): Promise<void> {
      assert.deepEqual([await listPartials(root), await listBackups(root)], [[], []]);
      assert.equal(await sessions(), 0);
    }

    async function sessions(): Promise<number> {
      const [count] = await query<number>(
        sql(),
        'postgres',
        `select to_json(count(*)) from pg_stat_activity where application_name = 'db-ferry-test'`,
      );
      return count ?? -1;
    }

    async function endDump(): Promise<void> {
      for (let i = 0; i < 200 && (await sessions()) === 0; i += 1);
      await execute(
        sql(),
        'postgres',
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'db-ferry-test'`,
      );
    }

    function restore(args: readonly string[]): number | null {
      return spawnSync(path.join(server.bin, 'pg_restore'), args, { stdio: 'ignore' }).status;
    }
  });
}

function recorder(
  also: (progress: Progress) => void = () => undefined,
  signal = new AbortController().signal,
): { work: Work; events: Progress[] } {
  const events: Progress[] = [];
  const report = (progress: Progress): void => {
    events.push(progress);
    also(progress);
  };
  return { events, work: { report, signal, log: noLog } };
}

function phases(events: readonly Progress[]): string[] {
  return events.flatMap((one) => (one.type === 'phase' ? [one.phase] : []));
}

async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(isAppError(error), String(error));
    assert.equal(error.code, code, error.message);
    return true;
  });
}

/** Small, but with what dumps stumble over. */
const realistic = `
create role reader login;
create table orders (id bigint primary key, at timestamptz not null default now(), note text, payload jsonb, raw bytea);
insert into orders select i, now(), md5(i::text), jsonb_build_object('n', i), decode(md5(i::text), 'hex') from generate_series(1, 20000) i;
create schema "odd schema";
create table "odd schema"."Odd ""table""" ("a b" text, "tab	ulator" int);
insert into "odd schema"."Odd ""table""" values (E'line\\nbreak', 1), (E'\\\\N', 2), (null, 3);
create table empty (id int);
create table secret (id int, owner text);
alter table secret enable row level security;
create policy own on secret using (owner = current_user);
grant select on orders, secret to reader;
create sequence counter; select setval('counter', 41);
select lo_from_bytea(0, 'one'), lo_from_bytea(0, decode(repeat('00ff', 5000), 'hex'));
create materialized view totals as select count(*) from orders;
create table part (id int, region text) partition by list (region);
create table part_a partition of part for values in ('a');
insert into part values (1, 'a');
`;

/** Makes the dump last: tables large enough that the session can be ended in the middle. */
const slow = `create table if not exists big as select i, repeat(md5(i::text), 20) as filler from generate_series(1, 60000) i;`;
