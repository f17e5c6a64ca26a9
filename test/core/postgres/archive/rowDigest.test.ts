import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Damage } from '../../../../src/core/postgres/archive/format/damage';
import { damageWords } from '../../../../src/words/damageWords';
import { buildKernel } from '../../../tools/wasm.mjs';
import { DigestKernel } from '../../../../src/core/postgres/archive/digest/digestKernel';
import { digestOfLargeObjects, digestOfRows } from '../../../../src/core/postgres/archive/digest/digests';
import { Hash128, hexOf } from '../../../../src/core/postgres/archive/digest/hash128';
import type { DigestVersion } from '../../../../src/core/postgres/archive/reading';
import type { RowDigestResult } from '../../../../src/core/postgres/archive/digest/rowDigest';
import { rowKernel } from '../../../../src/core/postgres/archive/digest/rowKernel';
import { plainDigest2, plainObjects2 } from './plainDigest2';

type Field = string | null;
type Row = readonly Field[];

/** Values that look alike on purpose: few characters, delimiters, escapes, control characters, words of four bytes. */
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.constant(null),
  fc.string({
    unit: fc.constantFrom('a', 'b', '\t', '\n', '\\', 'N', '.', '\u0001', '\u000b', 'ä', '€', '\u{1f600}'),
    maxLength: 9,
  }),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
  fc.integer().map(String),
);
const columnNames = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 });
const tableOf = columnNames.chain((columns) =>
  fc.record({
    columns: fc.constant(columns),
    rows: fc.array(fc.array(field, { minLength: columns.length, maxLength: columns.length }), {
      minLength: 1,
      maxLength: 12,
    }),
  }),
);

for (const version of [1, 2] as const) {
  describe(`digest ${version} of rows`, () => {
    const digest = (columns: readonly string[], rows: readonly Row[], size?: number): RowDigestResult =>
      digestOf(version, columns, rows, size);

    it('does not depend on the order of rows and columns, nor on how the text is cut', () => {
      fc.assert(
        fc.property(
          tableOf,
          fc.infiniteStream(fc.nat()),
          fc.integer({ min: 1, max: 9 }),
          ({ columns, rows }, noise, size) => {
            const whole = digest(columns, rows);
            assert.equal(whole.rows, rows.length);
            const order = shuffled(
              columns.map((_, index) => index),
              noise,
            );
            const moved = shuffled(rows, noise).map((row) => order.map((index) => row[index]!));
            assert.deepEqual(
              digest(
                order.map((index) => columns[index]!),
                moved,
                size,
              ),
              whole,
            );
          },
        ),
        { numRuns: 500 },
      );
    });

    it('sees every change of a field, a column name, and every lost or doubled row', () => {
      fc.assert(
        fc.property(tableOf, fc.nat(), fc.nat(), field, ({ columns, rows }, rowPick, columnPick, value) => {
          const whole = digest(columns, rows).digest;
          const [row, column] = [rowPick % rows.length, columnPick % columns.length];
          if (rows[row]![column] !== value) {
            const changed = rows.map((fields, at) => (at === row ? fields.with(column, value) : fields));
            assert.notEqual(digest(columns, changed).digest, whole);
          }
          assert.notEqual(digest(columns.with(column, `${columns[column]!}'`), rows).digest, whole);
          assert.notEqual(digest(columns, rows.toSpliced(row, 1)).digest, whole);
          assert.notEqual(digest(columns, [...rows, rows[row]!]).digest, whole);
          assert.notEqual(
            digest(columns, [...rows, rows[row]!, rows[row]!]).digest,
            whole,
            'two equal rows do not cancel',
          );
        }),
        { numRuns: 500 },
      );
    });

    it('sees values that changed places, between columns of a row and between rows of a column', () => {
      fc.assert(
        fc.property(field, field, field, field, (a, b, c, d) => {
          fc.pre(a !== b && c !== d);
          const columns = ['x', 'y'];
          assert.notEqual(digest(columns, [[a, b]]).digest, digest(columns, [[b, a]]).digest);
          assert.notEqual(
            digest(columns, [
              [a, c],
              [b, d],
            ]).digest,
            digest(columns, [
              [b, c],
              [a, d],
            ]).digest,
          );
        }),
        { numRuns: 1000 },
      );
    });

    it('has no collision among half a million short rows, in any 64 of its bits', () => {
      const low = new Set<string>();
      const high = new Set<string>();
      const count = 500_000;
      for (let row = 0; row < count; row += 1) {
        const { digest: hash } = digest(['n', 'm'], [[String(row % 1000), String(Math.floor(row / 1000))]]);
        low.add(hash.slice(0, 16));
        high.add(hash.slice(16));
      }
      assert.deepEqual([low.size, high.size], [count, count]);
    }).timeout(60_000);

    it('stays what it is: manifests hold it', () => {
      const rows = [
        ['1', 'one'],
        ['2', null],
      ];
      assert.equal(digest(['id', 'name'], rows).digest, stable[version]);
    });

    for (const [what, text] of [
      ['no end marker', '1\t2\n'],
      ['a missing field', '1\n\\.\n\n\n'],
      ['a field too many', '1\t2\t3\n\\.\n\n\n'],
      ['text after the end marker', '1\t2\n\\.\n\n\nx'],
      ['an end cut short', '1\t2\n\\.\n\n'],
      ['no newline at the end', '1\t2\n\\.'],
      ['nothing at all', ''],
    ] as const) {
      it(`refuses ${what}`, () => {
        assert.throws(() => digestText(version, ['a', 'b'], Buffer.from(text)), /refused/);
      });
    }
  });
}

describe('digest 1', () => {
  it('flips about half of its bits for each bit of its input', () => {
    let flips = 0;
    let tries = 0;
    for (let bit = 0; bit < 16 * 8; bit += 1) {
      const bytes = Buffer.from('sixteen bytes ok');
      const before = Int32Array.from(new Hash128().update(bytes).finish());
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      const after = new Hash128().update(bytes).finish();
      const changed = before.reduce((sum, lane, index) => sum + bitsOf(lane ^ after[index]!), 0);
      assert.ok(changed > 32 && changed < 96, `bit ${bit} flips ${changed} of 128`);
      flips += changed;
      tries += 1;
    }
    assert.ok(Math.abs(flips / tries - 64) < 2, `${flips / tries} on average`);
  });

  it('stays what it is: manifests hold definitions by it', () => {
    assert.equal(hexOf(new Hash128().update(Buffer.from('DB Ferry')).finish()), '4b41fa27b60b69f2864530858ee7e05c');
  });
});

describe('digest 2', () => {
  it('is shipped as it is built of its source', async () => {
    assert.equal(rowKernel, await buildKernel());
  });

  // `npm run digests` takes a million
  const wanted = Number(process.env['FERRY_DIGEST_ROWS'] ?? 20_000);
  it(`is what its definition says, of ${wanted} random rows, however they are cut, beside another one`, () => {
    let seen = 0;
    while (seen < wanted) {
      fc.assert(
        fc.property(
          tables,
          fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 3, maxLength: 9 }),
          (two, sizes) => {
            const [one, other] = two.map(({ columns, rows }) => ({ columns, rows, text: textOf(rows) }));
            assert.ok(one && other);
            const ends = [one, other].map(({ columns, rows }) =>
              plainDigest2(
                columns,
                rows.map((row) => row.map(bytesOf)),
              ),
            );
            assert.deepEqual(alternately(one, other, sizes), ends);
            seen += one.rows.length + other.rows.length;
          },
        ),
        { numRuns: 200 },
      );
    }
  }).timeout(900_000);

  it('is the same wherever the text is cut in two, and refuses the same', () => {
    const rows = [
      ['', 'exactly sixteen!'],
      [null, 'N'],
      ['\\N', '\t\n\\'],
      ['longer than sixteen bytes, longer than thirty-two', null],
    ];
    const good = textOf(rows);
    const whole = digestText(2, ['a', 'b'], good);
    const bad = ['a\\N', '\\Nb', '\\.', '\\q', '\0', '\u000b', 'a\tb'].map((field) =>
      Buffer.from(`1\t2\n3\t${field}\n\\.\n\n\n`),
    );
    for (let at = 0; at <= good.length; at += 1) assert.deepEqual(inTwo(good, at), whole, `cut at ${at}`);
    for (const text of bad) {
      for (let at = 0; at <= text.length; at += 1) {
        assert.throws(() => inTwo(text, at), /refused: row 2/, `${JSON.stringify(text.toString())} cut at ${at}`);
      }
    }
  });

  it('takes chunks as it takes text, up to what is no whole chunk', () => {
    const rows = Array.from({ length: 3000 }, (_, row) => [String(row), `${'text '.repeat(row % 40)}${row}`]);
    const lines = rows.map((row) => textOf([row], ''));
    const whole = digestText(2, ['a', 'b'], textOf(rows));
    const packed = Buffer.concat([...lines, Buffer.from('\\.\n\n\n')].flatMap((line) => [lengthOf(line), line]));
    for (const window of [64, 300, 5000, 1 << 17]) {
      const result = digestOfRows(2, named(['a', 'b']), refuse);
      for (let at = 0; at < packed.length;) {
        const { used, text } = result.pushChunks!(packed, at, Math.min(packed.length, at + window));
        assert.ok(text.length < used || used === 0);
        at += used;
        if (used > 0) continue;
        const length = packed.readUInt32LE(at + 1);
        result.push(packed, viewOf(packed), at + 5, at + 5 + length);
        at += 5 + length;
      }
      assert.deepEqual(result.finish(), whole, `by ${window} bytes`);
    }
  });

  it('flips about half of its bits for each bit of a value, wherever in the value it stands', () => {
    for (const length of [1, 7, 8, 15, 16, 17, 40]) {
      const value = Buffer.alloc(length, 'A short text');
      const before = hashOf(value);
      let flips = 0;
      for (let bit = 0; bit < length * 8; bit += 1) {
        const changed = bitsIn(before ^ hashOf(flipped(value, bit)));
        assert.ok(changed > 32 && changed < 96, `bit ${bit} of ${length} bytes flips ${changed} of 128`);
        flips += changed;
      }
      assert.ok(Math.abs(flips / (length * 8) - 64) < 6, `${flips / (length * 8)} on average of ${length} bytes`);
    }
  });

  it('sees every two bits that change together, in either of its halves, and every length of the same byte', () => {
    const value = Buffer.alloc(34, 0x55);
    const seen = new Set<bigint>();
    let count = 0;
    const add = (hash: bigint): void => {
      seen.add(hash & 0xffffffffffffffffn).add(hash >> 64n);
      count += 2;
    };
    for (let one = 0; one < value.length * 8; one += 1) {
      for (let other = one; other < value.length * 8; other += 1) {
        add(hashOf(one === other ? flipped(value, one) : flipped(flipped(value, one), other)));
      }
    }
    for (const byte of [0, 0x55]) {
      for (let length = byte === 0 ? 0 : 1; length < 300; length += 1) add(hashOf(Buffer.alloc(length, byte)));
    }
    assert.equal(seen.size, count);
  }).timeout(60_000);

  it('hashes large objects as its definition says, in any order, while rows are hashed', () => {
    const content = fc.uint8Array({ maxLength: 100 });
    const objects = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: 0xffffffff }), content), {
      selector: ([oid]) => oid,
    });
    fc.assert(
      fc.property(objects, fc.integer({ min: 1, max: 40 }), (all, size) => {
        const rows = digestOfRows(2, named(['a']), refuse);
        const row = Buffer.from('some text that waits\n');
        const result = digestOfLargeObjects(2);
        for (const [oid, bytes] of all.toReversed()) {
          result.begin(oid);
          for (let at = 0; at < bytes.length; at += size) {
            result.push(bytes, at, Math.min(bytes.length, at + size));
            rows.push(row, viewOf(row), 0, row.length);
          }
          result.end();
        }
        const bytes = all.reduce((sum, [, one]) => sum + one.length, 0);
        assert.deepEqual(result.result(), { count: all.length, bytes, ...plainObjects2(all) });
      }),
    );
  });
});

const stable = { 1: 'e4ec89baadffda11d509e489bd7f628f', 2: '73ee1d3fcfcc45340c0bb8b400bf4949' };

const tables = fc.tuple(tableOf, tableOf);

function digestOf(
  version: DigestVersion,
  columns: readonly string[],
  rows: readonly Row[],
  size?: number,
): RowDigestResult {
  return digestText(version, columns, textOf(rows), size);
}

function textOf(rows: readonly Row[], end = '\\.\n\n\n'): Buffer {
  return Buffer.from(`${rows.map((row) => `${row.map(escaped).join('\t')}\n`).join('')}${end}`);
}

function digestText(
  version: DigestVersion,
  columns: readonly string[],
  text: Buffer,
  size = text.length || 1,
): RowDigestResult {
  const result = digestOfRows(version, named(columns), refuse);
  const view = viewOf(text);
  for (let at = 0; at < text.length; at += size) result.push(text, view, at, Math.min(text.length, at + size));
  return result.finish();
}

interface Text {
  readonly columns: readonly string[];
  readonly text: Buffer;
}

/** Two digests, fed in turns with pieces of these sizes. */
function alternately(one: Text, other: Text, sizes: readonly number[]): string[] {
  const sides = [one, other].map(({ columns, text }) => ({
    text,
    at: 0,
    result: digestOfRows(2, named(columns), refuse),
  }));
  for (let turn = 0; sides.some(({ at, text }) => at < text.length); turn += 1) {
    const side = sides[turn % 2]!;
    const to = Math.min(side.text.length, side.at + sizes[turn % sizes.length]!);
    side.result.push(side.text, viewOf(side.text), side.at, to);
    side.at = to;
  }
  return sides.map(({ result }) => result.finish().digest);
}

function inTwo(text: Buffer, at: number): RowDigestResult {
  const result = digestOfRows(2, named(['a', 'b']), refuse);
  result.push(text, viewOf(text), 0, at);
  result.push(text, viewOf(text), at, text.length);
  return result.finish();
}

/** Of one value that nothing else seeds. */
function hashOf(value: Uint8Array): bigint {
  const kernel = DigestKernel.shared;
  kernel.enter(nobody);
  kernel.clear();
  const [a, b] = kernel.hashOf(value);
  return (b << 64n) | a;
}

const nobody = { leave: (): void => undefined };

function flipped(value: Buffer, bit: number): Buffer {
  const changed = Buffer.from(value);
  changed[bit >> 3]! ^= 1 << (bit & 7);
  return changed;
}

function bitsIn(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

function named(columns: readonly string[]): Buffer[] {
  return columns.map((column) => Buffer.from(column));
}

function refuse(damage: Damage): never {
  throw new Error(`refused: ${damageWords(typeof damage === 'string' ? { reason: damage } : damage)}`);
}

function viewOf(text: Buffer): DataView {
  return new DataView(text.buffer, text.byteOffset, text.length);
}

function lengthOf(line: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32LE(line.length, 1);
  return head;
}

function bytesOf(field: Field): Buffer {
  return Buffer.from(escaped(field));
}

/** As COPY writes a value. */
function escaped(value: Field): string {
  if (value === null) return '\\N';
  const signs: Record<string, string> = {
    '\\': '\\\\',
    '\b': '\\b',
    '\f': '\\f',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\v': '\\v',
  };
  return value.replaceAll(/[\\\b\f\n\r\t\v]/g, (sign) => signs[sign] ?? sign);
}

function shuffled<Value>(values: readonly Value[], noise: Iterable<number>): Value[] {
  const chance = noise[Symbol.iterator]();
  const left = [...values];
  const result: Value[] = [];
  while (left.length > 0) result.push(...left.splice(Number(chance.next().value) % left.length, 1));
  return result;
}

function bitsOf(value: number): number {
  return (value >>> 0).toString(2).replaceAll('0', '').length;
}
