import assert from 'node:assert/strict';
import { execa } from 'execa';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError, type AppError } from '../../../../src/core/base/errors';
import { fileSource } from '../../../../src/core/store/fileSource';
import { inspectArchive } from '../../../../src/core/postgres/archive/format/inspectArchive';
import { measureBlocks, type MeasuredBlock } from '../../../../src/core/postgres/archive/format/measureBlocks';
import { readTableOfContents } from '../../../../src/core/postgres/archive/format/readTableOfContents';
import type { Server } from '../../../lab/servers';
import { anatomyOf, type Anatomy } from './damageArchive';
import { dumpOf, inPieces, readBuffer, serverWithData } from './realArchives';
import { writeSparseArchive } from './sparseArchive';

describe('inspectArchive', function () {
  this.timeout(240_000);
  let folder: string;
  let file: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-inspect-'));
    file = join(folder, 'one.dump');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const major of [15, 16, 18] as const) {
    describe(`archives of PostgreSQL ${major}`, () => {
      let server: Server;
      before(async () => (server = await serverWithData(major)));
      after(() => server.stop());

      it('says what the whole reading says, without its data', async () => {
        const archive = await dumpOf(server, 'odd');
        await writeFile(file, archive);
        const contents = await inspectArchive(await fileSource(file));
        const reading = await readBuffer(archive);
        assert.deepEqual(contents.header, reading.header);
        assert.equal(contents.fileBytes, archive.length);
        assert.equal(contents.dataStart, await tocEndOf(archive));
        for (const same of ['sequences', 'roles', 'owners', 'namedRoles', 'extensions', 'kinds'] as const) {
          assert.deepEqual(contents[same], reading[same]);
        }
        const withData = contents.tables.filter((table) => table.dumpId !== undefined);
        const named = ({
          schema,
          name,
          columns,
        }: (typeof reading.tables)[number] | (typeof withData)[number]): string =>
          JSON.stringify([schema, name, columns]);
        assert.deepEqual(withData.map(named).sort(), reading.tables.map(named).sort());
        const { name: root, ...rest } = contents.tables.find((table) => table.dumpId === undefined)!;
        assert.deepEqual(
          [root, rest],
          ['parts', { schema: 'public', owner: 'postgres', columns: [], dumpId: undefined }],
        );
        const orders = contents.tables.find((table) => table.name === 'orders')!;
        assert.equal(orders.owner, 'app');
        const schemas = Object.fromEntries(contents.schemas.map(({ name, owner, tables }) => [name, [owner, tables]]));
        assert.deepEqual(schemas['Odd schema'], ['app', 1]);
        assert.equal(schemas['public']?.[1], contents.tables.length - 1);
      });

      it('measures the blocks of an archive written to a pipe, and of one written to a file', async () => {
        const packings = major === 15 ? ['0', '6'] : ['none', 'gzip:1', 'lz4', 'zstd:1'];
        for (const packing of packings) {
          const piped = await dumpOf(server, 'odd', '-Z', packing);
          await measuresRightly(file, piped);
          const connection = ['-h', server.socketDir, '-p', String(server.port), '-U', server.superuser];
          await execa(join(server.bin, 'pg_dump'), ['-Fc', '-Z', packing, ...connection, '-f', file, 'odd']);
          const written = await readFile(file);
          const { blocks } = await inspectArchive(await fileSource(file));
          assert.ok(blocks.every(({ offset }) => offset !== undefined));
          await measuresRightly(file, written);
        }
      });

      it('shows an archive of data alone, and of definitions alone', async () => {
        await writeFile(file, await dumpOf(server, 'odd', '--data-only'));
        const data = await inspectArchive(await fileSource(file));
        assert.deepEqual(
          [data.tables.length, data.tables.every(({ dumpId }) => dumpId !== undefined)],
          [data.kinds['TABLE DATA'], true],
        );
        await writeFile(file, await dumpOf(server, 'odd', '--schema-only'));
        const definitions = await inspectArchive(await fileSource(file));
        assert.equal(definitions.blocks.length, 0);
        assert.equal(definitions.tables.length, definitions.kinds['TABLE']);
        assert.deepEqual(await sizesIn(file), []);
      });

      it('tells where a cut file ends: in the table of contents, in a block, or between two', async () => {
        const archive = await dumpOf(server, 'odd');
        const { tocEnd, blocks, payloads } = anatomyOf(archive, await tocEndOf(archive));
        await writeFile(file, archive);
        const [lastFrom] = blocks.at(-1)!;
        const [payload] = payloads[0]!;
        const cuts = [
          [lastFrom + 3, 'block.cut'],
          [lastFrom, 'block.missing'],
          [payload + 1, 'block.cut'],
          [tocEnd, 'block.missing'],
        ] as const;
        for (const [at, reason] of cuts) {
          await truncate(file, at);
          await assert.rejects(sizesIn(file), (error) => isDamage(error, at, reason));
        }
        await truncate(file, tocEnd - 1);
        await assert.rejects(inspectArchive(await fileSource(file)), (error) => isAppError(error, 'archive.damaged'));
      });
    });
  }

  it('refuses what is no archive', async () => {
    for (const [text, reason] of [
      ['-- PostgreSQL database dump\n', 'sqlDump'],
      ['something else', 'unknown'],
    ]) {
      await writeFile(file, text!);
      await assert.rejects(
        inspectArchive(await fileSource(file)),
        (error) => isAppError(error, 'archive.foreign') && error.data['reason'] === reason,
      );
    }
    await writeFile(file, '');
    await assert.rejects(inspectArchive(await fileSource(file)), (error) => isDamage(error, 0, 'head.empty'));
  });

  it('measures ten gigabytes without reading them, and says how far it is', async () => {
    const bytes = await writeSparseArchive(file, { tables: 5, bytes: 10e9, chunk: 1 << 24 });
    const contents = await inspectArchive(await fileSource(file));
    assert.ok(contents.fileBytes > 9.9e9);
    assert.deepEqual(
      (await sizesIn(file)).map((one) => one.bytes),
      Array(5).fill(bytes),
    );
  });

  it('stops when it is told to', async () => {
    await writeSparseArchive(file, { tables: 3, bytes: 3e9, chunk: 1 << 20 });
    const contents = await inspectArchive(await fileSource(file));
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(
      measureBlocks(await fileSource(file), contents, { signal: stop.signal, onProgress: () => undefined }),
      (error) => isAppError(error, 'cancelled'),
    );
    await assert.rejects(inspectArchive(await fileSource(file), { signal: stop.signal }), (error) =>
      isAppError(error, 'cancelled'),
    );
  });
});

async function measuresRightly(file: string, archive: Buffer): Promise<void> {
  await writeFile(file, archive);
  const anatomy: Anatomy = anatomyOf(archive, await tocEndOf(archive));
  const expected = anatomy.blocks.map(([from, to]) => ({ dumpId: archive.readUInt32LE(from + 2), bytes: to - from }));
  assert.deepEqual(await sizesIn(file), expected);
}

async function sizesIn(file: string): Promise<MeasuredBlock[]> {
  const measured: MeasuredBlock[] = [];
  let reached = 0;
  const contents = await inspectArchive(await fileSource(file));
  await measureBlocks(await fileSource(file), contents, {
    signal: new AbortController().signal,
    onProgress: (progress) => {
      assert.ok(progress.position >= reached);
      reached = progress.position;
      measured.push(...progress.measured);
    },
  });
  assert.equal(reached, contents.fileBytes);
  return measured;
}

async function tocEndOf(archive: Buffer): Promise<number> {
  return (await readTableOfContents(inPieces(archive))).bytes.length;
}

function isDamage(error: unknown, offset: number, reason: string): error is AppError {
  return isAppError(error, 'archive.damaged') && error.data['offset'] === offset && error.data['reason'] === reason;
}
