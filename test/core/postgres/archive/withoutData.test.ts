import { factOf } from '../../../tools/factOf';
import assert from 'node:assert/strict';
import { compareReadings } from '../../../../src/core/postgres/archive/compare/compareReadings';
import type { ComparisonNote } from '../../../../src/core/postgres/archive/reading';
import { comparisonNoteWords } from '../../../../src/words/comparisonWords';
import { startServer, type Server } from '../../../lab/servers';
import { dumpOf, readBuffer, restoreInto } from './realArchives';

describe('archives that hold no data of what they define', function () {
  this.timeout(120_000);
  for (const major of [15, 18] as const) {
    describe(`of PostgreSQL ${major}`, () => {
      let server: Server;
      before(async () => {
        server = await startServer({ major });
        await server.sql('postgres', 'create database partly');
        await server.sql(
          'partly',
          `create table kept (i serial primary key, t text); insert into kept (t) values ('a'), ('b');
           create table log (t text, n int generated always as identity); insert into log (t) values ('x');
           create unlogged table scratch (t text); insert into scratch values ('y'); create table none (t text);
           create sequence counted start 7; select nextval('counted');
           create table parts (k int) partition by list (k); create table part_1 partition of parts default; insert into parts values (1);
           select lo_from_bytea(5, 'large')`,
        );
      });
      after(() => server.stop());

      for (const [what, options, empty] of [
        ['a table left out', ['--exclude-table-data=log'], ['public.log']],
        ['several, by a pattern', ['--exclude-table-data=*o*'], ['public.log', 'public.none']],
        ['unlogged tables', ['--no-unlogged-table-data'], ['public.scratch']],
        [
          'definitions alone',
          ['--schema-only'],
          ['public.kept', 'public.log', 'public.none', 'public.part_1', 'public.scratch'],
        ],
        [
          'what comes before the data',
          ['--section=pre-data'],
          ['public.kept', 'public.log', 'public.none', 'public.part_1', 'public.scratch'],
        ],
        ['no large objects', ['--no-blobs'], []],
      ] as const) {
        it(`${what}: what is made of it is the same, and rows that are there are not`, async () => {
          const archive = await dumpOf(server, 'partly', ...options);
          const database = `made_${Math.random().toString(36).slice(2)}`;
          await restoreInto(server, archive, database);
          const [backup, made] = [await readBuffer(archive), await readBuffer(await dumpOf(server, database))];
          for (const comparison of [compareReadings(backup, made), compareReadings(made, backup)]) {
            const rows = comparison.differences.filter(({ kind }) => kind !== 'definition');
            assert.deepEqual(rows, []);
            const note = comparison.notes.find(({ code }) => code === 'withoutData');
            const said = note === undefined ? [] : [...(factOf(note, 'tables') as string[])].sort();
            assert.deepEqual(
              said.filter((name) => name !== 'public.kept' || empty.length > 1),
              empty,
            );
            for (const name of empty) assert.ok(comparisonNoteWords(note as ComparisonNote).includes(name));
          }
          const [one] = empty;
          if (one === undefined) return;
          await server.sql(
            database,
            `insert into ${one} ${one === 'public.log' ? `(t) values ('z')` : `default values`}; select setval('counted', 99)`,
          );
          const written = compareReadings(backup, await readBuffer(await dumpOf(server, database))).differences;
          assert.deepEqual(
            written.find(({ kind }) => kind === 'rows'),
            { kind: 'rows', table: one, left: 0, right: 1 },
          );
          assert.ok(
            written.some((difference) => difference.kind === 'sequence' && difference.sequence === 'public.counted'),
          );
          await server.sql('postgres', `drop database ${database}`);
        });
      }

      it('a table that the other does not define is missing there', async () => {
        const [all, part] = [
          await readBuffer(await dumpOf(server, 'partly')),
          await readBuffer(await dumpOf(server, 'partly', '-T', 'none')),
        ];
        const missing = { kind: 'table', table: 'public.none', missing: 'right' };
        assert.ok(
          compareReadings(all, part).differences.some((one) => JSON.stringify(one) === JSON.stringify(missing)),
        );
      });
    });
  }
});
