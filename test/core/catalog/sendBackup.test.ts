import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { findBackup, findInStore } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { sendBackup } from '../../../src/core/catalog/sendBackup';
import { MemoryStore } from '../../../src/core/store/memory';
import type { Store } from '../../../src/core/store/store';
import { putBackup } from './putBackup';

describe('a backup that is sent', () => {
  const signal = new AbortController().signal;
  let root: string;
  let entry: BackupEntry;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-sent-'));
    await putBackup(root, '20261123T051500Z-00ff00');
    entry = await findBackup(root, '20261123T051500Z-00ff00');
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('by two at once is whole: who comes second takes nothing of it away', async () => {
    const store = new MemoryStore();
    // the other one is through just before ours seals
    const late: Store = intercepted(store, async (key) => {
      if (key.endsWith('/manifest.json')) await sendBackup(entry, store, { signal });
    });
    await assert.rejects(sendBackup(entry, late, { signal }), (error) => isAppError(error, 'store.exists'));
    assert.equal((await sendBackup(entry, store, { signal })).state, 'there');
    assert.equal((await findInStore(store, entry.id)).manifest.archive.sha256, entry.manifest.archive.sha256);
  });

  it('is not sent where another sender took back meanwhile what both wrote', async () => {
    const store = new MemoryStore();
    const robbed: Store = intercepted(store, async (key) => {
      if (!key.endsWith('/manifest.json')) return;
      const archive = key.replace('manifest.json', entry.manifest.archive.file);
      assert.ok(await store.stat(archive));
      await store.remove(archive);
    });
    await assert.rejects(sendBackup(entry, robbed, { signal }), (error) => isAppError(error, 'store.cut'));
    assert.deepEqual(await store.level(''), { folders: [], objects: [], refused: [] });
  });

  it('and breaks off leaves nothing', async () => {
    const store = new MemoryStore();
    const failing: Store = intercepted(store, async (key) => {
      if (key.endsWith('/manifest.json')) throw new Error('gone');
    });
    await assert.rejects(sendBackup(entry, failing, { signal }), { code: 'internal', data: { message: 'gone' } });
    assert.deepEqual(await store.level(''), { folders: [], objects: [], refused: [] });
  });
});

/** A store in front of which something happens before an object is begun. */
function intercepted(store: MemoryStore, before: (key: string) => Promise<void>): Store {
  return new Proxy<Store>(store, {
    get(target, name) {
      if (name === 'create') {
        return async (key: string) => {
          await before(key);
          return target.create(key);
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
