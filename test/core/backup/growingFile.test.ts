import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readlink, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GrowingFile } from '../../../src/core/backup/growingFile';

describe('GrowingFile', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-file-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('gives a lagging reader every byte, without holding the writer back', async () => {
    const file = new GrowingFile(path.join(folder, 'a'));
    const sent = createHash('sha256');
    const seen = createHash('sha256');
    const reader = (async (): Promise<void> => {
      for await (const chunk of file.follow()) {
        seen.update(chunk);
        await sleep(2);
      }
    })();
    for (let i = 0; i < 200; i += 1) {
      const chunk = randomBytes(1 + ((i * 7919) % 65536));
      sent.update(chunk);
      await file.write(chunk);
    }
    const written = await file.finish();
    await reader;
    assert.equal(written, sent.digest('hex'));
    assert.equal(seen.digest('hex'), written);
    assert.equal((await stat(file.name)).mode & 0o777, 0o600);
  });

  it('is read by others from anywhere, also under another name, and open nowhere while it gets that; one that waits goes when it is told to', async () => {
    const file = new GrowingFile(path.join(folder, 'held'));
    await file.write(Buffer.from('first '));
    const held = await file.hold();
    const stop = new AbortController();
    const all = async (from: number, signal?: AbortSignal): Promise<string> => {
      let text = '';
      for await (const piece of held.read({ from, signal })) text += piece.toString();
      return text;
    };
    const [whole, tail] = [all(0), all(3)];
    const stopped = assert.rejects(all(0, stop.signal), /aborted/);
    await sleep(20);
    stop.abort();
    await stopped;
    assert.ok((await openIn(folder)).length > 1);
    await file.write(Buffer.from('last'));
    const rest = held.read({ piece: 3 });
    assert.equal(String((await rest.next()).value), 'fir');
    await file.finish();
    let later: Promise<unknown> | undefined;
    await file.whileMoved(async () => {
      assert.deepEqual(await openIn(folder), []);
      later = rest.next();
      await rename(path.join(folder, 'held'), path.join(folder, 'renamed'));
      return path.join(folder, 'renamed');
    });
    assert.equal(file.name, path.join(folder, 'renamed'));
    assert.deepEqual(await later, { done: false, value: Buffer.from('st ') });
    assert.deepEqual(await Promise.all([whole, tail, all(6)]), ['first last', 'st last', 'last']);
    await held.close();
    assert.deepEqual(await openIn(folder), []);
  });

  it('ends a waiting reader with the reason when it is abandoned', async () => {
    const file = new GrowingFile(path.join(folder, 'b'));
    await file.write(Buffer.from('some'));
    const reader = (async (): Promise<void> => {
      for await (const chunk of file.follow()) assert.ok(chunk.length > 0);
    })();
    const ended = assert.rejects(reader, /the stream was cut/);
    await sleep(20);
    await file.abandon(new Error('the stream was cut'));
    await ended;
    await assert.rejects(file.write(Buffer.from('more')), /the stream was cut/);
  });

  it('rejects when the file cannot be made', async () => {
    const file = new GrowingFile(path.join(folder, 'missing', 'c'));
    await assert.rejects(async () => {
      for (let i = 0; i < 10; i += 1) {
        await file.write(Buffer.alloc(8 << 20));
        await sleep(5);
      }
      await file.finish();
    }, /ENOENT/);
  });
});

/** What this process has open below a folder. */
async function openIn(folder: string): Promise<string[]> {
  const names = await readdir('/proc/self/fd');
  const links = await Promise.all(names.map(async (name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return links.filter((link) => link.startsWith(folder));
}
