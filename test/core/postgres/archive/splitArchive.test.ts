import assert from 'node:assert/strict';
import { execa } from 'execa';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError } from '../../../../src/core/base/errors';
import { compareReadings } from '../../../../src/core/postgres/archive/compare/compareReadings';
import { readTableOfContents } from '../../../../src/core/postgres/archive/format/readTableOfContents';
import { skimArchive } from '../../../../src/core/postgres/archive/format/skimArchive';
import { splitArchive, type ArchivePart } from '../../../../src/core/postgres/archive/format/splitArchive';
import type { Server } from '../../../lab/servers';
import { dumpOf, inPieces, readBuffer, serverWithData } from './realArchives';

for (const major of [15, 17, 18] as const) {
  describe(`an archive of PostgreSQL ${major} without a look at its rows, and in parts`, function () {
    this.timeout(120_000);
    let server: Server;
    let archive: Buffer;

    before(async () => {
      server = await serverWithData(major);
      await server.sql(
        'odd',
        `create function nothing() returns event_trigger language plpgsql as $$ begin end $$;
         create event trigger watch on ddl_command_start execute function nothing(); comment on event trigger watch is 'see';
         create materialized view of_totals as select * from totals; comment on materialized view of_totals is 'two';
         comment on large object 77 is 'empty'; grant select on large object 78 to reader; revoke all on orders from app;`,
      );
      archive = await dumpOf(server, 'odd');
    });
    after(() => server.stop());

    it('shows the same as a reading, and where each block stands', async () => {
      const { blocks, ...skim } = await skimArchive(inPieces(archive, 700));
      const reading = await readBuffer(archive);
      for (const [name, value] of Object.entries(skim)) {
        assert.deepEqual(value, reading[name as keyof typeof reading], name);
      }
      assert.equal(blocks.at(-1)?.to, archive.length);
      for (const [at, { from }] of blocks.slice(1).entries()) assert.equal(from, blocks[at]?.to);
    });

    it('shows that it was cut, wherever', async () => {
      for (const share of [0.1, 0.5, 0.9, 1]) {
        const cut = archive.subarray(0, archive.length * share - 1);
        await assert.rejects(skimArchive(inPieces(cut)), (error) => isAppError(error, 'archive.damaged'));
      }
      const longer = Buffer.concat([archive, Buffer.from([0])]);
      await assert.rejects(skimArchive(inPieces(longer)), (error) => isAppError(error, 'archive.damaged'));
    });

    for (const written of ['to a pipe', 'to a file, with places']) {
      for (const streams of [1, 3, 100]) {
        it(`written ${written}, restored in parts for ${streams}: the same database`, async () => {
          const whole = written === 'to a pipe' ? archive : await dumpToFile();
          const database = `split_${streams}`;
          await server.sql('postgres', `drop database if exists ${database}`);
          await server.sql('postgres', `create database ${database} template template0`);
          const toc = await readTableOfContents(inPieces(whole));
          const { blocks } = await skimArchive(inPieces(whole));
          const parts = splitArchive(toc, blocks, streams);
          assert.equal(parts.data.length, Math.min(streams, blocks.length));
          await restorePart(whole, parts.before, database);
          await Promise.all(parts.data.map((part) => restorePart(whole, part, database)));
          await restorePart(whole, parts.indexes, database, '--section=post-data');
          await restorePart(whole, parts.last, database);
          const comparison = compareReadings(await readBuffer(whole), await readBuffer(await dumpOf(server, database)));
          assert.deepEqual(comparison.differences, []);
          assert.ok(comparison.rows > 4000);
        });
      }
    }

    async function restorePart(whole: Buffer, part: ArchivePart, database: string, ...more: string[]): Promise<void> {
      const input = Buffer.concat([part.toc, ...part.ranges.map(({ from, to }) => whole.subarray(from, to))]);
      assert.equal(input.length, part.bytes);
      const place = ['-h', server.socketDir, '-p', String(server.port), '-U', server.superuser, '-d', database];
      await execa(join(server.bin, 'pg_restore'), ['-e', ...more, ...place], { input });
    }

    async function dumpToFile(): Promise<Buffer> {
      const file = join(server.socketDir, 'with-places.dump');
      await dumpOf(server, 'odd', '-f', file);
      return readFile(file);
    }
  });
}
