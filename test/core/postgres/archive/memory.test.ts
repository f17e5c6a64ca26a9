import { build } from 'esbuild';
import { execa } from 'execa';
import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateArchive, type GenerateOptions } from './generateArchive';

/** The most a reading may take, node itself included. */
const limit = 200;
/** options of node; they cost the reader no speed */
const smallHeap = ['--max-semi-space-size=4', '--optimize-for-size'];

describe('memory of a reading', function () {
  this.timeout(180_000);
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-memory-'));
    await writeFile(
      join(folder, 'read.ts'),
      `import { createReadStream, readFileSync } from 'node:fs';
       import { readArchive } from '${join(process.cwd(), 'src/core/postgres/archive/format/readArchive')}';
       const { tables, textBytes } = await readArchive(createReadStream(process.argv[2] ?? ''));
       // not ru_maxrss: that counts what the parent held when it forked
       const peak = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? NaN;
       process.stdout.write([tables.length, textBytes, peak].join(' '));`,
    );
    const options = { platform: 'node', format: 'esm', bundle: true } as const;
    await build({ ...options, entryPoints: [join(folder, 'read.ts')], outfile: join(folder, 'read.mjs') });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Reads in a process of its own, with a heap kept small: by default V8 lets garbage grow past our limit first. */
  const read = async (options: GenerateOptions): Promise<{ tables: number; text: number; megabytes: number }> => {
    const file = join(folder, 'archive.dump');
    await pipeline(Readable.from(generateArchive(options)), createWriteStream(file));
    const { stdout } = await execa(process.execPath, [...smallHeap, join(folder, 'read.mjs'), file]);
    const [tables = 0, text = 0, kilobytes = 0] = stdout.split(' ').map(Number);
    return { tables, text, megabytes: kilobytes / 1024 };
  };

  for (const compression of ['gzip', 'zstd'] as const) {
    it(`fifty thousand tables (${compression})`, async () => {
      const { tables, megabytes } = await read({ tables: 50_000, bytesPerTable: 2000, compression });
      assert.equal(tables, 50_000);
      assert.ok(megabytes <= limit, `${megabytes.toFixed(0)} MB`);
    });

    it(`one large table (${compression})`, async () => {
      const small = await read({ tables: 1, bytesPerTable: 100_000_000, compression });
      const large = await read({ tables: 1, bytesPerTable: 300_000_000, compression });
      assert.ok(large.text > 300_000_000);
      assert.ok(large.megabytes <= limit, `${large.megabytes.toFixed(0)} MB`);
      assert.ok(
        large.megabytes <= small.megabytes * 1.2,
        `${small.megabytes.toFixed(0)} -> ${large.megabytes.toFixed(0)} MB`,
      );
    });
  }
});
