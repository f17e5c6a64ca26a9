import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { readArchive } from '../../src/core/postgres/archive/format/readArchive';
import { generateArchive } from '../core/postgres/archive/generateArchive';

export interface ReaderSpeed {
  readonly name: string;
  /** MB of COPY text per second of wall clock */
  readonly perSecond: number;
  /** MB of COPY text per second of processor time, all threads: what one core would do */
  readonly perCoreSecond: number;
}

/** Reads one archive file and says how fast. */
export async function readerSpeed(name: string, file: string): Promise<ReaderSpeed> {
  const before = process.cpuUsage();
  const started = performance.now();
  const { textBytes } = await readArchive(createReadStream(file, { highWaterMark: 1 << 18 }));
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
      runs.sort((left, right) => left.perCoreSecond - right.perCoreSecond);
      speeds.push(...runs.slice(1, 2));
      await rm(file);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return speeds;
}

/** `tsx test/bench/reader.ts [archive …]`: the given archives, or generated ones. */
async function main(files: readonly string[]): Promise<void> {
  const speeds = files.length === 0 ? await readerSpeeds(400) : [];
  for (const file of files) speeds.push(await readerSpeed(file, file));
  for (const { name, perSecond, perCoreSecond } of speeds) {
    console.log(`${name}: ${perSecond.toFixed(0)} MB/s, ${perCoreSecond.toFixed(0)} MB per core second`);
  }
  console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}

if (process.argv[1]?.endsWith('reader.ts') === true) await main(process.argv.slice(2));
