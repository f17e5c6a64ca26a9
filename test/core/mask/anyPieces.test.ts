import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { readRules } from '../../../src/core/mask/rules/readRules';
import { escapeCopy, unescapeCopy } from '../../../src/core/mask/stream/copyText';
import { maskArchive } from '../../../src/core/mask/stream/maskArchive';
import { MaskMaker } from '../../../src/core/mask/transform/buildMask';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { generateArchive } from '../postgres/archive/generateArchive';
import { testKey } from './maskedArchive';

const columns = ['id', 'digest', 'customer', 'amount', 'at', 'data', 'note'];
const rules = {
  customer: 'customer", as: email',
  digest: 'digest", as: hash',
  note: 'note", as: redact',
  at: 'at", as: date, shift: id, days: 365',
} as const;
type Masked = keyof typeof rules;

/** A value as COPY writes it: short or long ones, with escapes, NULL, what looks like the end of the rows. */
const field = fc.oneof(
  { weight: 20, arbitrary: fc.stringMatching(/^[ -[\]-~]{0,20}$/) },
  { weight: 3, arbitrary: fc.constantFrom('\\N', '', '\\\\N', '\\\\.', 'a\\tb', 'x\\ny', 'näme €', '2024-02-03') },
  { weight: 1, arbitrary: fc.nat({ max: 3000 }).map((length) => 'x'.repeat(length)) },
);
const rows = fc.array(fc.tuple(field, field, field, field, field, field, field), { minLength: 1, maxLength: 30 });
const cases = fc.record({
  rows,
  /** bytes of rows, about: the same ones again and again */
  bytes: fc.oneof(fc.nat({ max: 5000 }), fc.nat({ max: 900_000 }), fc.integer({ min: 1_000_000, max: 2_600_000 })),
  longest: fc.constantFrom(0, 0, 0, 140_000, 600_000),
  columns: fc.subarray(Object.keys(rules) as Masked[], { minLength: 1 }),
  from: fc.constantFrom('none', 'gzip', 'zstd'),
  to: fc.constantFrom('none', 'gzip', 'zstd'),
  chunk: fc.option(fc.integer({ min: 30, max: 300_000 }), { nil: undefined }),
  piece: fc.oneof(fc.integer({ min: 200, max: 5000 }), fc.integer({ min: 5000, max: 1 << 20 })),
  isSlow: fc.boolean(),
});

describe('rows that are masked in pieces', function () {
  this.timeout(120_000);

  it('are what masking them one by one makes, wherever pieces end, however they are packed, and however slow who takes them', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const once = Buffer.from(one.rows.map((row) => row.join('\t') + '\n').join(''));
        const long = one.longest === 0 ? '' : `1\tz\t${'y'.repeat(one.longest)}\t\t2024-02-03\t\t${'w'.repeat(99)}\n`;
        const text = Buffer.concat([
          ...Array.from({ length: Math.max(1, Math.ceil(one.bytes / once.length)) }, () => once),
          Buffer.from(long),
        ]);
        const archive = generateArchive({
          ...{ tables: 2, bytesPerTable: 1, compression: one.from, text },
          ...(one.chunk === undefined ? {} : { chunk: one.chunk }),
        });
        const pieces: Buffer[] = [];
        await maskArchive(recut(archive, one.piece), {
          rules: readRules(
            `columns: [${one.columns.map((name) => `{match: "*.*.${rules[name]}}`).join(', ')}, {match: "*.*.*", as: keep}]`,
          ),
          key: testKey,
          packing: { method: one.to, level: 1 },
          take: (bytes) => {
            pieces.push(bytes);
            return one.isSlow ? setImmediate() : undefined;
          },
        });
        const expected = reference(text.toString('latin1'), one.columns);
        for (const made of await textsOf(pieces)) assert.ok(made === expected, firstDifference(made, expected));
      }),
      { numRuns: 25 },
    );
  });
});

/** Row by row, field by field, with nothing of the stream. */
function reference(text: string, masked: readonly Masked[]): string {
  const maker = new MaskMaker(testKey, 'UTF8');
  const plain = { kind: 'text', name: 'text' } as const;
  const transforms = {
    customer: { as: 'email' },
    digest: { as: 'hash' },
    note: { as: 'redact' },
    at: { as: 'date', days: 365, subject: 'id' },
  } as const;
  const masks = new Map(
    masked.map((name) => {
      const built = maker.build(transforms[name], plain);
      assert.ok(typeof built !== 'string' && typeof built.mask !== 'string');
      return [columns.indexOf(name), built.mask];
    }),
  );
  const masksOf = (row: string): string => {
    const fields = row.split('\t');
    const subject = maker.text(unescapeCopy(fields[0] ?? ''));
    return fields
      .map((value, at) => {
        const mask = masks.get(at);
        if (mask === undefined || value === '\\N' || value === '') return value;
        const made = mask(unescapeCopy(value), subject);
        return made === undefined ? '\\N' : escapeCopy(made);
      })
      .join('\t');
  };
  const known = new Map<string, string>();
  const lines = text.slice(0, -1).split('\n');
  return (
    lines
      .map((row) => {
        const made = known.get(row) ?? masksOf(row);
        known.set(row, made);
        return made;
      })
      .join('\n') + '\n'
  );
}

/** The rows of every table of an archive, which must be whole. */
async function textsOf(archive: readonly Buffer[]): Promise<string[]> {
  const texts: Buffer[][] = [];
  await readArchive(
    (async function* () {
      yield* archive;
    })(),
    {
      tap: {
        table: () => void texts.push([]),
        text: (piece) => void texts.at(-1)?.push(piece),
      },
    },
  );
  return texts.map((pieces) => Buffer.concat(pieces).toString('latin1').slice(0, -5));
}

async function* recut(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  const all = Buffer.concat(pieces);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

function firstDifference(made: string, expected: string): string {
  let at = 0;
  while (made[at] === expected[at] && at < made.length) at += 1;
  return `${made.length} for ${expected.length} bytes, from ${at} on: ${JSON.stringify([made, expected].map((text) => text.slice(at, at + 60)))}`;
}
