import assert from 'node:assert/strict';
import fc from 'fast-check';
import { builtinType, type ColumnType } from '../../../src/core/mask/model/columnType';
import type { Transform } from '../../../src/core/mask/rules/maskRules';
import { isCardNumber, isIban } from '../../../src/core/mask/transform/accounts';
import { parseJsonPath } from '../../../src/core/mask/transform/jsonPaths';
import { maskArray, maskRecord } from '../../../src/core/mask/transform/literals';
import { MaskMaker } from '../../../src/core/mask/transform/buildMask';
import { labelled } from './labelled';
import { testKey } from './maskedArchive';

const text: ColumnType = { kind: 'text', name: 'text' };

function maskFor(
  transform: Transform,
  type: ColumnType = text,
  encoding = 'UTF8',
): (value: string, subject?: string) => string | undefined {
  const built = new MaskMaker(testKey, encoding).build(transform, type);
  assert.ok(typeof built !== 'string', 'it does not fit');
  const { mask } = built;
  assert.ok(typeof mask !== 'string');
  return (value, subject = '') => mask(value, subject);
}

function type(name: string, ...sizes: number[]): ColumnType {
  return builtinType(name, sizes) ?? assert.fail(name);
}

describe('transformers', () => {
  it('that keep uniqueness never make one value of two: any texts, and those of their own form', () => {
    const forms: Record<string, fc.Arbitrary<string>> = {
      phone: fc
        .tuple(fc.constantFrom('+', '0', '00', ''), fc.stringMatching(/^\d[\d /-]{0,3}\d{2,4}$/))
        .map((parts) => parts.join('')),
      creditcard: fc.oneof(fc.stringMatching(/^4\d{2,3}$/), fc.constantFrom(...(labelled['card'] ?? []))),
      iban: fc.oneof(fc.stringMatching(/^DE\d{4}$/), fc.constantFrom(...(labelled['iban'] ?? []))),
      key: fc.stringMatching(/^[A-Z]{1,2}-\d{1,3}$/),
      ip: fc.oneof(
        fc.ipV4(),
        fc.ipV6(),
        fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })).map((parts) => parts.join('/')),
      ),
    };
    for (const as of ['hash', 'email', 'uuid', 'key', 'phone', 'iban', 'creditcard', 'ip'] as const) {
      const mask = maskFor({ as });
      const any = fc.oneof(forms[as] ?? fc.string(), fc.string({ minLength: 1, maxLength: 5 }));
      fc.assert(
        fc.property(fc.uniqueArray(any, { minLength: 2, maxLength: 60 }), (values) => {
          const masked = values.map((value) => mask(Buffer.from(value).toString('latin1')));
          assert.equal(new Set(masked).size, values.length);
        }),
        { numRuns: 60 },
      );
    }
  });

  it('make what has its form: valid IBANs and cards, phones and keys of the same shape, addresses, mails that reach nobody', () => {
    for (const value of labelled['iban']?.filter(isIban) ?? []) {
      const masked = maskFor({ as: 'iban' })(value) ?? '';
      assert.ok(isIban(masked), masked);
      assert.deepEqual(
        [masked.slice(0, 2), masked.length, masked.replaceAll(/\S/g, '')],
        [value.slice(0, 2), value.length, value.replaceAll(/\S/g, '')],
      );
      assert.notEqual(masked, value);
    }
    for (const value of labelled['card']?.filter(isCardNumber) ?? []) {
      const masked = maskFor({ as: 'creditcard' })(value) ?? '';
      assert.ok(isCardNumber(masked), masked);
      assert.equal(masked.length, value.length);
    }
    assert.match(maskFor({ as: 'phone' })('+49 (0)170 555-1234') ?? '', /^\+[1-9]\d \(\d\)\d{3} \d{3}-\d{4}$/);
    assert.match(maskFor({ as: 'key' })('KD-0001/a') ?? '', /^[A-Z]{2}-\d{4}\/[a-z]$/);
    assert.match(maskFor({ as: 'email' })('x') ?? '', /^[a-z2-7]{16}@masked\.invalid$/);
    assert.match(maskFor({ as: 'ip' }, type('inet'))('10.1.0.0/16') ?? '', /^\d+\.\d+\.0\.0\/16$/);
    assert.match(maskFor({ as: 'ip' }, type('inet'))('2001:db8::1') ?? '', /^fd/);
    assert.match(maskFor({ as: 'ip' }, type('cidr'))('2001:db8::/32') ?? '', /^[0-9a-f]{1,4}:[0-9a-f]{1,4}::\/32$/);
    assert.match(maskFor({ as: 'ip' }, type('macaddr'))('08:00:2b:01:02:03') ?? '', /^02(:[0-9a-f]{2}){5}$/);
    assert.match(
      maskFor({ as: 'uuid' }, type('uuid'))('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11') ?? '',
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    assert.match(maskFor({ as: 'name' })('Grace Hopper') ?? '', /^[A-Z][a-z]+ [A-Z][a-z]+$/);
  });

  it('let nothing through that is not of their form', () => {
    const odd = [
      'call Alice Miller',
      '§ Straße 5',
      'O\u0308ffi ☎ 123',
      'x'.repeat(300),
      '\\N',
      '\\.',
      'a\tb',
      '+49 Alice',
      'DE89 Alice',
      '4111 Alice 1111',
    ];
    for (const as of ['phone', 'iban', 'creditcard', 'ip', 'key', 'email', 'hash', 'name', 'uuid', 'redact'] as const)
      for (const value of odd) {
        const masked = maskFor({ as })(Buffer.from(value).toString('latin1')) ?? '';
        assert.doesNotMatch(masked, /Alice|Miller|Straße|\uffff|[^ -~]/, `${as}: ${value}`);
        assert.notEqual(masked, value);
      }
    for (const value of odd) assert.match(maskFor({ as: 'date', days: 90 })(value) ?? '', /^[a-z2-7]{26}$/);
    assert.match(maskFor({ as: 'date', days: 90 })('2024-01-01 Ada Lovelace') ?? '', /^[a-z2-7]{26}$/);
  });

  it('stay within varchar(n), and are refused where they cannot', () => {
    const maker = new MaskMaker(testKey, 'UTF8');
    for (let limit = 1; limit <= 40; limit += 1)
      for (const as of [
        'phone',
        'iban',
        'creditcard',
        'ip',
        'key',
        'email',
        'hash',
        'name',
        'uuid',
        'redact',
      ] as const) {
        const built = maker.build({ as }, { kind: 'text', name: 'character varying', limit });
        if (typeof built === 'string') {
          assert.equal(built, 'length');
          assert.ok((as === 'email' && limit < 19) || (as === 'uuid' && limit < 36), `${as} ${limit}`);
          continue;
        }
        const { mask } = built;
        assert.ok(typeof mask === 'function');
        for (const value of ['1'.repeat(limit), 'ä'.repeat(limit), 'a b'.slice(0, limit), '1.2.3.4'.slice(0, limit)])
          assert.ok((mask(Buffer.from(value).toString('latin1'), '') ?? '').length <= limit, `${as} ${limit} ${value}`);
        if (built.unique && as === 'hash') assert.ok(limit >= 13);
      }
  });

  it('move dates by days of their subject, and numbers within their range, type, sign and scale', () => {
    const date = maskFor({ as: 'date', days: 90, subject: 'id' }, type('date'));
    const days = (value: string): number => Date.parse(`${value}T00:00:00Z`) / 86_400_000;
    fc.assert(
      fc.property(
        fc.integer({ min: -25_000, max: 60_000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.string(),
        (from, later, subject) => {
          const iso = (at: number): string => new Date(at * 86_400_000).toISOString().slice(0, 10);
          const one = days(date(iso(from), subject) ?? '');
          const other = days(date(iso(from + later), subject) ?? '');
          assert.equal(other - one, later);
          assert.ok(one !== from && Math.abs(one - from) <= 90);
        },
      ),
    );
    assert.equal(date('infinity'), 'infinity');
    assert.match(date('0001-01-01 BC', 'x') ?? '', /^000[12]-\d\d-\d\d( BC)?$/);
    assert.match(
      maskFor({ as: 'date', days: 5 }, type('timestamp with time zone'))('2024-02-29 23:59:59.5+00') ?? '',
      /^2024-0[23]-\d\d 23:59:59\.5\+00$/,
    );
    const cases: [ColumnType, fc.Arbitrary<string>, (value: string) => boolean][] = [
      [
        type('smallint'),
        fc.integer({ min: -32768, max: 32767 }).map(String),
        (value) => Math.abs(Number(value)) <= 32768,
      ],
      [
        type('bigint'),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
        (value) => BigInt(value) <= 2n ** 63n - 1n && BigInt(value) >= -(2n ** 63n),
      ],
      [
        type('numeric', 5, 2),
        fc.integer({ min: -99_999, max: 99_999 }).map((value) => (value / 100).toFixed(2)),
        (value) => /^-?\d{1,3}\.\d\d$/.test(value),
      ],
    ];
    for (const [of, values, fits] of cases) {
      const mask = maskFor({ as: 'number', percent: 50 }, of);
      fc.assert(
        fc.property(values, (value) => {
          const masked = mask(value) ?? '';
          assert.ok(fits(masked), `${value} ${masked}`);
          assert.equal(Math.sign(Number(masked)), Math.sign(Number(value)), `${value} ${masked}`);
          assert.ok(Math.abs(Number(masked) - Number(value)) <= Math.abs(Number(value)) * 0.51 + 1);
        }),
      );
    }
    assert.equal(maskFor({ as: 'number', percent: 5 }, type('numeric'))('NaN'), 'NaN');
    assert.match(maskFor({ as: 'number', percent: 5 }, type('money'))('-$1,234.56') ?? '', /^-\$1,\d{3}\.\d\d$/);
    for (const value of ['7', '12345', '-2147483648', '2147483647', '0'])
      assert.ok(Math.abs(Number(maskFor({ as: 'key' }, type('integer'))(value))) <= 2_147_483_648);
  });

  it('take arrays and rows apart and put them together as the server reads them', () => {
    const element = fc.oneof(fc.string(), fc.constantFrom('', 'NULL', '"', '\\', '{}', ',', '(a,b)', ' x '));
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 5 }), (elements) => {
        const seen: string[] = [];
        const literal = `{${elements.map((one) => `"${one.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
        const array = maskArray(literal, (one) => (seen.push(one), one)) ?? '';
        assert.deepEqual(seen, elements);
        // written again, it is the same: without the quotes that nothing needs
        assert.equal(
          maskArray(array, (one) => (seen.push(one), one)),
          array,
        );
        assert.deepEqual(seen, [...elements, ...elements]);
        const fields: string[] = [];
        const row = `(${elements.map((one) => `"${one.replaceAll(/["\\]/g, '$&$&')}"`).join(',')})`;
        const masks = elements.map(
          () =>
            (one: string): string => (fields.push(one), one),
        );
        const record = maskRecord(row, masks) ?? '';
        assert.deepEqual(fields, elements);
        assert.equal(maskRecord(record, masks), record);
        assert.deepEqual(fields, [...elements, ...elements]);
      }),
    );
    const upper = (one: string): string => one.toUpperCase();
    assert.equal(maskArray('[0:1]={a,NULL}', upper), '[0:1]={A,NULL}');
    assert.equal(maskArray('{{a,b},{c,"NULL"}}', upper), '{{A,B},{C,"NULL"}}');
    for (const no of ['', 'a', '{a', 'a}', '{a}}', '{a}b', '{"a}']) assert.equal(maskArray(no, upper), undefined, no);
    assert.equal(maskRecord('(a,,"")', [upper, upper, upper]), '(A,,"")');
  });

  it('mask documents by path, what no path names, names of members; what is kept stays byte for byte', () => {
    const json = (paths: Record<string, Transform>): ((value: string) => string | undefined) =>
      maskFor(
        {
          as: 'json',
          paths: Object.entries(paths).map(([path, as]) => ({ path: parseJsonPath(path) ?? assert.fail(path), as })),
        },
        type('jsonb'),
      );
    const fixed = { as: 'fixed', value: 'X' } as const;
    const keep = { as: 'keep' } as const;
    const deep = json({
      '$.a.b': fixed,
      '$..ip': fixed,
      '$.list[*].n': fixed,
      '$["x.y"]': fixed,
      '$.none': { as: 'null' },
      '**': keep,
    });
    assert.equal(
      deep(
        '{"a": {"b": "s", "c": 1.50e0}, "z": {"ip": "s", "i": [{"ip": ["s"]}]}, "list": [{"n": 5, "m": "k"}], "x.y": "s", "none": {"a": [1]}, "d": 1, "d": 2}',
      ),
      '{"a": {"b": "X", "c": 1.50e0}, "z": {"ip": "X", "i": [{"ip": ["X"]}]}, "list": [{"n": "X", "m": "k"}], "x.y": "X", "none": null, "d": 1, "d": 2}',
    );
    assert.match(
      json({ '$.a': keep })('{"a": "kept", "canary": "v", "n": [5, true, null, "v"]}') ?? '',
      /^\{"a": "kept", "k[a-z2-7]{13}": "\[redacted\]", "k[a-z2-7]{13}": \[0, true, null, "\[redacted\]"\]\}$/,
    );
    assert.equal(json({ '$.\u0061': fixed })('{"\\u0061": "s"}'), '{"\\u0061": "X"}');
    assert.equal(json({ $: { as: 'null' } })('{"a": "s"}'), 'null');
    for (const no of ['{', '{"a"}', '"', '[1,', 'nul', '{"a": s}', '['.repeat(2000)])
      assert.equal(json({ '**': keep })(no), '"[redacted]"', no);
    // a value of a document becomes what it becomes in a column of its own, in any encoding
    const latin = maskFor(
      { as: 'json', paths: [{ path: parseJsonPath('$.m') ?? assert.fail(), as: { as: 'hash' } }] },
      type('jsonb'),
      'LATIN1',
    );
    assert.equal(latin('{"m": "J\u00f6rg"}'), `{"m": "${maskFor({ as: 'hash' }, text, 'LATIN1')('J\u00f6rg') ?? ''}"}`);
    assert.equal(
      latin('{"m": "J\u00f6rg"}'),
      `{"m": "${maskFor({ as: 'hash' })(Buffer.from('J\u00f6rg').toString('latin1')) ?? ''}"}`,
    );
  });

  it('tell bytes apart that nobody knows the meaning of, and fold what a type folds', () => {
    const ascii = maskFor({ as: 'hash' }, text, 'SQL_ASCII');
    assert.notEqual(ascii('\u00e9'), ascii('\u00c3\u00a9'));
    const odd = maskFor({ as: 'hash' }, text, 'UTF8');
    assert.notEqual(odd('\u00ff'), odd('\u00fe'));
    const folded = maskFor({ as: 'email' }, { kind: 'text', name: 'citext', folded: true });
    assert.equal(folded('Ada@X.org'), folded('ada@x.ORG'));
    assert.notEqual(maskFor({ as: 'email' })('Ada@X.org'), maskFor({ as: 'email' })('ada@x.ORG'));
    const padded = maskFor({ as: 'hash' }, { kind: 'text', name: 'character', padded: true, limit: 40 });
    assert.equal(padded('ab   '), maskFor({ as: 'hash' })('ab')?.padEnd(40));
  });
});
