import type { ColumnType } from '../model/columnType';
import { MaskMaker } from '../transform/buildMask';
import type { MaskRules, Transform } from './maskRules';

/** A made-up value and what a rule makes of it; `undefined`: NULL. */
export interface Example {
  readonly before: string;
  readonly after: string | undefined;
}

/** What a transformer makes of values that are nobody's, under a key that is no target's. Empty where it needs a type that is not known. */
export function examplesOf(transform: Transform): Example[] {
  const sample = samples[transform.as];
  if (sample === undefined) return [];
  const built = new MaskMaker(Buffer.alloc(32, 'example'), 'UTF8').build(transform, sample.type);
  if (typeof built === 'string') return [];
  const { mask } = built;
  return sample.values.map((before) => {
    const bytes = Buffer.from(before, 'utf8').toString('latin1');
    const after = mask === 'keep' ? bytes : mask === 'null' ? undefined : mask(bytes, '7');
    return { before, after: after === undefined ? undefined : Buffer.from(after, 'latin1').toString('utf8') };
  });
}

/** The rule that stands at a line, or begins last before it; lines count from 1. */
export function ruleAt(rules: MaskRules, line: number): MaskRules['columns'][number] | undefined {
  return rules.columns.findLast(({ place }) => place.line <= line);
}

const text: ColumnType = { kind: 'text', name: 'text' };
const words = ['Ada Lovelace', 'call her after six'];

const samples: Partial<Record<Transform['as'], { readonly type: ColumnType; readonly values: readonly string[] }>> = {
  keep: { type: text, values: ['as it is'] },
  null: { type: text, values: words },
  fixed: { type: text, values: words },
  hash: { type: text, values: words },
  redact: { type: text, values: words },
  email: { type: text, values: ['ada@example.com', 'no mail at all'] },
  name: { type: text, values: ['Ada Lovelace', 'Byron'] },
  phone: { type: text, values: ['+49 170 5551234', '030/12345678'] },
  key: { type: text, values: ['KD-000123', 'ab12-XY'] },
  iban: { type: text, values: ['DE89 3704 0044 0532 0130 00'] },
  creditcard: { type: text, values: ['4111 1111 1111 1111'] },
  ip: { type: { kind: 'address', name: 'inet' }, values: ['192.0.2.17', '2001:db8::1'] },
  uuid: { type: { kind: 'uuid' }, values: ['550e8400-e29b-41d4-a716-446655440000'] },
  date: { type: { kind: 'date' }, values: ['1980-02-29', '1991-07-01'] },
  number: { type: { kind: 'numeric' }, values: ['1250.00', '-3'] },
  json: {
    type: { kind: 'json', binary: true },
    values: ['{"ip": "192.0.2.17", "n": 5, "user": {"mail": "ada@example.com", "name": "Ada"}}'],
  },
};
