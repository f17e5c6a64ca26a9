import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspectBackup } from '../../../../src/core/catalog/inspectBackup';
import { isAppError } from '../../../../src/core/base/errors';
import { inspectInWorker, type Inspect } from '../../../../src/ui/inspector/inspectInWorker';
import { hostileArchive, hostileTable, int } from '../../postgres/archive/hostileArchive';

describe('inspectInWorker', function () {
  this.timeout(120_000);
  let folder: string;
  let file: string;
  let inspect: Inspect;
  const never = new AbortController().signal;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'dbf-worker-'));
    file = path.join(folder, 'a.dump');
    const outfile = path.join(folder, 'worker.cjs');
    const entryPoints = ['src/ui/inspector/inspectWorker.ts'];
    await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
    inspect = inspectInWorker(outfile);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const refusal = async (signal = never): Promise<unknown> =>
    inspect(file, { signal }).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('tells what a reading here tells, and errors with all that they hold', async () => {
    await writeFile(file, hostileArchive(hostileTable('a\n')));
    assert.deepEqual(await inspect(file, { signal: never }), await inspectBackup(file));
    await writeFile(file, hostileArchive([{ tag: 'x\0', kind: 'VIEW' }]));
    const [here, there] = [await inspectBackup(file).catch((error: unknown) => error), await refusal()];
    assert.ok(isAppError(here, 'archive.damaged') && isAppError(there, 'archive.damaged'));
    assert.deepEqual(there.data, here.data);
    await rm(file);
    const gone = await refusal();
    assert.ok(gone instanceof Error && 'syscall' in gone && /ENOENT/.test(gone.message));
  });

  it('refuses a file of holes that says its texts are long', async () => {
    const start = hostileArchive([], { entryCount: 4 });
    const entry = Buffer.concat([
      int(9),
      int(0),
      int(1),
      Buffer.from('0'),
      int(1),
      Buffer.from('0'),
      int(1),
      Buffer.from('t'),
    ]);
    const rest = Buffer.concat([int(5), Buffer.from('TABLE'), int(2), int(1 << 28)]);
    const handle = await open(file, 'w');
    await handle.write(Buffer.concat([start, entry, rest]));
    await handle.truncate(800_000_000);
    await handle.close();
    const refused = await refusal();
    assert.ok(isAppError(refused, 'archive.limit'), String(refused));
    assert.deepEqual([refused.data['what'], refused.data['size']], ['text', 268_435_456]);
  });

  it('gives up where an archive names more than its memory holds, and the process goes on', async () => {
    const name = Buffer.alloc(90, 'n');
    const many = Array.from({ length: 200_001 }, (_, at) => ({
      tag: Buffer.concat([Buffer.from(String(at)), name]),
      kind: 'TABLE',
      schema: 's',
    }));
    await writeFile(file, hostileArchive(many));
    const refused = await refusal();
    assert.ok(isAppError(refused, 'archive.tooLarge'), String(refused));
  });

  it('ends when it is given up', async () => {
    const aborted = await refusal(AbortSignal.abort());
    assert.ok(isAppError(aborted, 'cancelled'));
    const controller = new AbortController();
    const given = refusal(controller.signal);
    controller.abort();
    assert.ok(isAppError(await given, 'cancelled'));
  });
});
