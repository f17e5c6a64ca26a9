import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findBackup, listBackups } from '../../../src/core/catalog/catalog';
import { listIndexed } from '../../../src/core/catalog/listIndexed';
import { signManifest } from '../../../src/core/catalog/signature';
import { recordVerification } from '../../../src/core/catalog/verifyBackup';
import { canonical } from '../../../src/core/state/canonical';
import { trustKey } from '../../../src/core/state/keys';
import { rootState } from '../../../src/core/state/stateFolder';
import { localStore } from '../../../src/core/store/local';
import type { Store } from '../../../src/core/store/store';
import { putSealed } from './putSealed';

const first = '20261123T051500Z-00ff00';

describe('a list of many backups', () => {
  let folder: string;
  let root: string;
  let one: string;
  const before = process.env['XDG_STATE_HOME'];
  const many = 60;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dbf-index-'));
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    root = path.join(folder, 'root');
    one = await putSealed(root, first);
    const manifest = JSON.parse(await readFile(path.join(one, 'manifest.json'), 'utf8')) as object;
    for (let at = 1; at < many; at += 1) {
      const id = `20261123T05${String(1500 + at)}Z-00ff00`;
      const made = path.join(path.dirname(one), id);
      await mkdir(made, { mode: 0o700 });
      await writeFile(path.join(made, 'manifest.json'), canonical({ ...manifest, id }));
    }
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  it('reads each manifest once, and again only when something of its backup has changed', async () => {
    assert.equal(await read(), many);
    assert.equal(await read(), 0, 'nothing has changed');
    const digest = { level: 'digest', time: '2026-11-24T05:15:00.000Z' } as const;
    await recordVerification(await findBackup(root, first), digest, () => assert.fail('not written'));
    assert.equal(await read(), 1, 'it was verified');
    assert.deepEqual((await listBackups(root))[0]?.manifest.verified.at(-1), digest);
    await signManifest(path.join(path.dirname(one), '20261123T051501Z-00ff00'), { not: 'what it says' });
    assert.equal(await read(), 1, 'a signature was put beside it');
    assert.deepEqual((await listBackups(root))[1]?.signed, { by: 'wrong' });
  });

  it('is not fooled by a manifest that was changed in place and given its time again', async () => {
    await read();
    const file = path.join(one, 'manifest.json');
    const { atime, mtime } = await stat(file);
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"by":"someone@somewhere"', '"by":"someone@elsewhere"'));
    await utimes(file, atime, mtime);
    assert.deepEqual([(await stat(file)).size, (await stat(file)).mtimeMs], [text.length, mtime.getTime()]);
    assert.equal(await read(), 1);
    assert.deepEqual((await listBackups(root))[0]?.signed, { by: 'wrong' });
  });

  it('whose signature counts is asked anew when a key is trusted, and a spoiled index is none', async () => {
    await read();
    await trustKey(`ed25519:${'A'.repeat(43)}=`, 'the night');
    assert.equal(await read(), many);
    const index = path.join(rootState(root), 'catalog');
    const [name = ''] = await readdir(index);
    for (const spoiled of ['', 'null', '{"format":"db-ferry-index-1"}', '{"format":"db-ferry-index-2","backups":{}}']) {
      await writeFile(path.join(index, name), spoiled);
      assert.equal(await read(), many, spoiled);
    }
    assert.equal(await read(), 0);
  });

  /** Lists as a new process does; returns how many manifests were read. */
  async function read(): Promise<number> {
    const store = localStore(root);
    let manifests = 0;
    const counting: Store = {
      ...{ name: store.name, can: store.can },
      list: store.list.bind(store),
      level: store.level.bind(store),
      stat: store.stat.bind(store),
      open: store.open.bind(store),
      get: async (key, most) => {
        if (key.endsWith('/manifest.json')) manifests += 1;
        return store.get(key, most);
      },
      create: store.create.bind(store),
      remove: store.remove.bind(store),
    };
    const { known, unreadable } = await listIndexed(root, {}, { store: counting });
    assert.deepEqual([known.size, unreadable], [many, []]);
    return manifests;
  }
});
