import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { inspectArchive } from '../../src/core/postgres/archive/format/inspectArchive';
import { fileSource } from '../../src/core/store/fileSource';
import { measureBlocks } from '../../src/core/postgres/archive/format/measureBlocks';
import { generateArchive } from '../core/postgres/archive/generateArchive';
import { writeSparseArchive } from '../core/postgres/archive/sparseArchive';

/** `tsx test/bench/inspector.ts [archive …]`: how long the table of contents and the sizes take, of the given archives or of made ones. */
async function main(files: readonly string[]): Promise<void> {
  for (const file of files) await timed(file, file);
  if (files.length > 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'dbf-bench-'));
  const file = join(folder, 'archive.dump');
  try {
    await writeSparseArchive(file, { tables: 200, bytes: 10e9, chunk: 131_072 });
    await timed('10 GB in chunks of 128 KiB (zstd)', file);
    await writeSparseArchive(file, { tables: 200, bytes: 2e9, chunk: 4096 });
    await timed('2 GB in chunks of 4 KiB (gzip)', file);
    const many = generateArchive({ tables: 50_000, bytesPerTable: 2000, compression: 'zstd' });
    await pipeline(Readable.from(many), createWriteStream(file));
    await timed('50,000 tables', file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timed(name: string, file: string): Promise<void> {
  const started = performance.now();
  const contents = await inspectArchive(await fileSource(file));
  const opened = performance.now();
  await measureBlocks(await fileSource(file), contents, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const measured = performance.now();
  console.log(
    `${name}: table of contents ${(opened - started).toFixed(0)} ms, sizes ${((measured - opened) / 1000).toFixed(2)} s` +
      ` (${(contents.fileBytes / 1e9).toFixed(1)} GB, ${contents.tables.length} tables)`,
  );
}

await main(process.argv.slice(2));
