import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { isAppError } from '../../src/core/base/errors';
import { capture } from '../../src/core/exec/podExec';
import { LocalExec } from './localExec';

describe('LocalExec', () => {
  it('returns stdout, stderr and the exit code whatever it is', async () => {
    const end = await capture(new LocalExec(), ['sh', '-c', 'echo out; echo err >&2; exit 3']);
    assert.deepEqual([end.stdout, end.stderr, end.exitCode, end.bytes], ['out\n', 'err\n', 3, 4]);
  });

  it('feeds exactly so many bytes', async () => {
    const end = await capture(new LocalExec(), ['cat'], { input: 'hello' });
    assert.equal(end.stdout, 'hello');
  });

  it('takes a command that ends before its input', async () => {
    const source = Readable.from([Buffer.alloc(1 << 20), Buffer.alloc(1 << 20)]);
    const end = await new LocalExec().feed(['sh', '-c', 'exit 4'], source, 2 << 20);
    assert.equal(end.exitCode, 4);
    assert.ok(source.destroyed);
  });

  it('rejects when the stream is cut, and when it is cancelled', async () => {
    const exec = new LocalExec();
    exec.faults.push({ cutAfterBytes: 1000 });
    await assert.rejects(
      exec.read(['head', '-c', '100000', '/dev/zero'], () => undefined),
      (error) => isAppError(error, 'exec.cut'),
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await assert.rejects(
      exec.read(['sleep', '30'], () => undefined, { signal: controller.signal }),
      (error) => isAppError(error, 'cancelled'),
    );
  });
});
