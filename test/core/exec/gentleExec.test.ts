import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { isAppError } from '../../../src/core/base/errors';
import { gentleExec } from '../../../src/core/exec/gentleExec';
import { capture } from '../../../src/core/exec/podExec';
import { LocalExec } from '../localExec';

describe('a gentle exec', function () {
  this.timeout(30_000);
  const bytes = randomBytes(1_500_000);
  const perSecond = 1_000_000;
  /** names itself as one of the tools whose streams are large */
  const as = (tool: string, script: string): string[] => ['sh', '-c', script, tool];
  let exec: LocalExec;
  beforeEach(() => {
    exec = new LocalExec({ env: { PATH: '/usr/bin:/bin' } });
  });

  it('keeps to its rate when it reads, and loses nothing', async () => {
    const started = Date.now();
    let read = 0;
    const argv = as('pg_dump', 'head -c 1500000 /dev/zero; exit 3');
    const end = await gentleExec(exec, perSecond).read(argv, (chunk) => void (read += chunk.length));
    assert.deepEqual([end.exitCode, end.bytes, read], [3, 1_500_000, 1_500_000]);
    assert.ok(Date.now() - started >= 1400, 'it went faster');
  });

  it('keeps to its rate when it feeds, also over several streams, and what arrives is what was sent', async () => {
    const started = Date.now();
    const gentle = gentleExec(exec, perSecond);
    const feed = async (): Promise<string> => {
      const source = Readable.from([bytes.subarray(0, 700_000), bytes.subarray(700_000)]);
      const out: Buffer[] = [];
      const sink = (chunk: Buffer): void => void out.push(chunk);
      await gentle.feed(as('pg_restore', 'sha256sum'), source, bytes.length, { sink });
      assert.ok(source.destroyed);
      return Buffer.concat(out).toString().slice(0, 64);
    };
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    assert.deepEqual(await Promise.all([feed(), feed()]), [sha256, sha256]);
    assert.ok(Date.now() - started >= 2800, 'it went faster');
  });

  it('runs the tools with the lowest priority, and nothing else', async () => {
    const gentle = gentleExec(exec, perSecond);
    assert.equal((await capture(gentle, as('pg_dump', 'nice'))).stdout.trim(), '19');
    assert.equal(
      (await capture(gentle, as('psql', 'nice'))).stdout.trim(),
      (await capture(exec, ['nice'])).stdout.trim(),
    );
  });

  it('does without where the pod has no nice', async () => {
    const path = await mkdtemp(join(tmpdir(), 'ferry-bin-'));
    try {
      await symlink('/bin/sh', join(path, 'sh'));
      const bare = gentleExec(new LocalExec({ env: { PATH: path } }), perSecond);
      assert.equal((await capture(bare, as('pg_dump', 'echo here'))).stdout, 'here\n');
    } finally {
      await rm(path, { recursive: true });
    }
  });

  it('ends with the source of a feed, and with a cancel', async () => {
    const gentle = gentleExec(exec, perSecond);
    const broken = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 10);
        throw new Error('the disk is gone');
      })(),
    );
    await assert.rejects(gentle.feed(as('pg_restore', 'cat >/dev/null'), broken, 1000), /the disk is gone/);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const endless = as('pg_dump', 'cat /dev/zero');
    await assert.rejects(
      gentle.read(endless, () => undefined, { signal: stop.signal }),
      (error) => isAppError(error, 'cancelled') || (error as Error).name === 'AbortError',
    );
  });
});
