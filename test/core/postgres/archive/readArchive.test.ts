import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { execa } from 'execa';
import { isAppError } from '../../../../src/core/base/errors';
import { fileSource } from '../../../../src/core/store/fileSource';
import type { ArchiveReading } from '../../../../src/core/postgres/archive/reading';
import { inspectArchive } from '../../../../src/core/postgres/archive/format/inspectArchive';
import { measureBlocks } from '../../../../src/core/postgres/archive/format/measureBlocks';
import { readArchive } from '../../../../src/core/postgres/archive/format/readArchive';
import { definitionOf, readTableOfContents } from '../../../../src/core/postgres/archive/format/readTableOfContents';
import { skimArchive } from '../../../../src/core/postgres/archive/format/skimArchive';
import { cliHints } from '../../../../src/cli/hints';
import { wordsFor } from '../../../../src/words/errorWords';
import { hostileArchive } from './hostileArchive';
import type { Server } from '../../../lab/servers';
import { dumpOf, inPieces, readBuffer, restoredText, serverWithData } from './realArchives';

const compressions = {
  15: ['0', '1'],
  16: ['none', 'gzip:1', 'lz4', 'zstd:1'],
  17: ['none', 'gzip:1', 'lz4', 'zstd:1'],
  18: ['none', 'gzip:1', 'lz4', 'zstd:1'],
} as const;
const versions = { 15: '1.14', 16: '1.15', 17: '1.16', 18: '1.16' } as const;
const names = { '0': 'none', '1': 'gzip', 'gzip:1': 'gzip', none: 'none', lz4: 'lz4', 'zstd:1': 'zstd' } as const;

describe('readArchive', () => {
  const digests = new Map<number, unknown>();

  for (const major of [15, 16, 17, 18] as const) {
    describe(`archives of PostgreSQL ${major}`, function () {
      this.timeout(240_000);
      let server: Server;
      before(async () => (server = await serverWithData(major)));
      after(() => server.stop());

      for (const compression of compressions[major]) {
        it(`reads ${compression} as pg_restore and the server see it`, async () => {
          const archive = await dumpOf(server, 'odd', '-Z', compression);
          const reading = await readBuffer(archive);
          assert.equal(reading.header.version, versions[major]);
          assert.equal(reading.header.compression, names[compression]);
          assert.equal(reading.header.encoding, 'UTF8');
          assert.equal(reading.header.database, 'odd');
          assert.match(reading.header.serverVersion, new RegExp(`^${major}\\.`));
          assert.equal(reading.bytes, archive.length);
          assert.equal(reading.sha256, createHash('sha256').update(archive).digest('hex'));
          assert.deepEqual(countsOf(reading), countsOfText(await restoredText(server, archive)));
          await compareWithServer(server, reading);
          digests.set(major, digests.get(major) ?? contentOf(reading));
          assert.deepEqual(contentOf(reading), digests.get(major), 'the compression makes no difference');
        });
      }

      it('reads the same whatever the size of the pieces', async () => {
        const archive = await dumpOf(server, 'odd', '-Z', compressions[major].at(-1) ?? '0');
        const whole = await readBuffer(archive, archive.length);
        for (const size of [1, 7, 4096]) assert.deepEqual(await readBuffer(archive, size), whole);
      });

      it('reads an archive with offsets, holds them against the places, and pg_dump of other kinds', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'dbf-offsets-'));
        try {
          const file = join(folder, 'seekable.dump');
          await dumpOf(server, 'odd', '-f', file);
          const [seekable, piped] = [await readFile(file), await dumpOf(server, 'odd')];
          assert.deepEqual(contentOf(await readBuffer(seekable)), contentOf(await readBuffer(piped)));
          assert.notDeepEqual(seekable, piped);
          // the last offset of the table of contents, moved by one
          const toc = await readTableOfContents(inPieces(seekable));
          const place = Buffer.alloc(9, 2);
          place.writeBigUInt64LE(BigInt(toc.bytes.length), 1);
          const at = seekable.indexOf(place);
          assert.ok(at > 0 && at < toc.bytes.length);
          seekable[at + 1] = (seekable[at + 1] ?? 0) ^ 1;
          await assert.rejects(readBuffer(seekable), (error) => isAppError(error, 'archive.damaged'));
        } finally {
          await rm(folder, { recursive: true });
        }
        const viaRoot = await readBuffer(await dumpOf(server, 'odd', '--load-via-partition-root'));
        assert.equal(viaRoot.tables.find((table) => table.name === 'part_2')?.rows, 2);
        const schemaOnly = await readBuffer(await dumpOf(server, 'odd', '--schema-only'));
        assert.deepEqual([schemaOnly.tables.length, schemaOnly.textBytes, schemaOnly.largeObjects.bytes], [0, 0, 0]);
        const inserts = await readBuffer(await dumpOf(server, 'odd', '--inserts')).catch((error: unknown) => error);
        assert.ok(isAppError(inserts, 'archive.foreign'));
        assert.equal(inserts.data['reason'], 'inserts');
        await server.sql('postgres', 'create database inserted');
        const directory = join(await mkdtemp(join(tmpdir(), 'dbf-directory-')), 'd');
        await execa(join(server.bin, 'pg_dump'), [
          '-Fd',
          '-f',
          directory,
          '-h',
          server.socketDir,
          '-p',
          String(server.port),
          '-U',
          server.superuser,
          'inserted',
        ]);
        const ofDirectory = await readBuffer(await readFile(join(directory, 'toc.dat'))).catch(
          (error: unknown) => error,
        );
        await rm(join(directory, '..'), { recursive: true });
        assert.ok(isAppError(ofDirectory, 'archive.foreign'), String(ofDirectory));
      });

      it('reads names and values in another encoding', async () => {
        await server.sql('postgres', `create database latin template template0 encoding 'LATIN1' locale 'C'`);
        await server.sql(
          'latin',
          `create table "größe" ("maß" text, b int); insert into "größe" values ('süß', 1), ('ß', 2)`,
        );
        const latin = await readBuffer(await dumpOf(server, 'latin'));
        assert.equal(latin.header.encoding, 'LATIN1');
        assert.deepEqual(latin.tables[0]?.columns, ['maß', 'b']);
        assert.equal(latin.tables[0].name, 'größe');
        assert.equal(latin.tables[0].rows, 2);
      });

      it('reads what pg_dump leaves when a shell sends its output to a file', async () => {
        const folder = await mkdtemp(join(tmpdir(), 'dbf-shell-'));
        const file = join(folder, 'shell.dump');
        try {
          const handle = await open(file, 'w');
          const connection = ['-h', server.socketDir, '-p', String(server.port), '-U', server.superuser];
          await new Promise<void>((resolve, reject) => {
            const dump = spawn(join(server.bin, 'pg_dump'), ['-Fc', ...connection, 'odd'], {
              stdio: ['ignore', handle.fd, 'inherit'],
            });
            dump.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`pg_dump: ${String(code)}`))));
          });
          await handle.close();
          const archive = await readFile(file);
          const reading = await readBuffer(archive);
          assert.deepEqual(contentOf(reading), contentOf(await readBuffer(await dumpOf(server, 'odd'))));
          // 16 opens its output to append, and the second table of contents, with the places of the data, goes to the end
          assert.equal(reading.behind?.isToc, major === 15 ? undefined : true);
          const skim = await skimArchive(inPieces(archive));
          assert.deepEqual(skim.behind, reading.behind);
          assert.equal(archive.length - (reading.behind?.bytes ?? 0), skim.blocks.at(-1)?.to);
          const contents = await inspectArchive(await fileSource(file));
          await measureBlocks(await fileSource(file), contents, {
            signal: new AbortController().signal,
            onProgress: () => undefined,
          });
          if (reading.behind === undefined) return;
          const from = archive.length - reading.behind.bytes;
          for (const other of [
            archive.subarray(0, -1),
            archive.subarray(0, from + 40),
            Buffer.concat([archive, archive]),
          ]) {
            const { behind, ...rest } = await readBuffer(other);
            assert.equal(behind?.isToc, false);
            assert.deepEqual(contentOf(rest), contentOf(reading));
          }
          for (const behind of [Buffer.from('x'), Buffer.alloc(200), archive.subarray(from + 1), archive]) {
            const garbled = Buffer.concat([archive.subarray(0, from), behind]);
            await assert.rejects(readBuffer(garbled), (error) => isAppError(error, 'archive.damaged'));
          }
        } finally {
          await rm(folder, { recursive: true });
        }
      });

      it('reads every byte that a server can hold, and as many columns', async () => {
        await server.sql('postgres', `create database bytes template template0 encoding 'SQL_ASCII' locale 'C'`);
        const wide = Array.from({ length: 1600 }, (_, at) => `c${at} int`).join(', ');
        await server.sql(
          'bytes',
          `create table bytes (around int, t text); create table wide (${wide}); insert into wide default values;
           insert into bytes select n, repeat('x', n) || convert_from(set_byte('\\x00', 0, b), 'SQL_ASCII') || repeat('y', n) || E'\\\\.'
             from generate_series(1, 255) b, generate_series(0, 4) n;
           insert into bytes select 9, string_agg(t, '' order by around, t) from bytes;
           create table null_alone (t text); insert into null_alone values (null), (''), (E'\\\\N'), (E'\\\\.'), (E'\\r'), (E'\\\\.\\r')`,
        );
        const reading = await readBuffer(await dumpOf(server, 'bytes'), 1000);
        assert.deepEqual(reading.tables.map(({ name, rows }) => [name, rows]).sort(), [
          ['bytes', 1276],
          ['null_alone', 6],
          ['wide', 1],
        ]);
      });

      it('reads the table of contents alone, and pg_restore reads its bytes', async () => {
        const archive = await dumpOf(server, 'odd', '-Z', compressions[major][0]);
        let handedOut = 0;
        const source = async function* (): AsyncGenerator<Buffer> {
          for await (const piece of inPieces(archive, 4096)) yield ((handedOut += piece.length), piece);
        };
        const toc = await readTableOfContents(source());
        assert.ok(handedOut < archive.length, 'the source was stopped');
        assert.equal(toc.entries.length, toc.header.entryCount);
        assert.deepEqual(toc.bytes, archive.subarray(0, toc.bytes.length));
        const view = toc.entries.find((entry) => entry.kind === 'VIEW');
        assert.ok(view !== undefined && definitionOf(toc, view).toString().startsWith('CREATE VIEW public.big_orders'));
        const text = await restoredText(server, toc.bytes, '--section=post-data');
        assert.match(text, /CREATE INDEX orders_customer/);
      });
    });
  }

  // a group of its own: mocha runs the tests of a group before its inner groups
  describe('across majors', () => {
    it('gives rows and large objects the same digests', () => {
      assert.equal(digests.size, 4);
      for (const major of [16, 17, 18]) assert.deepEqual(digests.get(major), digests.get(15), `15 and ${major}`);
    });
  });

  const sql = '--\n-- PostgreSQL database dump\n--\n';
  const inTar = (name: string): string => `${name}${'\0'.repeat(257 - name.length)}ustar`;
  const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
  for (const [what, bytes, reason, way] of [
    ['plain SQL', latin(sql), 'a plain SQL dump', 'load'],
    [
      'SQL of a server',
      latin('--\n-- PostgreSQL database cluster dump\n'),
      'a plain SQL dump of a whole server',
      'load',
    ],
    ['gzip', latin('\u001f\u008b\b'), 'a file compressed with gzip as a whole', 'unpack'],
    [
      'an archive in gzip',
      gzipSync(hostileArchive([])),
      'an archive that was compressed with gzip as a whole',
      'unpack',
    ],
    [
      'the start of one',
      gzipSync(randomBytes(9000)).subarray(0, 512),
      'a file compressed with gzip as a whole',
      'unpack',
    ],
    ['SQL in gzip', gzipSync(sql), 'a plain SQL dump, compressed with gzip', 'unpack'],
    [
      'an archive in zstd',
      zstdCompressSync(hostileArchive([])),
      'an archive that was compressed with zstd as a whole',
      'unpack',
    ],
    ['zstd', latin('(\u00b5/\u00fd'), 'a file compressed with zstd as a whole', 'unpack'],
    ['bzip2', latin('BZh91AY'), 'a file compressed with bzip2 as a whole', 'unpack'],
    ['xz', latin('\u00fd7zXZ\0'), 'a file compressed with xz as a whole', 'unpack'],
    ['zip', latin('PK\u0003\u0004'), 'a zip file', 'unpack'],
    ['tar', latin(inTar('toc.dat')), 'a tar archive', 'load'],
    ['a base backup', latin(inTar('backup_label')), 'a base backup of a whole server (pg_basebackup)', 'start'],
    [
      'a packed one',
      gzipSync(latin(inTar('base/1/'))),
      'a base backup of a whole server (pg_basebackup), compressed with gzip',
      'unpack',
    ],
    ['MySQL', latin('-- MySQL dump 10.13  Distrib 8.0.36\n'), 'a dump of MySQL or MariaDB', 'none'],
    [
      'MariaDB',
      latin('/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n'),
      'a dump of MySQL or MariaDB',
      'none',
    ],
    ['SQLite', latin('SQLite format 3\0'), 'a database of SQLite', 'none'],
    ['a web page', latin('<!DOCTYPE html><html>'), 'a web page', 'fetch'],
    ['an answer of an API', latin('{"message": "Not Found"}'), 'JSON text', 'fetch'],
    ['UTF-16', Buffer.from('\ufeffPGDMP', 'utf16le'), 'an archive that a shell rewrote as UTF-16 text', 'write'],
    ['base64', latin(hostileArchive([]).toString('base64')), 'an archive in base64', 'unpack'],
    ['OpenPGP', latin('-----BEGIN PGP MESSAGE-----'), 'a file encrypted with OpenPGP', 'decrypt'],
    ['anything else', latin('hello'), 'not a PostgreSQL archive', undefined],
  ] as const) {
    it(`refuses ${what} by its name, with a way on`, async () => {
      const refused = await readBuffer(bytes).catch((error: unknown) => error);
      assert.ok(isAppError(refused, 'archive.foreign'), String(refused));
      assert.equal(refused.data['way'], way);
      const { why, todo = '' } = wordsFor(refused.code, refused.data, cliHints);
      assert.equal(why, reason);
      assert.doesNotMatch(todo, /undefined/);
    });
  }

  it('calls older archives older, and later ones later', () => {
    const todo = (version: string): string => wordsFor('archive.version', { version }, cliHints).todo ?? '';
    for (const version of ['1.12', '1.10', '0.9']) assert.doesNotMatch(todo(version), /Update/);
    for (const version of ['1.17', '2.0']) assert.match(todo(version), /Update DB Ferry/);
  });

  it('refuses versions it does not know, and an empty file', async () => {
    const version = Buffer.from('PGDMP\u0001\u0011\u0000\u0004\b\u0001');
    await assert.rejects(readBuffer(version), (error) => isAppError(error, 'archive.version'));
    await assert.rejects(readBuffer(Buffer.alloc(0)), (error) => isAppError(error, 'archive.damaged'));
  });

  it('ends at once when aborted while the source is silent, and passes on what the source throws', async () => {
    const controller = new AbortController();
    const silent = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('PGDMP');
      await new Promise<void>(() => undefined);
    };
    const reading = readArchive(silent(), { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await assert.rejects(reading, (error) => isAppError(error, 'cancelled'));
    const broken = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('PGDMP');
      throw new Error('the disk is gone');
    };
    await assert.rejects(readArchive(broken()), /the disk is gone/);
  });
});

function countsOf(reading: ArchiveReading): Map<string, number> {
  return new Map(reading.tables.map((table) => [JSON.stringify([table.schema, table.name]), table.rows]).sort() as []);
}

/** Rows between COPY and the end marker, by line, in the text pg_restore writes. */
function countsOfText(text: string): Map<string, number> {
  const counts: [string, number][] = [];
  let rows = -1;
  let name = '';
  for (const line of text.split('\n')) {
    const copy = /^COPY ("(?:[^"]|"")*"|\w+)\.("(?:[^"]|"")*"|\w+) .*FROM stdin;$/.exec(line);
    if (rows < 0 && copy !== null) {
      name = JSON.stringify(copy.slice(1).map((part) => part.replace(/^"(.*)"$/, '$1').replaceAll('""', '"')));
      rows = 0;
    } else if (rows >= 0 && line === '\\.') {
      counts.push([name, rows]);
      rows = -1;
    } else if (rows >= 0) rows += 1;
  }
  return new Map(counts.sort());
}

async function compareWithServer(server: Server, reading: ArchiveReading): Promise<void> {
  const odd = reading.tables.find((table) => table.name === 'a "table, (x');
  assert.deepEqual(odd?.columns, ['a b', 'c"d,', 'e)f']);
  assert.equal(odd.rows, 6);
  assert.equal(reading.tables.find((table) => table.name === 'no_columns')?.rows, 2);
  for (const table of ['orders', 'child', 'many_columns', 'part_1', 'part_2', 'nothing_in_it']) {
    const counted = await server.sql<{ rows: number }>('odd', `select count(*)::int as rows from only ${table}`);
    assert.equal(reading.tables.find(({ name }) => name === table)?.rows, counted[0]?.rows, table);
  }
  const orders = reading.sequences.find((sequence) => sequence.name === 'orders_id_seq');
  assert.deepEqual([orders?.lastValue, orders?.isCalled], ['4711', true]);
  const unused = reading.sequences.find((sequence) => sequence.name === 'unused');
  assert.deepEqual([unused?.lastValue, unused?.isCalled], ['5', false]);
  assert.deepEqual([reading.largeObjects.count, reading.largeObjects.bytes], [3, 80_001]);
  assert.deepEqual(reading.roles, ['app', 'odd "role', 'postgres', 'reader']);
  assert.ok(reading.namedRoles.includes('reader') && reading.namedRoles.every((role) => reading.roles.includes(role)));
  assert.ok(reading.definitions.some((definition) => definition.kind === 'POLICY'));
}

function contentOf(reading: ArchiveReading): unknown {
  const tables = reading.tables.map(({ schema, name, rows, textBytes, digest }) => [
    schema,
    name,
    rows,
    textBytes,
    digest,
  ]);
  return {
    tables: tables.sort(),
    objects: reading.largeObjects,
    sequences: reading.sequences,
    text: reading.textBytes,
  };
}
