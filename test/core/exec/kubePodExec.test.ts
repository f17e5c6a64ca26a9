import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { kubePodExec } from '../../../src/core/exec/kubePodExec';
import { capture } from '../../../src/core/exec/podExec';
import { childEnd, place, startExecServer } from './execServer';

describe('kubePodExec, a command that runs to its end', () => {
  let server: Awaited<ReturnType<typeof startExecServer>>;
  before(async () => (server = await startExecServer()));
  after(() => server.stop());

  it('returns stdout, stderr and exit code', async () => {
    const exec = kubePodExec(server.client, place);
    const end = await capture(exec, ['sh', '-c', 'echo out; echo err >&2; exit 7']);
    assert.deepEqual(end, { stdout: 'out\n', stderr: 'err\n', exitCode: 7, bytes: 4 });
  });

  it('delivers every byte of a long stream', async () => {
    const hash = createHash('sha256');
    const end = await kubePodExec(server.client, place).read(['head', '-c', '30000000', '/dev/zero'], (chunk) => {
      hash.update(chunk);
    });
    assert.equal(end.bytes, 30_000_000);
    assert.equal(hash.digest('hex'), createHash('sha256').update(Buffer.alloc(30_000_000)).digest('hex'));
  });

  it('feeds exactly the bytes given', async () => {
    const data = randomBytes(3_000_001);
    const chunks: Buffer[] = [];
    const end = await kubePodExec(server.client, place).feed(['sha256sum'], Readable.from([data]), data.length, {
      sink: (chunk) => void chunks.push(chunk),
    });
    assert.equal(end.exitCode, 0);
    assert.equal(end.bytes, data.length);
    assert.match(Buffer.concat(chunks).toString(), new RegExp(createHash('sha256').update(data).digest('hex')));
  });

  it('feeds what has no known length to a command that knows its end, and waits for no more of it', async () => {
    const source = Readable.from(
      (async function* () {
        yield Buffer.alloc(60_000, 'x');
        await new Promise((resolve) => setTimeout(resolve, 100));
        yield Buffer.alloc(40_000, 'y');
        await new Promise(() => undefined);
      })(),
    );
    const chunks: Buffer[] = [];
    const sink = (chunk: Buffer): void => void chunks.push(chunk);
    const end = await kubePodExec(server.client, place).feed(['head', '-c', '99999'], source, undefined, { sink });
    assert.equal(end.exitCode, 0);
    assert.equal(Buffer.concat(chunks).length, 99_999);
    assert.equal(end.bytes, 100_000);
  });

  it('ends the upload when the command ends first', async () => {
    let read = 0;
    const source = Readable.from(
      (function* () {
        for (; read < 1000; read++) yield Buffer.alloc(100_000);
      })(),
    );
    const end = await kubePodExec(server.client, place).feed(['sh', '-c', 'exit 3'], source, 100_000_000);
    assert.equal(end.exitCode, 3);
    assert.ok(end.bytes < 100_000_000);
    assert.ok(source.destroyed);
    for (const { child } of server.served) if (child) await childEnd(child);
  });
});
