import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { indexesCommand } from '../../../src/core/postgres/tools/restoreCommand';

describe('indexesCommand', () => {
  let folder: string;
  let temporary: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ferry-bin-'));
    temporary = await mkdtemp(join(tmpdir(), 'ferry-tmp-'));
    const tool = '#!/bin/sh\necho "$@"\nfor file; do :; done\n[ -r "$file" ] && wc -c <"$file" || wc -c\n';
    await writeFile(join(folder, 'pg_restore'), tool, { mode: 0o755 });
  });
  after(() => Promise.all([folder, temporary].map((one) => rm(one, { recursive: true }))));
  afterEach(async () => assert.deepEqual(await readdir(temporary), []));

  function start(env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams {
    const options = { application: 'test', noOwner: false };
    const [program = '', ...args] = indexesCommand({ bin: folder, user: 'me' }, 'shop', options, 3);
    return spawn(program, args, { detached: true, env: { ...process.env, TMPDIR: temporary, ...env } });
  }

  it('hands over what comes on stdin as a file without a name', async () => {
    const child = start();
    let out = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stdin.end(Buffer.alloc(300_000));
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.match(out, /--section=post-data -d dbname='?shop'? -j 3 \/proc\/self\/fd\/5\n300000\n$/);
  });

  it('is told to end while it still reads: it outlives what it started, and leaves nothing', async () => {
    const child = start();
    child.stdin.on('error', () => undefined);
    child.stdin.write(Buffer.alloc(100_000));
    await sleep(500);
    assert.ok(child.pid);
    process.kill(-child.pid, 'SIGTERM');
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    assert.deepEqual([code, signal], [1, null]);
  });

  it('is told to end while the file loses its name: it leaves nothing, and starts nothing', async () => {
    const told = join(folder, 'told');
    const removing = `#!/bin/sh\n[ -e ${told} ] || { : >${told}; kill -TERM 0; sleep 5; }\nexec /bin/rm "$@"\n`;
    await writeFile(join(folder, 'rm'), removing, { mode: 0o755 });
    const child = start({ PATH: `${folder}:${process.env['PATH']}` });
    let out = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stdin.end(Buffer.alloc(1000));
    assert.deepEqual(await once(child, 'close'), [1, null]);
    assert.equal(out, '');
  });
});
