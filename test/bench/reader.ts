import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readArchive } from '../../src/core/postgres/archive/format/readArchive';
import { fileSource } from '../../src/core/store/fileSource';
import { generateArchive } from '../core/postgres/archive/generateArchive';

export interface ReaderSpeed {
  readonly name: string;
  /** MB of COPY text per second of wall clock */
  readonly perSecond: number;
  /** MB of COPY text per second of processor time, all threads: what one core would do */
  readonly perCoreSecond: number;
  /** of that to what a plain stream of Node does in the same run */
  readonly ratio?: number;
}

/** Reads one archive file and says how fast: as the catalog does, from a source of bytes, or from a plain stream of Node. */
export async function readerSpeed(name: string, file: string, { plain = false } = {}): Promise<ReaderSpeed> {
  const before = process.cpuUsage();
  const started = performance.now();
  const source = plain
    ? createReadStream(file, { highWaterMark: 1 << 18 })
    : (await fileSource(file)).read({ piece: 1 << 18 });
  const { textBytes } = await readArchive(source);
  const elapsed = (performance.now() - started) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { name, perSecond: textBytes / elapsed, perCoreSecond: textBytes / (user + system) };
}

/** Reader speeds on generated archives of the given size; the median of three runs for each compression. */
export async function readerSpeeds(megabytes: number): Promise<ReaderSpeed[]> {
  const folder = await mkdtemp(join(tmpdir(), 'dbf-bench-'));
  const speeds: ReaderSpeed[] = [];
  try {
    for (const compression of ['none', 'gzip', 'zstd'] as const) {
      const file = join(folder, `${compression}.dump`);
      const archive = generateArchive({ tables: 4, bytesPerTable: (megabytes / 4) * 1e6, compression });
      await pipeline(Readable.from(archive), createWriteStream(file));
      const runs: ReaderSpeed[] = [];
      for (let run = 0; run < 3; run += 1) runs.push(await readerSpeed(compression, file));
      const plain: ReaderSpeed[] = [];
      for (let run = 0; run < 3; run += 1) plain.push(await readerSpeed(compression, file, { plain: true }));
      speeds.push({ ...median(runs), ratio: median(runs).perCoreSecond / median(plain).perCoreSecond });
      await rm(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return speeds;
}

function median(runs: readonly ReaderSpeed[]): ReaderSpeed {
  const [, middle] = [...runs].sort((left, right) => left.perCoreSecond - right.perCoreSecond);
  if (middle === undefined) throw new Error('three runs are needed');
  return middle;
}

/** `tsx test/bench/reader.ts [archive …]`: the given archives, or generated ones. */
async function main(files: readonly string[]): Promise<void> {
  const speeds = files.length === 0 ? await readerSpeeds(400) : [];
  for (const file of files) speeds.push(await readerSpeed(file, file));
  for (const { name, perSecond, perCoreSecond, ratio } of speeds) {
    const against = ratio === undefined ? '' : `, ${ratio.toFixed(2)} of a plain stream`;
    console.log(`${name}: ${perSecond.toFixed(0)} MB/s, ${perCoreSecond.toFixed(0)} MB per core second${against}`);
  }
  console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}

if (process.argv[1]?.endsWith('reader.ts') === true) await main(process.argv.slice(2));
