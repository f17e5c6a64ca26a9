import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { isAppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Work } from '../../../src/core/base/progress';
import { archivePath, findBackup, readCatalog } from '../../../src/core/catalog/catalog';
import { exportBackup } from '../../../src/core/catalog/exportBackup';
import { inspectBackup } from '../../../src/core/catalog/inspectBackup';
import type { BackupEntry, BackupSummary } from '../../../src/core/catalog/manifest';
import { rotateKey } from '../../../src/core/catalog/rotateKey';
import { newestEncrypted, testKey } from '../../../src/core/catalog/testKey';
import { verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { makeIdentity, type WrittenIdentity } from '../../../src/core/encrypt/identity';
import { useIdentities } from '../../../src/core/encrypt/ownIdentities';
import { addRecipient } from '../../../src/core/encrypt/recipients';
import { restore } from '../../../src/core/restore/restore';
import { recoveryKit } from '../../../src/words/recoveryKit';
import { startServer, type Server } from '../../lab/servers';
import { otherAges } from '../encrypt/otherAge';
import { openServer } from '../openServer';

describe('an encrypted backup', function () {
  this.timeout(300_000);
  let server: Server;
  let source: Awaited<ReturnType<typeof openServer>>;
  let folder: string;
  let root: string;
  let recovery: WrittenIdentity;
  let team: WrittenIdentity;
  let entry: BackupEntry;
  let jobs = 0;
  const before_ = process.env['XDG_STATE_HOME'];

  const work: Work = { signal: new AbortController().signal, report: () => undefined, log: noLog };
  const take = async (encrypt = true): Promise<BackupEntry> => {
    const cluster = { alias: 'a', server: 'https://a' };
    const asked = { by: 'me' };
    const options = { root, cluster, compress: 'none', job: `job${++jobs}`, asked, encrypt };
    const describe_ = async (): Promise<string> => '# Report of canary_table\n';
    return (await backUp(source, 'shop', { ...options, describe: describe_ }, work)).entry;
  };
  const refuses = async (code: string, act: Promise<unknown>, reason?: RegExp): Promise<void> =>
    assert.rejects(act, (error) => {
      assert.ok(isAppError(error) && error.code === code, String(error));
      assert.ok(!JSON.stringify(error).includes('AGE-SECRET-KEY'), 'a secret in an error');
      if (reason) assert.match(String(error.data['reason']), reason);
      return true;
    });

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-encrypted-'));
    root = path.join(folder, 'root');
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    server = await startServer({ major: 17 });
    await server.sql('postgres', 'create role canary_role');
    await server.sql('postgres', 'create database shop');
    await server.sql('shop', contents);
    source = await openServer(server);
    [recovery, team] = [await makeIdentity(), await makeIdentity()];
    await refuses('recovery.missing', take());
    await addRecipient({ key: team.recipient, role: 'team', name: 'team' });
    await refuses('recovery.missing', take());
    assert.deepEqual((await readCatalog(root)).entries, []);
    await addRecipient({ key: recovery.recipient, role: 'recovery', name: 'safe' });
    entry = await take();
  });
  after(async () => {
    process.env['XDG_STATE_HOME'] = before_;
    useIdentities([]);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => useIdentities([team]));

  const files = ['contents.json.age', 'database.dump.age', 'globals.sql.age', 'key.1.age', 'report.md.age'];

  it('has nothing in clear but sizes and times: no row, no name of a table or a role', async () => {
    assert.deepEqual((await readdir(entry.folder)).sort(), [...files, 'manifest.json', 'manifest.sig'].sort());
    for (const name of await readdir(entry.folder)) {
      const content = await readFile(path.join(entry.folder, name));
      for (const canary of ['canary_table', 'canary-row', 'canary_role', 'PGDMP', 'AGE-SECRET-KEY']) {
        assert.ok(!content.includes(canary), `${canary} in ${name}`);
      }
      assert.equal((await stat(path.join(entry.folder, name))).mode & 0o777, 0o600);
    }
    const [listed] = (await readCatalog(root)).entries;
    assert.deepEqual([listed?.tables, listed?.rows, listed?.signed?.by], [3, 2012, 'own']);
    assert.match(listed?.manifest.encryption?.recipient ?? '', /^age1/);
  });

  it('is listed without a key, and opened by each of its recipients alone', async () => {
    for (const own of [team, recovery]) {
      useIdentities([await makeIdentity(), own]);
      const found = await findBackup(root, entry.id);
      assert.deepEqual(found.manifest.tables, entry.manifest.tables);
      assert.deepEqual(found.manifest.roles, entry.manifest.roles);
      const reading = await verifyBackup(found, work);
      assert.equal(reading.sha256, entry.manifest.archive.sha256);
    }
    useIdentities([]);
    await refuses('encrypted.noIdentity', findBackup(root, entry.id));
    await refuses('encrypted.noIdentity', findBackup(root, entry.folder));
    await refuses('encrypted.noIdentity', inspectBackup(archivePath(entry)));
    useIdentities([await makeIdentity()]);
    await refuses('encrypted.locked', findBackup(root, entry.id), /identity/);
    assert.equal((await readCatalog(root)).entries.length, 1);
  });

  it('is inspected, exported and restored in several streams like one in clear', async () => {
    const found = await findBackup(root, entry.id);
    const { contents: seen, provenance } = await inspectBackup(archivePath(found));
    assert.equal(provenance.state, 'known');
    assert.ok(seen.tables.some(({ name }) => name === 'canary_table'));
    const file = path.join(folder, 'exported.dump');
    await exportBackup(found, file, { ...work, root });
    assert.match(
      execFileSync(path.join(server.bin, 'pg_restore'), ['-l', file]).toString(),
      /TABLE DATA public canary_table/,
    );
    const target = await openServer(server);
    const pod = { ...target, facts: { ...target.facts, cores: 3 } };
    const { outcome, differences } = await restore(
      { backup: found, target: pod, database: 'copied', job: 'abcdef', cluster: 'b', streams: 3 },
      work,
    );
    assert.equal(outcome, 'done', JSON.stringify(differences));
    assert.deepEqual(await server.sql('copied', digest), await server.sql('shop', digest));
  });

  it('comes back without DB Ferry by the two commands that the kit prints', async () => {
    const page = recoveryKit({ identity: recovery.opens, recipient: recovery.recipient, date: '2026-11-30' });
    const commands = page
      .split('\n')
      .flatMap((line) => (line.startsWith('#     age -d') ? [line.slice(2).trim()] : []));
    assert.equal(commands.length, 2);
    const env = {
      ...{ PGHOST: '127.0.0.1', PGPORT: String(server.port), PGUSER: server.superuser },
      ...{ LD_LIBRARY_PATH: path.join(server.bin, '..', 'lib') },
    };
    const found = await otherAges();
    for (const other of found) {
      const name = `back_${other.name}`;
      await server.sql('postgres', `create database ${name}`);
      const at = await mkdtemp(path.join(folder, 'elsewhere-'));
      for (const file of ['key.1.age', 'database.dump.age'])
        await copyFile(path.join(entry.folder, file), path.join(at, file));
      await writeFile(path.join(at, 'recovery.key'), page);
      if (other.name === 'age') {
        // as a person types them
        const script = commands.join('\n').replace('-d shop', `-d ${name}`);
        const bin = `${other.bin}:${server.bin}:/usr/bin:/bin`;
        execFileSync('sh', ['-e', '-c', script], { cwd: at, env: { ...env, PATH: bin } });
      } else {
        const key = await other.decrypt(await readFile(path.join(at, 'key.1.age')), page);
        const archive = await other.decrypt(await readFile(path.join(at, 'database.dump.age')), key.toString());
        const pgRestore = path.join(server.bin, 'pg_restore');
        execFileSync(pgRestore, ['-d', name], { input: archive, env: { ...env, PATH: '/usr/bin:/bin' } });
      }
      assert.deepEqual(await server.sql(name, digest), await server.sql('shop', digest), other.name);
    }
  });

  it('damaged anywhere, or with the key of another backup, it is refused with place and reason', async () => {
    const second = await take();
    const at = path.join(folder, 'damaged', path.basename(entry.folder));
    const look = async (): Promise<void> => {
      useIdentities([team]);
      await verifyBackup(await findBackup(root, at), work);
    };
    const again = async (): Promise<void> => cp(entry.folder, at, { recursive: true, force: true });
    await again();
    await look();
    const flip = async (name: string, where: number): Promise<void> => {
      const handle = await open(path.join(at, name), 'r+');
      const place = where < 0 ? (await handle.stat()).size + where : where;
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, place);
      await handle.write(Buffer.from([buffer.readUInt8(0) ^ 1]), 0, 1, place);
      await handle.close();
    };
    for (const [name, where, code, reason] of [
      ['key.1.age', -1, 'encrypted.damaged', /changedOrCut/],
      ['key.1.age', 100, 'encrypted.damaged', /header|mac/],
      ['contents.json.age', -1, 'backup.damaged', /^file.sealed$/],
      ['globals.sql.age', 300, 'backup.damaged', /^file\./],
      ['database.dump.age', 30, 'encrypted.damaged', /header|mac/],
      ['database.dump.age', 300, 'encrypted.damaged', /changed/],
      ['database.dump.age', 70_000, 'encrypted.damaged', /changed/],
      ['database.dump.age', -1, 'encrypted.damaged', /changedOrCut/],
    ] as const) {
      await again();
      await flip(name, where);
      await assert.rejects(look(), (error) => {
        assert.ok(isAppError(error), String(error));
        // what is for us in a header that was changed is not for us any more
        assert.ok(error.code === code || error.code === 'encrypted.locked', `${name} ${where}: ${error.code}`);
        if (error.code === code) assert.match(String(error.data['reason']), reason, `${name} ${where}`);
        return true;
      });
    }
    await again();
    await copyFile(path.join(second.folder, 'key.1.age'), path.join(at, 'key.1.age'));
    await refuses('encrypted.damaged', look(), /foreignKey/);
    await again();
    await copyFile(path.join(second.folder, 'database.dump.age'), path.join(at, 'database.dump.age'));
    await refuses('encrypted.locked', look(), /identity/);
    await again();
    await rm(path.join(at, 'key.1.age'));
    await refuses('backup.damaged', look(), /^key.missing$/);
  });

  it('is opened to others by one more key file; nothing of it is touched, and each opens it by its own', async () => {
    const joined = await makeIdentity();
    const [summary] = (await readCatalog(root)).entries.filter(({ id }) => id === entry.id);
    assert.ok(summary);
    const before = await snapshot(entry.folder);
    assert.equal(await rotateKey(summary, [recovery.recipient, joined.recipient]), 'key.2.age');
    assert.equal(await rotateKey(summary, [recovery.recipient]), 'key.3.age');
    const after = await snapshot(entry.folder);
    for (const [name, content] of before) assert.ok(after.get(name)?.equals(content), name);
    assert.equal(after.size, before.size + 2);
    for (const own of [joined, team, recovery]) {
      useIdentities([own]);
      await verifyBackup(await findBackup(root, entry.id), work);
    }
    useIdentities([await makeIdentity()]);
    await refuses('encrypted.locked', rotateKey(summary, [recovery.recipient]));
    await refuses('usage', rotateKey(clearOf(summary), [recovery.recipient]));
  });

  it('a test of a key opens the newest of each database, and files that it did', async () => {
    await take(false);
    const newest = newestEncrypted((await readCatalog(root)).entries);
    assert.equal(newest.length, 1);
    const [last] = newest;
    assert.ok(last && last.id !== entry.id);
    const tested = await testKey(last, [recovery]);
    assert.ok(tested.opened && tested.recorded && tested.keyFile === 'key.1.age');
    const filed = (await readCatalog(root)).entries.find(({ id }) => id === last.id);
    assert.deepEqual(filed?.manifest.verified.at(-1)?.level, 'key');
    const refused = await testKey(last, [await makeIdentity()]);
    assert.ok(!refused.opened && refused.error.code === 'encrypted.locked');
    const handle = await open(path.join(last.folder, 'database.dump.age'), 'r+');
    await handle.truncate((await handle.stat()).size - 1);
    await handle.close();
    const damaged = await testKey(last, [recovery]);
    assert.ok(!damaged.opened && damaged.error.code === 'encrypted.damaged');
  });
});

function clearOf(summary: BackupSummary): BackupSummary {
  const manifest = Object.fromEntries(Object.entries(summary.manifest).filter(([name]) => name !== 'encryption'));
  return { ...summary, manifest: manifest as unknown as BackupSummary['manifest'] };
}

async function snapshot(folder: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) found.set(entry.name, await readFile(path.join(folder, entry.name)));
  }
  return found;
}

const contents = `
create table canary_table (id int primary key, note text);
insert into canary_table select i, 'canary-row ' || i || repeat('x', 200) from generate_series(1, 1000) i;
create table other (id int primary key, of int references canary_table, at timestamptz default now());
insert into other select i, i from generate_series(1, 1000) i;
create table third (id int);
insert into third select generate_series(1, 12);
grant select on canary_table to canary_role;
`;
const digest = `select (select md5(string_agg(t::text, ',' order by id)) from canary_table t) a,
  (select md5(string_agg(t::text, ',' order by id)) from other t) b, (select count(*) from third) c`;
