import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupTask } from '../../../src/core/backup/backupTask';
import { noLog } from '../../../src/core/base/log';
import { findBackup, openArchive } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { writeSealed } from '../../../src/core/catalog/sealBackup';
import { proveBackup, verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { compareDatabases } from '../../../src/core/compare/diff';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { compareReadings } from '../../../src/core/postgres/archive/compare/compareReadings';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

describe('backups of two digests', function () {
  this.timeout(120_000);
  const work = { signal: new AbortController().signal, report: () => undefined, log: noLog };
  let server: Server;
  let root: string;
  let source: OpenPod;
  let old: BackupEntry;
  let recent: BackupEntry;

  before(async () => {
    server = await startServer({ major: 18 });
    await server.sql('postgres', 'create database shop');
    await server.sql('shop', filled);
    source = await openServer(server);
    root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    const options: BackupTask = {
      ...{ root, compress: 'none', job: 'j1', asked: { by: 'tester' } },
      cluster: { alias: 'alpha', server: 'https://alpha' },
    };
    ({ entry: recent } = await backUp(source, 'shop', options, work));
    old = await asBefore(recent);
  });
  after(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** The same archive, sealed as it was when there was digest 1 alone. */
  async function asBefore(entry: BackupEntry): Promise<BackupEntry> {
    const folder = path.join(root, 'before');
    await cp(entry.folder, folder, { recursive: true });
    for (const name of ['contents.json', 'manifest.json', 'manifest.sig']) await rm(path.join(folder, name));
    const { tables, largeObjects } = await readArchive((await openArchive(entry)).read(), { digest: 1 });
    const { digest, ...manifest } = entry.manifest;
    assert.equal(digest, 2);
    await writeSealed(folder, { ...manifest, tables, largeObjects }, { sign: true });
    return findBackup('', folder);
  }

  it('are verified and proven each as it was made', async () => {
    assert.match(await readFile(path.join(recent.folder, 'contents.json'), 'utf8'), /"digest": 2/);
    assert.doesNotMatch(await readFile(path.join(old.folder, 'contents.json'), 'utf8'), /"digest": \d/);
    for (const [entry, version] of [
      [recent, 2],
      [old, undefined],
    ] as const) {
      assert.equal((await verifyBackup(entry, work)).digest, version);
      assert.equal((await proveBackup(entry, work)).reading.digest, version);
    }
  });

  it('are equal to each other and to the database, either way round, and show one row that changed', async () => {
    const live = { pod: source, database: 'shop' };
    const pairs = [
      [{ backup: old }, { backup: recent }],
      [{ backup: recent }, { backup: old }],
      [{ backup: old }, live],
      [live, { backup: recent }],
    ] as const;
    for (const [left, right] of pairs) {
      const { equal, rows } = await compareDatabases(left, right, 'j2', work);
      assert.deepEqual([equal, rows], [true, 3003]);
    }
    await server.sql('shop', `update orders set note = 'x' where id = 7; select lo_put(4711, 0, 'X')`);
    for (const backup of [old, recent]) {
      const { differences } = await compareDatabases({ backup }, live, 'j2', work);
      assert.deepEqual(differences.map(({ kind }) => kind).sort(), ['content', 'largeObjects']);
    }
  });

  it('are never compared digest by digest', async () => {
    const [one, other] = [(await proveBackup(old, work)).reading, (await proveBackup(recent, work)).reading];
    assert.throws(() => compareReadings(one, other), /digests 1 and 2/);
  });
});

const filled = `
  create table orders (id int primary key, note text);
  insert into orders select i, case when i % 3 = 0 then null else repeat(md5(i::text), i % 5) end from generate_series(1, 3000) i;
  create table "Odd ""one" (a text, b bytea);
  insert into "Odd ""one" values ('a' || chr(9) || 'b', '\\xdeadbeef'), (E'\\\\N', null), ('', '');
  select lo_from_bytea(4711, 'some content of a large object');`;
