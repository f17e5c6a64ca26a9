import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { localStore } from '../../../src/core/store/local';
import { MemoryStore } from '../../../src/core/store/memory';
import { writeOnce, type Store } from '../../../src/core/store/store';
import { storeContract } from '../../contract/storeContract';

describe('a store in memory', () => {
  storeContract(async () => {
    const store = new MemoryStore();
    return {
      store,
      full: async (capacity) => new MemoryStore({ capacity }),
      locked: async (key, until) => {
        store.lock(key, until);
        return store;
      },
      spoil: async (key) => {
        await store.remove(key);
        await writeOnce(store, key, 'other');
      },
      fill: async (keys) => {
        for (const key of keys) await writeOnce(store, key, key);
      },
      leftovers: async () => store.uploads,
    };
  });
});

describe('a store on a disk', () => {
  let folder: string;
  let root: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-store-'));
    root = join(folder, 'root');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describe('as every store', () => {
    storeContract(async () => ({
      store: localStore(root),
      full: async (bytes) => localStore(join(folder, 'small'), { make: onSmallDisk(bytes) }),
      locked: async (key, until) => behindLock(localStore(root), key, until),
      spoil: async (key) => truncate(join(root, key), (await stat(join(root, key))).size / 2),
      fill: async (keys) => {
        for (const key of keys) {
          await mkdir(dirname(join(root, key)), { recursive: true });
          await writeFile(join(root, key), key);
        }
      },
      leftovers: async () => (await hiddenIn(folder)).length,
    }));
  });

  it('keeps folders and files to their owner', async () => {
    await writeOnce(localStore(root), 'a/b', 'x');
    for (const [name, mode] of [
      ['', 0o700],
      ['a', 0o700],
      ['a/b', 0o600],
    ] as const) {
      assert.equal((await stat(join(root, name))).mode & 0o777, mode, name);
    }
  });

  it('follows no link, enters none, and hangs on nothing', async () => {
    const store = localStore(root);
    await writeOnce(store, 'real/o', 'inside');
    await writeFile(join(folder, 'secret'), 'SECRET');
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere', 'o'), 'SECRET');
    await symlink(join(folder, 'secret'), join(root, 'real', 'link'));
    await symlink(join(folder, 'elsewhere'), join(root, 'out'));
    await symlink(join(root, 'real'), join(root, 'around'));
    execFileSync('mkfifo', [join(root, 'real', 'pipe')]);
    for (const key of ['real/link', 'real/pipe', 'out/o', 'around/o']) {
      await assert.rejects(store.open(key), (error) => isAppError(error, 'file.refused'), key);
    }
    for (const key of ['out/new', 'around/new', 'out/deeper/new']) {
      await assert.rejects(store.create(key), (error) => isAppError(error, 'file.refused'), key);
    }
    await assert.rejects(store.remove('out/o'), (error) => isAppError(error, 'file.refused'));
    await assert.rejects(store.level('out/'), (error) => isAppError(error, 'file.refused'));
    const { objects, refused } = await store.level('real/');
    assert.deepEqual(
      [objects.map(({ key }) => key), refused.map(({ key, error }) => [key, error.data['reason']])],
      [
        ['real/o'],
        [
          ['real/link', 'link'],
          ['real/pipe', 'notFile'],
        ],
      ],
    );
    assert.deepEqual(
      (await store.level('')).refused.map(({ key }) => key),
      ['around', 'out'],
    );
    // a link is a name of the store's own: it goes, what it leads to stays
    assert.deepEqual(await store.remove('real/link'), { state: 'removed' });
    assert.equal(await readFile(join(folder, 'secret'), 'utf8'), 'SECRET');
    assert.deepEqual(await readdir(join(folder, 'elsewhere')), ['o']);
  });

  it('its root may be reached through a link, which a person chose', async () => {
    await mkdir(join(folder, 'volume'));
    await symlink(join(folder, 'volume'), root);
    const store = localStore(root);
    await writeOnce(store, 'a/b', 'x');
    assert.equal((await store.get('a/b', 10)).toString(), 'x');
    assert.equal(await readFile(join(folder, 'volume', 'a', 'b'), 'utf8'), 'x');
  });

  it('reads the very file that it opened, or none', async () => {
    const store = localStore(root);
    await writeOnce(store, 'a/b', 'one of them');
    const source = await store.open('a/b');
    await writeFile(join(folder, 'other'), 'another one');
    await rename(join(folder, 'other'), join(root, 'a', 'b'));
    for (const read of [source.read().next(), source.cursor()]) {
      await assert.rejects(read, (error) => isAppError(error, 'file.refused') && error.data['reason'] === 'replaced');
    }
  });

  it('what keeps a file from being flushed leaves nothing', async () => {
    const store = localStore(root, {
      make: async (file) =>
        instead(await open(file, 'wx'), 'sync', async () => Promise.reject(errno('EIO', 'input/output error'))),
    });
    const upload = await store.create('a/b');
    await upload.write(Buffer.from('x'));
    await assert.rejects(upload.commit({ ifAbsent: true }), /input\/output/);
    assert.deepEqual([await store.stat('a/b'), await hiddenIn(root)], [undefined, []]);
  });

  for (const [where, options] of [
    ['', {}],
    [
      ', also where a file has one name only',
      { link: async () => Promise.reject(errno('EPERM', 'operation not permitted')) },
    ],
  ] as const) {
    it(`a name that somebody takes in the meantime is not overwritten${where}`, async () => {
      const store = localStore(root, options);
      await writeOnce(store, 'a/first', 'x');
      assert.equal((await store.get('a/first', 10)).toString(), 'x');
      const upload = await store.create('a/b');
      await upload.write(Buffer.from('ours'));
      await writeFile(join(root, 'a', 'b'), 'theirs');
      await assert.rejects(upload.commit({ ifAbsent: true }), (error) => isAppError(error, 'store.exists'));
      assert.equal(await readFile(join(root, 'a', 'b'), 'utf8'), 'theirs');
      assert.deepEqual(await hiddenIn(root), []);
    });
  }
});

/** Every file made on it takes from the same few bytes. */
function onSmallDisk(capacity: number): (file: string) => Promise<FileHandle> {
  let used = 0;
  return async (file) => {
    const handle = await open(file, 'wx', 0o600);
    let own = 0;
    const close = handle.close.bind(handle);
    const small = instead(handle, 'writeFile', async (chunk: Buffer) => {
      if (used + chunk.length > capacity) {
        used -= own;
        own = 0;
        throw errno('ENOSPC', 'no space left on device');
      }
      used += chunk.length;
      own += chunk.length;
      await handle.write(chunk);
    });
    return instead(small, 'close', close);
  };
}

/** A file handle of which one thing is done another way. */
function instead(
  handle: FileHandle,
  name: 'writeFile' | 'sync' | 'close',
  act: (chunk: Buffer) => Promise<void>,
): FileHandle {
  return new Proxy(handle, {
    get: (target, key) => {
      if (key === name) return act;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function errno(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** As a bucket with an object lock looks from here. */
function behindLock(store: Store, locked: string, until: Date): Store {
  const isLocked = (key: string): boolean => key === locked && until.getTime() > Date.now();
  return {
    ...{ name: store.name, can: { locks: true, versions: false } },
    list: store.list.bind(store),
    level: store.level.bind(store),
    stat: store.stat.bind(store),
    open: store.open.bind(store),
    get: store.get.bind(store),
    create: store.create.bind(store),
    remove: async (key) => (isLocked(key) ? { state: 'retained', until } : store.remove(key)),
  };
}

async function hiddenIn(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true }).catch(() => []);
  return all.filter((name) => name.split('/').some((element) => element.startsWith('.')));
}
