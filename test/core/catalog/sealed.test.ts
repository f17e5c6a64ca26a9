import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  findBackup,
  findInStore,
  listBackups,
  openArchive,
  listUnsealed,
  readStore,
  removeBackup,
} from '../../../src/core/catalog/catalog';
import { holdBackup, holdOf, releaseHold } from '../../../src/core/catalog/hold';
import { isOurs, type BackupEntry } from '../../../src/core/catalog/manifest';
import { Summaries } from '../../../src/core/catalog/summary';
import { proveBackup, recordVerification, verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { inspectBackup } from '../../../src/core/catalog/inspectBackup';
import { isAppError } from '../../../src/core/base/errors';
import type { Progress } from '../../../src/core/base/progress';
import { canonical } from '../../../src/core/state/canonical';
import { MemoryStore } from '../../../src/core/store/memory';
import { writeOnce, type Store } from '../../../src/core/store/store';
import { postgresBinaries } from '../../lab/binaries';
import { copyInto, putSealed } from './putSealed';

const id = '20261123T051500Z-00ff00';
const place = 'alpha/demo/pg/shop/';

describe('a sealed backup', () => {
  let folder: string;
  let root: string;
  let sealed: string;
  const before = process.env['XDG_STATE_HOME'];
  const said: Progress[] = [];
  const work = { signal: new AbortController().signal, report: (progress: Progress) => void said.push(progress) };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dbf-sealed-'));
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    root = path.join(folder, 'root');
    sealed = await putSealed(root, id, { globals: 'create role app;\n' });
    said.length = 0;
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  it('is a folder named by its id, with a small manifest that refers to all else by size and digest', async () => {
    assert.equal(path.relative(root, sealed), place + id);
    const names = ['contents.json', 'database.dump', 'globals.sql', 'manifest.json', 'manifest.sig', 'report.md'];
    assert.deepEqual((await readdir(sealed)).sort(), names);
    const text = await readFile(path.join(sealed, 'manifest.json'), 'utf8');
    const manifest = JSON.parse(text) as Record<string, unknown> & { files: Record<string, unknown> };
    assert.equal(text, canonical(manifest));
    for (const name of ['tables', 'sequences', 'largeObjects', 'counted']) assert.ok(!(name in manifest), name);
    const facts = names
      .filter((name) => !name.startsWith('manifest'))
      .map(async (name) => {
        const content = await readFile(path.join(sealed, name));
        return [name, { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }];
      });
    assert.deepEqual(manifest.files, Object.fromEntries(await Promise.all(facts)));
  });

  it('is one backup for whoever lists, finds, verifies, proves, inspects or exports it', async () => {
    const [listed] = await listBackups(root);
    const [shown] = await new Summaries().list(root);
    assert.deepEqual(listed, shown);
    assert.deepEqual([listed?.tables, listed?.rows, listed?.manifest.formatVersion], [2, rowsOf(await entry()), 2]);
    assert.ok(isOurs(await entry()));
    const reading = await verifyBackup(await entry(), work);
    assert.deepEqual(reading.tables, (await entry()).manifest.tables);
    assert.equal((await proveBackup(await entry(), work)).blocks.length, 2);
    const { provenance } = await inspectBackup(path.join(sealed, 'database.dump'));
    assert.equal(provenance.state, 'known');
    for (const named of [id, id.slice(0, 9), sealed, path.join(sealed, 'database.dump')]) {
      assert.equal((await findBackup(root, named)).manifest.tables.length, 2, named);
    }
  });

  it('stays as it is whatever is done with it: every file keeps its inode, its time and its bytes', async () => {
    const files = await factsOf(sealed);
    await verifyBackup(await entry(), work);
    await proveBackup(await entry(), work);
    const restored = { level: 'restored', time: new Date().toISOString(), place: 'beta/x/pg-0/shop' } as const;
    await recordVerification(await entry(), restored, work.report);
    await holdBackup(await entry(), { owner: 'audit', reason: 'the case of March' });
    await new Summaries().list(root);
    await releaseHold(await entry());
    assert.deepEqual(await factsOf(sealed, [...files.keys()]), files);
    assert.deepEqual(
      said.filter(({ type }) => type === 'note'),
      [],
    );
    assert.deepEqual(
      (await entry()).manifest.verified.map(({ level, place: at }) => [level, at]),
      [
        ['structure', undefined],
        ['digest', undefined],
        ['restored', 'beta/x/pg-0/shop'],
      ],
    );
  });

  it('where nothing can be written all works but what writes, and says so', async () => {
    const memory = new MemoryStore();
    await copyInto(memory, sealed, `${place}${id}/`);
    const store = readOnly(memory);
    const found = await findInStore(store, id);
    assert.equal((await readStore(store)).entries.length, 1);
    await verifyBackup(found, work);
    assert.equal((await proveBackup(found, work)).blocks.length, 2);
    assert.ok((await openArchive(found)).size > 0);
    const notes = said.flatMap((one) => (one.type === 'note' ? [one.code] : []));
    assert.deepEqual(new Set(notes), new Set(['verification.notRecorded']));
    await assert.rejects(holdBackup(found, { owner: 'x', reason: 'y' }), /read-only/);
    await assert.rejects(removeBackup(found), /read-only/);
    assert.equal((await readStore(store)).entries.length, 1);
  });

  describe('what was changed in it is found', () => {
    for (const name of ['contents.json', 'globals.sql', 'report.md', 'database.dump']) {
      for (const [how, change] of [
        ['changed', async (file: string) => appendFile(file, ' ')],
        ['missing', async (file: string) => rm(file)],
      ] as const) {
        it(`${name} ${how}`, async () => {
          await change(path.join(sealed, name));
          await assert.rejects(
            async () => verifyBackup(await entry(), work),
            (error) => isAppError(error, 'backup.damaged'),
          );
          // the list reads the manifest alone, and stays whole
          assert.equal((await listBackups(root)).length, 1);
        });
      }
    }

    it('contents of another backup, rightly sealed there', async () => {
      const other = await putSealed(root, '20261123T051501Z-00ff00');
      await copyFile(path.join(other, 'contents.json'), path.join(sealed, 'contents.json'));
      await assert.rejects(entry(), (error) => isAppError(error, 'backup.damaged'));
    });

    it('a later format is a row that says so', async () => {
      const manifest = JSON.parse(await readFile(path.join(sealed, 'manifest.json'), 'utf8')) as object;
      await writeFile(path.join(sealed, 'manifest.json'), canonical({ ...manifest, formatVersion: 7 }));
      const summaries = new Summaries();
      assert.deepEqual(await summaries.list(root), []);
      for (const failing of [summaries.unreadable[0]?.error, await entry().catch((error: unknown) => error)]) {
        assert.ok(isAppError(failing, 'backup.newer'));
        assert.deepEqual(failing.data, { backup: sealed, version: 7 });
      }
    });
  });

  describe('what was verified since', () => {
    it('counts where a key that counts here signed it, of this very backup, archive and manifest', async () => {
      const digest = { level: 'digest', time: '2026-11-24T05:15:00.000Z' } as const;
      await recordVerification(await entry(), digest, work.report);
      const [name = ''] = await readdir(path.join(sealed, 'verified'));
      const file = path.join(sealed, 'verified', name);
      assert.match(name, /^20261124T051500Z-digest-[0-9a-f]{6}\.json$/);
      const right = await readFile(file, 'utf8');
      assert.deepEqual(await levels(), ['structure', 'digest']);
      const other = await putSealed(root, '20261123T051501Z-00ff00');
      await mkdir(path.join(other, 'verified'));
      await copyFile(file, path.join(other, 'verified', name));
      assert.deepEqual((await findBackup(root, other)).manifest.verified.length, 1, 'of another backup');
      for (const wrong of [
        right.replace('"digest"', '"restored"'),
        right.replace(/"signature": "..../, '"signature": "AAAA'),
        right.replace(/"signatures": \[[^]*\]/, '"signatures": []'),
        '{}',
        'null',
        'x'.repeat(20_000),
      ]) {
        await writeFile(file, wrong);
        assert.deepEqual(await levels(), ['structure'], wrong.slice(0, 300));
      }
      await writeFile(file, right);
      process.env['XDG_STATE_HOME'] = path.join(folder, 'another');
      assert.deepEqual(await levels(), ['structure'], 'by a key that does not count here');
    });

    it('is checked with stock openssl and pg_restore, as the documentation says', async () => {
      // an archive by pg_dump, which a real pg_restore reads
      await rm(sealed, { recursive: true });
      sealed = await putSealed(root, id, { archive: await readFile('test/golden/0.1.0/foreign.dump') });
      await recordVerification(await entry(), { level: 'digest', time: '2026-11-24T05:15:00.000Z' }, work.report);
      const { pemOf, signingKey } = await import('../../../src/core/state/keys');
      await writeFile(path.join(folder, 'key.pem'), pemOf((await signingKey()).key));
      const [name = ''] = await readdir(path.join(sealed, 'verified'));
      const bin = await postgresBinaries(18);
      const docs = await readFile('docs/backup-format.md', 'utf8');
      const blocks = Array.from(docs.matchAll(/^ {4}(.*\n(?: {4}.*\n)*)/gm), ([block]) => block);
      const commands = blocks.filter((block) => block.includes('openssl') || block.includes('pg_restore -f'));
      assert.equal(commands.length, 3);
      const expected = [/database\.dump: OK[^]*"rows":/, /Verified Successfully/, /Verified Successfully/];
      for (const [at, wanted] of expected.entries()) {
        const script = (commands[at] ?? '')
          .replaceAll(/^ {4}/gm, '')
          .replaceAll('20261124T051500Z-digest-1a2b3c', name.replace('.json', ''));
        const out = execFileSync('bash', ['-euc', `export PATH=${bin}:$PATH\n${script}`], {
          cwd: sealed,
          env: { ...process.env, KEY: path.join(folder, 'key.pem'), TMPDIR: folder },
        });
        assert.match(out.toString(), wanted, script);
      }
    });
  });

  describe('a hold', () => {
    it('keeps it from being deleted, by whomever, until it is taken back', async () => {
      const hold = await holdBackup(await entry(), { owner: 'audit', reason: 'the case of March' });
      assert.deepEqual(await holdOf(await entry()), { ...hold, signed: { ...(await holdOf(await entry()))?.signed } });
      for (const act of [
        async () => removeBackup(await entry()),
        async () => holdBackup(await entry(), { owner: 'b', reason: 'c' }),
      ]) {
        await assert.rejects(act, (error) => isAppError(error, 'backup.held') && error.data['owner'] === 'audit');
      }
      await writeFile(path.join(sealed, 'hold.json'), 'not to be read');
      await assert.rejects(
        async () => removeBackup(await entry()),
        (error) => isAppError(error, 'backup.held'),
      );
      assert.deepEqual((await holdOf(await entry()))?.signed, { by: 'wrong' });
      assert.ok(await releaseHold(await entry()));
      assert.ok(!(await releaseHold(await entry())));
      assert.deepEqual(await removeBackup(await entry()), { state: 'removed' });
      assert.deepEqual(await readdir(path.join(root, place)), []);
    });
  });

  describe('is deleted', () => {
    it('its manifest first: what a crash leaves is no backup', async () => {
      const memory = new MemoryStore();
      await copyInto(memory, sealed, `${place}${id}/`);
      const removed: string[] = [];
      const store = instead(memory, {
        remove: async (key) => {
          removed.push(key.slice(place.length + id.length + 1));
          if (removed.length === 3) throw new Error('killed');
          return memory.remove(key);
        },
      });
      await assert.rejects(async () => removeBackup(await findInStore(store, id)), /killed/);
      assert.deepEqual(removed.slice(0, 2), ['manifest.json', 'manifest.sig']);
      assert.deepEqual(await readStore(store), { entries: [], unreadable: [] });
      assert.equal((await listUnsealed(store)).length, 1);
    });

    it('a lock of its store keeps all of it, and is told with its date', async () => {
      const memory = new MemoryStore();
      await copyInto(memory, sealed, `${place}${id}/`);
      const until = new Date(Date.now() + 86_400_000);
      memory.lock(`${place}${id}/manifest.json`, until);
      assert.deepEqual(await removeBackup(await findInStore(memory, id)), { state: 'retained', until });
      await verifyBackup(await findInStore(memory, id), work);
      memory.lock(`${place}${id}/manifest.json`, new Date(0));
      memory.lock(`${place}${id}/database.dump`, until);
      assert.deepEqual(await removeBackup(await findInStore(memory, id)), { state: 'retained', until });
      assert.deepEqual((await readStore(memory)).entries, []);
    });
  });

  it('is found among many by its name: one manifest is read, and a list reads no contents', async () => {
    const memory = new MemoryStore();
    const ids = Array.from({ length: 300 }, (_, at) => `20261123T05${String(at).padStart(4, '0')}Z-00ff00`);
    const manifest = JSON.parse(await readFile(path.join(sealed, 'manifest.json'), 'utf8')) as object;
    for (const one of ids) await writeOnce(memory, `${place}${one}/manifest.json`, canonical({ ...manifest, id: one }));
    await writeOnce(memory, `${place}${ids[17] ?? ''}/contents.json`, 'x');
    const read: string[] = [];
    const store = instead(memory, {
      get: async (key, most) => {
        read.push(path.basename(key));
        return memory.get(key, most);
      },
    });
    await assert.rejects(findInStore(store, ids[17] ?? ''), (error) => isAppError(error, 'backup.damaged'));
    assert.deepEqual(read, ['manifest.json', 'manifest.sig', 'contents.json']);
    read.length = 0;
    assert.equal((await readStore(store)).entries.length, ids.length);
    assert.equal(read.filter((name) => name === 'manifest.json').length, ids.length);
    assert.ok(!read.includes('contents.json'));
    read.length = 0;
    await assert.rejects(findInStore(store, '20991231'), (error) => isAppError(error, 'backup.unknown'));
    assert.deepEqual(read, []);
  });

  async function entry(): Promise<BackupEntry> {
    return findBackup(root, sealed);
  }

  async function levels(): Promise<string[]> {
    return (await entry()).manifest.verified.map(({ level }) => level);
  }
});

function rowsOf({ manifest }: BackupEntry): number {
  return manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
}

/** Inode, time and digest of each file below a folder. */
async function factsOf(folder: string, names?: readonly string[]): Promise<Map<string, string>> {
  const facts = new Map<string, string>();
  for (const name of names ?? (await readdir(folder, { recursive: true })).sort()) {
    const file = path.join(folder, name);
    const { ino, mtimeMs, size } = await stat(file);
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    facts.set(name, `${ino} ${mtimeMs} ${size} ${sha256}`);
  }
  return facts;
}

/** A store of which some verbs do something else. */
function instead(store: Store, verbs: Partial<Store>): Store {
  return {
    ...{ name: store.name, can: store.can },
    list: store.list.bind(store),
    level: store.level.bind(store),
    stat: store.stat.bind(store),
    open: store.open.bind(store),
    get: store.get.bind(store),
    create: store.create.bind(store),
    remove: store.remove.bind(store),
    ...verbs,
  };
}

/** What a file system that is mounted for reading says, whoever asks: a superuser does not mind modes. */
function readOnly(store: Store): Store {
  const refuse = async (): Promise<never> =>
    Promise.reject(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }));
  return instead(store, { create: refuse, remove: refuse });
}
