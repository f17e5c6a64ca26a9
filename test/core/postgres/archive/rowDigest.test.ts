import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Hash128, hexOf } from '../../../../src/core/postgres/archive/digest/hash128';
import { RowDigest, type RowDigestResult } from '../../../../src/core/postgres/archive/digest/rowDigest';

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

describe('rowDigest', () => {
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

  it('stays what it is: manifests hold it', () => {
    assert.equal(hexOf(new Hash128().update(Buffer.from('DB Ferry')).finish()), stable.hash);
    assert.equal(
      digest(
        ['id', 'name'],
        [
          ['1', 'one'],
          ['2', null],
        ],
      ).digest,
      stable.rows,
    );
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
      assert.throws(() => digestText(['a', 'b'], Buffer.from(text)), /refused/);
    });
  }
});

const stable = { hash: '4b41fa27b60b69f2864530858ee7e05c', rows: 'e4ec89baadffda11d509e489bd7f628f' };

function digest(columns: readonly string[], rows: readonly Row[], size?: number): RowDigestResult {
  const lines = rows.map((row) => `${row.map(escaped).join('\t')}\n`);
  return digestText(columns, Buffer.from(`${lines.join('')}\\.\n\n\n`), size);
}

function digestText(columns: readonly string[], text: Buffer, size = text.length || 1): RowDigestResult {
  const result = new RowDigest(
    columns.map((column) => Buffer.from(column)),
    (reason) => {
      throw new Error(`refused: ${reason}`);
    },
  );
  const view = new DataView(text.buffer, text.byteOffset, text.length);
  for (let at = 0; at < text.length; at += size) result.push(text, view, at, Math.min(text.length, at + size));
  return result.finish();
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
