import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAppError, type ErrorCode } from '../../src/core/base/errors';
import { writeOnce, wholeOf, type Store, type StoredObject } from '../../src/core/store/store';

/** A store, and what a test may do to it from outside. */
export interface StoreSetting {
  readonly store: Store;
  /** A store of the same kind, empty, in which so many bytes fit: the disk, the quota, the bucket is full then. */
  full(bytes: number): Promise<Store>;
  /** The same objects behind a lock: a removal of `key` is refused until then. */
  locked(key: string, until: Date): Promise<Store>;
  /** Takes the second half of an object away, or puts another in its place, past the store. */
  spoil(key: string): Promise<void>;
  /** Makes many objects in the store, each of its own key's bytes, in whatever way is quick. */
  fill(keys: readonly string[]): Promise<void>;
  /** Bytes or parts that were never committed and are still there. */
  leftovers(): Promise<number>;
}

/**
 * What DB Ferry expects of a store, whichever it is. Called inside a `describe` of its own; `make` gives an empty store for each test. How many tests there are is the same for all.
 */
export function storeContract(make: () => Promise<StoreSetting>): void {
  let setting: StoreSetting;
  let store: Store;

  beforeEach(async () => {
    setting = await make();
    store = setting.store;
  });
  afterEach(async () => assert.equal(await setting.leftovers(), 0, 'something was left on its way'));

  it('an object is whole or not there: nothing is seen of it before its commit', async () => {
    const upload = await store.create('a/b/c');
    await upload.write(Buffer.from('first '));
    assert.deepEqual([await store.stat('a/b/c'), await keys(), await store.level('a/b/')], [undefined, [], none]);
    await rejects(store.open('a/b/c'), 'store.absent');
    await upload.write(Buffer.from('second'));
    const made = await upload.commit({ ifAbsent: true });
    assert.deepEqual(
      [made.key, made.size, (await store.stat('a/b/c'))?.size, await keys()],
      ['a/b/c', 12, 12, ['a/b/c']],
    );
    assert.equal(await text('a/b/c'), 'first second');
    await rejects(upload.write(Buffer.from('more')), 'internal');
    await rejects(upload.commit(), 'internal');
    await upload.abort();
    assert.equal(await text('a/b/c'), 'first second');
  });

  it('a buffer may be used again once it was taken', async () => {
    const buffer = Buffer.alloc(70_000, 'a');
    const upload = await store.create('reused');
    await upload.write(buffer);
    buffer.fill('b');
    await upload.write(buffer);
    await upload.commit();
    assert.equal(await text('reused'), 'a'.repeat(70_000) + 'b'.repeat(70_000));
  });

  it('what is given up leaves nothing, at any point of it', async () => {
    for (const bytes of [0, 1, 100_000]) {
      const upload = await store.create('given/up');
      if (bytes > 0) await upload.write(Buffer.alloc(bytes));
      await upload.abort();
      await upload.abort();
      await rejects(upload.commit(), 'internal');
    }
    assert.deepEqual([await keys(), await setting.leftovers()], [[], 0]);
  });

  it('what is created only where there is nothing is created once, however many try', async () => {
    const tries = ['one', 'two', 'three', 'four', 'five'];
    const uploads = await Promise.all(tries.map(() => store.create('race/once')));
    await Promise.all(uploads.map((upload, at) => upload.write(Buffer.from(tries[at] ?? ''))));
    const ends = await Promise.allSettled(uploads.map((upload) => upload.commit({ ifAbsent: true })));
    const won = ends.flatMap((end, at) => (end.status === 'fulfilled' ? [tries[at]] : []));
    assert.equal(won.length, 1);
    for (const end of ends) if (end.status === 'rejected') assert.ok(isAppError(end.reason, 'store.exists'));
    assert.equal(await text('race/once'), won[0]);
    await rejects(writeOnce(store, 'race/once', 'late'), 'store.exists');
    assert.equal(await text('race/once'), won[0]);
    await rejects(store.open('race/never'), 'store.absent');
  });

  it('without that the last one stays, and who reads the one before does not read a mixture', async () => {
    await writeOnce(store, 'replaced', 'before, and a little longer');
    const source = await store.open('replaced');
    const upload = await store.create('replaced');
    await upload.write(Buffer.from('after'));
    await upload.commit();
    assert.equal(await text('replaced'), 'after');
    const read = await wholeOf(source, 100).then(String, () => 'refused');
    assert.ok(['before, and a little longer', 'refused'].includes(read), read);
  });

  it('ranges are exact at every edge, in pieces and by a cursor', async () => {
    const content = Buffer.from(Array.from({ length: 5000 }, (_, at) => at % 251));
    await writeOnce(store, 'ranged', content);
    const source = await store.open('ranged');
    assert.equal(source.size, content.length);
    const edges = [0, 1, 2, 511, 512, 4095, 4096, 4998, 4999, 5000, 5001, 9999];
    const edge = fc.oneof(fc.constantFrom(...edges), fc.nat(6000));
    await fc.assert(
      fc.asyncProperty(edge, edge, fc.constantFrom(1, 7, 4096, undefined), async (a, b, piece) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const size = from % 2 === 0 ? { piece } : {};
        const parts: Buffer[] = [];
        for await (const part of source.read({ from, to, ...size })) parts.push(part);
        assert.ok(parts.every((part) => part.length > 0 && part.length <= (size.piece ?? 1 << 20)));
        assert.ok(Buffer.concat(parts).equals(content.subarray(from, to)), `${from} to ${to}`);
        const cursor = await source.cursor();
        const into = Buffer.alloc(to - from);
        const read = await cursor.read(into, from);
        await cursor.close();
        assert.ok(into.subarray(0, read).equals(content.subarray(from, to)));
      }),
      { numRuns: 60, seed: 1 },
    );
    for (const [from, to] of [
      [3, 2],
      [-1, 2],
      [0.5, 2],
      [0, Number.NaN],
    ]) {
      await assert.rejects(source.read({ from, to }).next(), RangeError);
    }
  });

  it('an object of no bytes is one', async () => {
    await writeOnce(store, 'empty', '');
    assert.deepEqual([(await store.stat('empty'))?.size, await text('empty'), await keys()], [0, '', ['empty']]);
  });

  it('bytes that end before their end are an error, never a short read', async () => {
    for (const size of [10, 3_000_000]) {
      const key = `cut/${size}`;
      await writeOnce(store, key, Buffer.alloc(size, 1));
      const source = await store.open(key);
      await setting.spoil(key);
      await assert.rejects(
        (async () => {
          let bytes = 0;
          for await (const part of source.read()) bytes += part.length;
          assert.fail(`${bytes} bytes, and an end`);
        })(),
        (error) => isAppError(error, 'store.cut') || isAppError(error, 'file.refused'),
      );
    }
  });

  it('a reader that stops, or is cancelled, lets go', async () => {
    await writeOnce(store, 'long', Buffer.alloc(100_000));
    const source = await store.open('long');
    for await (const part of source.read({ piece: 10 })) if (part.length > 0) break;
    const stop = new AbortController();
    const reading = source.read({ piece: 10, signal: stop.signal });
    await reading.next();
    stop.abort(new Error('enough'));
    await assert.rejects(reading.next(), /enough/);
    const listing = store.list('', { signal: stop.signal });
    await assert.rejects(listing.next(), /enough/);
  });

  it('a key that leads elsewhere, or is none, is refused by every verb', async () => {
    await writeOnce(store, 'inside', 'x');
    const long = 'x'.repeat(256);
    for (const key of [
      ...['', '/', '.', '..', '../x', 'a/../x', 'a/./b', '/etc/passwd', 'a//b', 'a/', './a', '.hidden', 'a/.hidden'],
      ...['a\\b', '..\\x', 'a\0b', 'a\nb', 'a\u007fb', long, `a/${long}/b`, 'y/'.repeat(600) + 'y', '%2e%2e/../x'],
    ]) {
      for (const verb of [
        async () => store.stat(key),
        async () => store.open(key),
        async () => store.create(key),
        async () => store.remove(key),
      ]) {
        await rejects(verb(), 'store.key');
      }
      await rejects(store.level(`${key}/`), 'store.key');
      await rejects(store.list(`${key}/`).next(), 'store.key');
    }
    await rejects(store.list('insi').next(), 'store.key');
    assert.deepEqual(await keys(), ['inside']);
  });

  it('names of any tongue are kept apart, and sorted', async () => {
    const names = ['a', 'B', 'a b', 'ä', 'a%20b', 'a+b', 'a-b', '日本', 'con', 'x'.repeat(200), '%2E'];
    for (const name of names) await writeOnce(store, `t/${name}/o`, name);
    for (const name of names) assert.equal(await text(`t/${name}/o`), name);
    assert.deepEqual((await store.level('t/')).folders, [...names].sort());
    assert.deepEqual(await keys('t/'), names.map((name) => `t/${name}/o`).sort());
  });

  it('a list has everything below a prefix once, in order, and nothing beside it', async () => {
    const wanted: string[] = [];
    for (let at = 0; at < 1100; at += 1) wanted.push(`many/${at % 3}/${String(at).padStart(5, '0')}`);
    await setting.fill([...wanted, 'many-more/x', 'many.x', 'man', 'z']);
    assert.deepEqual(await keys('many/'), wanted.sort());
    assert.equal((await keys()).length, wanted.length + 4);
    assert.deepEqual(await keys(), (await keys()).sort());
    const objects: StoredObject[] = [];
    for await (const object of store.list('many/1/')) objects.push(object);
    assert.ok(objects.every(({ key, size, changed }) => size === key.length && changed.getTime() > 1e12));
    const level = await store.level('many/');
    assert.deepEqual([level.folders, level.objects, level.refused], [['0', '1', '2'], [], []]);
    assert.equal((await store.level('many/1/')).objects.length, objects.length);
    assert.deepEqual(await store.level('nothing/here/'), none);
    assert.deepEqual((await store.level('')).folders, ['many', 'many-more']);
  });

  it('what is removed is gone, with what held it; what is not there is no error', async () => {
    await writeOnce(store, 'r/a/one', '1');
    await writeOnce(store, 'r/a/two', '2');
    const source = await store.open('r/a/one');
    assert.deepEqual(await store.remove('r/a/one'), { state: 'removed' });
    assert.deepEqual(await store.remove('r/a/one'), { state: 'absent' });
    assert.deepEqual(await store.remove('r/never/was'), { state: 'absent' });
    assert.deepEqual(await store.remove('r/a'), { state: 'absent' });
    assert.deepEqual(await keys(), ['r/a/two']);
    await assert.rejects(source.read().next(), /absent|cut|ENOENT/);
    await store.remove('r/a/two');
    assert.deepEqual([await keys(), (await store.level('')).folders], [[], []]);
    await writeOnce(store, 'r/a/one', 'again');
    assert.equal(await text('r/a/one'), 'again');
  });

  it('a removal that a lock refuses is a state with its date, and nothing is removed', async () => {
    await writeOnce(store, 'kept/one', 'content');
    const until = new Date(Date.now() + 86_400_000);
    const behind = await setting.locked('kept/one', until);
    assert.deepEqual(await behind.remove('kept/one'), { state: 'retained', until });
    assert.equal((await behind.get('kept/one', 100)).toString(), 'content');
    await rejects(writeOnce(behind, 'kept/one', 'other'), 'store.exists');
    const open = await setting.locked('kept/one', new Date(Date.now() - 1000));
    assert.deepEqual(await open.remove('kept/one'), { state: 'removed' });
  });

  it('where it is full the error says so, nothing is left, and what fits still fits', async () => {
    const small = await setting.full(100_000);
    await writeOnce(small, 'fits', Buffer.alloc(10_000));
    for (const piece of [200_000, 1000]) {
      const upload = await small.create('too/large');
      await assert.rejects(
        (async () => {
          for (let at = 0; at < 200_000; at += piece) await upload.write(Buffer.alloc(piece));
          await upload.commit({ ifAbsent: true });
        })(),
        (error) => isAppError(error, 'disk.full'),
      );
      await upload.abort();
      assert.equal(await small.stat('too/large'), undefined);
    }
    await writeOnce(small, 'fits/too', Buffer.alloc(10_000)).catch(() => undefined);
    await writeOnce(small, 'also', Buffer.alloc(10_000));
    assert.equal((await small.get('also', 1e6)).length, 10_000);
  });

  it('a small object that is longer than it can be is not read', async () => {
    await writeOnce(store, 'long', Buffer.alloc(1001));
    await rejects(store.get('long', 1000), 'file.refused');
    assert.equal((await store.get('long', 1001)).length, 1001);
  });

  it('many at once do not disturb one another', async () => {
    const all = Array.from({ length: 40 }, (_, at) => at);
    await Promise.all(
      all.map(async (at) => {
        const key = `crowd/${at % 4}/${at}`;
        const upload = await store.create(key);
        for (let part = 0; part < 5; part += 1) await upload.write(Buffer.alloc(10_000, at));
        if (at % 8 === 7) return upload.abort();
        await upload.commit({ ifAbsent: true });
        assert.ok((await store.get(key, 1e6)).equals(Buffer.alloc(50_000, at)));
        if (at % 8 === 6) await store.remove(key);
      }),
    );
    assert.equal((await keys()).length, 30);
  });

  it('it says where it is, what it can, and what room there is where that is known', async () => {
    assert.ok(store.name.length > 0);
    assert.deepEqual(Object.keys(store.can).sort(), ['locks', 'versions']);
    const room = await store.room?.();
    assert.ok(room === undefined || (room.free >= 0 && room.reserve >= 0));
  });

  async function keys(prefix = ''): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of store.list(prefix)) found.push(key);
    return found;
  }

  async function text(key: string): Promise<string> {
    return (await store.get(key, 1e7)).toString();
  }
}

const none = { folders: [], objects: [], refused: [] };

async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(promise, (error) => isAppError(error, code), code);
}
