import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAppError, type AppError } from '../../../../src/core/base/errors';
import { cliHints } from '../../../../src/cli/hints';
import { runningText, wordsFor } from '../../../../src/words/errorWords';
import { hostileArchive, hostileTable, int, zstdBomb, type HostileEntry } from './hostileArchive';
import { readBuffer } from './realArchives';

const all = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at);

describe('hostile archives', function () {
  this.timeout(120_000);

  it('reads what it makes of harmless parts, of every version', async () => {
    for (const minor of [13, 14, 15, 16]) {
      for (const compression of ['none', 'gzip', ...(minor > 14 ? (['zstd'] as const) : [])] as const) {
        const reading = await readBuffer(hostileArchive(hostileTable('a\nb\n'), { minor, compression }));
        assert.equal(reading.tables[0]?.rows, 2, `1.${minor} ${compression}`);
      }
    }
  });

  it('takes each byte in rows as COPY writes it, and no other way, however the text is cut', async () => {
    const written = new Set([...all(1, 7), ...all(14, 255)]);
    for (const byte of all(0, 255)) {
      for (const around of [0, 1, 2, 3, 4, 5]) {
        const value = Buffer.concat([Buffer.alloc(around, 'x'), Buffer.from([byte]), Buffer.alloc(around, 'y')]);
        const row = Buffer.concat([value, Buffer.from('\n')]);
        const hostile = byte === 9 || byte === 10 || byte === 0x5c ? undefined : row;
        if (hostile === undefined) continue;
        for (const size of [1, 2, 3, 64]) {
          const archive = hostileArchive(hostileTable(hostile), { encoding: 'SQL_ASCII', chunk: size });
          const refused = await refusalOf(archive);
          const label = `0x${byte.toString(16)} after ${around} bytes, in pieces of ${size}`;
          if (written.has(byte)) assert.equal(refused, undefined, label);
          else assertDamaged(refused, label, /^rows.byte$/);
        }
      }
    }
  });

  it('takes each escape as COPY writes it, and no other, however the text is cut', async () => {
    const letters = new Set(Buffer.from('bfnrtv\\'));
    for (const byte of all(0, 255)) {
      for (const around of [0, 1, 2, 3, 4]) {
        const value = Buffer.concat([Buffer.alloc(around, 'x'), Buffer.from([0x5c, byte]), Buffer.alloc(around, 'y')]);
        for (const size of [1, 2, 3, 64]) {
          const archive = hostileArchive(hostileTable(Buffer.concat([value, Buffer.from('\n')])), {
            encoding: 'SQL_ASCII',
            chunk: size,
          });
          const refused = await refusalOf(archive);
          const label = `\\ and 0x${byte.toString(16)} after ${around} bytes, in pieces of ${size}`;
          if (letters.has(byte) || (byte === 0x4e && around === 0)) assert.equal(refused, undefined, label);
          else assertDamaged(refused, label);
        }
      }
    }
  });

  it('refuses every row that begins as the end marker does, or holds it, in any column', async () => {
    for (const row of [
      '\\.\r',
      '\\.x',
      '\\.\t',
      '\\.\\.',
      '\\.\\n',
      'a\\.',
      '\\.\\N',
      '\\N\\.',
      '\\N\\N',
      '\\Nx',
      'x\\N',
    ]) {
      assertDamaged(await refusalOf(hostileArchive(hostileTable(`${row}\n`))), JSON.stringify(row));
    }
    const two = { copy: 'COPY public.t (a, b) FROM stdin;\n' };
    for (const row of ['\\.\tx', 'x\t\\.', '\\.\t\\.', 'x\t\\.\r']) {
      assertDamaged(await refusalOf(hostileArchive(hostileTable(`${row}\n`, two))), JSON.stringify(row));
    }
    for (const behind of ['\\! id\n', '\r\n', '\0', '\\.\n']) {
      const data = Buffer.from(`x\n\\.\n${behind}\n\n`);
      assertDamaged(await refusalOf(hostileArchive(hostileTable('', { data }))), JSON.stringify(behind));
    }
  });

  it('takes a backslash at the edge of two pieces for what it is', async () => {
    const value = fc.array(fc.constantFrom('\\\\', '\\n', '\\t', 'a', 'bc', 'd\u0001', '.', 'N', 'é'), {
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, chunk) => {
          const text = rows.map((parts) => `${parts.join('')}\n`).join('');
          const [cut, whole] = [{ chunk }, {}].map((options) =>
            readBuffer(hostileArchive(hostileTable(text), options)),
          );
          assert.deepEqual((await cut)?.tables, (await whole)?.tables);
          assert.equal((await whole)?.tables[0]?.rows, rows.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  const texts = ['tag', 'definition', 'drop', 'copy', 'schema', 'tablespace', 'accessMethod', 'owner'] as const;

  it('refuses NUL in every text, and bytes that are no text in the encoding, with the place', async () => {
    for (const place of texts) {
      for (const encoding of ['UTF8', 'EUC_JP', 'EUC_KR', 'EUC_CN', 'EUC_TW', 'EUC_JIS_2004']) {
        for (const bad of [
          'x\0y',
          '\0',
          'x\u0081"',
          '"\u0081',
          '\u00ff\u00ff'.repeat(encoding === 'UTF8' ? 1 : 3),
          '\u008f\u008f',
        ]) {
          const label = `${place} ${encoding} ${JSON.stringify(bad)}`;
          const entry = { tag: 'v', kind: 'VIEW', [place]: Buffer.from(bad, 'latin1') };
          const refused = await refusalOf(hostileArchive([entry], { encoding }));
          const naming = { ...entry, kind: 'ACL' };
          const ofRole = await refusalOf(hostileArchive([naming], { encoding }));
          // roles are named in the encoding of another database, perhaps; NUL is in no name
          if (bad.includes('\0')) assertDamaged(ofRole, label);
          else assert.equal(ofRole?.code, 'archive.roleName', label);
          if (bad.includes('\0') || place !== 'owner') assertDamaged(refused, label);
          else assert.equal(refused?.code, 'archive.roleName', label);
        }
      }
      for (const encoding of ['SQL_ASCII', 'LATIN1', 'LATIN10', 'WIN1252', 'KOI8R', 'ISO_8859_5', 'WIN866']) {
        const read = (text: string): Promise<AppError | undefined> =>
          refusalOf(hostileArchive([{ tag: 'v', kind: 'VIEW', [place]: Buffer.from(text, 'latin1') }], { encoding }));
        assert.equal(await read('x\u0081\u00ff'), undefined, `${place} ${encoding}`);
        assertDamaged(await read('x\0'), `${place} ${encoding}`);
      }
    }
    assertDamaged(await refusalOf(hostileArchive([], { database: 'x\0' })), 'database');
  });

  it('reads the characters of every encoding of servers', async () => {
    for (const [encoding, characters] of [
      ['UTF8', 'e4 f09f9880'],
      ['EUC_JP', 'c6fc 8eb1 8fb0a1'],
      ['EUC_JIS_2004', 'c6fc 8eb1 8fb0a1'],
      ['EUC_KR', 'c7d1'],
      ['EUC_CN', 'd6d0'],
      ['EUC_TW', 'c4e3 8ea2a1a1'],
      ['MULE_INTERNAL', '81e4 92c6fc 9af0e4 9cf0a1a1'],
    ] as const) {
      const tag = encoding === 'UTF8' ? Buffer.from('ä😀') : Buffer.from(characters.replaceAll(' ', ''), 'hex');
      assert.equal(await refusalOf(hostileArchive([{ tag, kind: 'VIEW' }], { encoding })), undefined, encoding);
    }
  });

  it('refuses the encodings that only clients have, one that there is not, a second one, and names before the first', async () => {
    for (const encoding of [
      'SJIS',
      'BIG5',
      'GBK',
      'UHC',
      'GB18030',
      'JOHAB',
      'SHIFT_JIS_2004',
      'gbk',
      'Shift_JIS_2004',
    ]) {
      const refused = await refusalOf(hostileArchive([], { encoding }));
      assert.equal(refused?.code, 'archive.encoding', encoding);
      assert.equal(refused.data['encoding'], encoding);
    }
    for (const encoding of ['', 'UTF-9', 'UTF8\0', "UTF8'; select '", 'x'.repeat(200)]) {
      assertDamaged(await refusalOf(hostileArchive([], { encoding })), JSON.stringify(encoding));
    }
    const again = { tag: 'ENCODING', kind: 'ENCODING', definition: "SET client_encoding = 'LATIN1';\n" };
    assertDamaged(await refusalOf(hostileArchive([again])), 'a second', /^toc.secondEncoding$/);
    const strings = { tag: 'STDSTRINGS', kind: 'STDSTRINGS', definition: "SET standard_conforming_strings = 'off';\n" };
    assertDamaged(await refusalOf(hostileArchive([strings])), 'two of strings', /^toc.secondStrings$/);
    for (const version of ['16.4\nALTER ROLE mallory SUPERUSER;--', '16.4\r;', '16.4\0', '16.4\u2028', 'x'.repeat(300)])
      assertDamaged(await refusalOf(hostileArchive([], { version })), JSON.stringify(version));
    assertDamaged(await refusalOf(hostileArchive([{ tag: 'ä', kind: 'VIEW' }], { encoding: null })), 'none');
    assertDamaged(
      await refusalOf(hostileArchive([{ tag: 'v', kind: 'VIEW' }], { encoding: null })),
      'none, ASCII alone',
    );
  });

  it('refuses what is longer than anything that is read, and ids that nothing has', async () => {
    const long = (size: number, over: Partial<HostileEntry> = {}): HostileEntry[] => [
      { tag: 'v', kind: 'VIEW', definition: Buffer.alloc(size, 'x'), ...over },
    ];
    const beyond = async (entries: HostileEntry[], what: string, label: string): Promise<void> => {
      const refused = await refusalOf(hostileArchive(entries));
      assert.equal(refused?.code, 'archive.limit', `${label}: ${String(refused)}`);
      assert.equal(refused.data['what'], what, label);
      assert.match(runningText(wordsFor(refused.code, refused.data, cliHints)), / of contents has .*more than the \d+/);
    };
    assert.equal(await refusalOf(hostileArchive(long(64_000_000))), undefined);
    for (const [place, most] of [
      ['definition', 64_000_000],
      ['drop', 16 << 20],
      ['copy', 16 << 20],
    ] as const) {
      await beyond(long(0, { [place]: Buffer.alloc(most + 1, 'x') }), 'text', place);
    }
    assertDamaged(await refusalOf(hostileArchive(long(1, { tag: 'x'.repeat(200_000) }))), 'a name', /^toc.longText$/);
    const many = Array.from({ length: 17 }, () => long(0, { drop: Buffer.alloc(16 << 20, 'x') })).flat();
    await beyond(many, 'contents', 'all of it');
    assertDamaged(await refusalOf(hostileArchive(long(1, { id: 1 << 27 }))), 'id', /^toc.dumpId$/);
    const number = Buffer.concat([int(10), Buffer.from('1234567890')]);
    const dependencies = (megabytes: number): Buffer => Buffer.alloc(Math.floor((megabytes << 20) / 15) * 15, number);
    assert.equal(await refusalOf(hostileArchive(long(1, { more: dependencies(20) }))), undefined);
    await beyond(long(1, { more: dependencies(93) }), 'entry', 'an entry');
  });

  it('keeps rows in flat memory that stand packed in a few bytes, also where who takes them is slow', async () => {
    const data = zstdBomb(4096, Buffer.from('\n\\.\n\n\n'));
    const archive = hostileArchive(hostileTable('', { data }), { compression: 'zstd', packed: true });
    assert.ok(archive.length < 20_000);
    const reading = await readBuffer(archive);
    assert.equal(reading.textBytes, 4096 * 131_072 + 1);
  });

  it('does not believe a count of entries', async () => {
    for (const entryCount of [4, 1000, 2_147_483_647]) {
      assertDamaged(await refusalOf(hostileArchive([], { entryCount })), String(entryCount));
    }
    assertDamaged(await refusalOf(Buffer.concat([hostileArchive([]), int(1)])), 'behind it');
  });
});

async function refusalOf(archive: Buffer): Promise<AppError | undefined> {
  try {
    await readBuffer(archive);
    return undefined;
  } catch (error) {
    assert.ok(isAppError(error), String(error));
    return error;
  }
}

function assertDamaged(refused: AppError | undefined, label: string, reason = /./): void {
  assert.equal(refused?.code, 'archive.damaged', `${label}: ${String(refused)}`);
  assert.equal(typeof refused.data['offset'], 'number', label);
  assert.match(String(refused.data['reason']), reason, label);
}
