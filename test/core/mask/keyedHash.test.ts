import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { KeyedHash } from '../../../src/core/mask/transform/keyedHash';
import { Keyed } from '../../../src/core/mask/transform/keyed';
import { Permutation } from '../../../src/core/mask/transform/permutation';

describe('what masks are made from', () => {
  it('is HMAC-SHA-256 as node:crypto has it, for every length and any text', () => {
    const key = Buffer.from('a key of the target');
    const hash = new KeyedHash(key, 'label');
    const derived = createHmac('sha256', key).update('label').digest();
    const expected = (text: string): string => createHmac('sha256', derived).update(text).digest('hex');
    const found = (text: string): string =>
      Array.from(hash.hash(text), (word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    for (let length = 0; length < 130; length += 1)
      assert.equal(found('x'.repeat(length)), expected('x'.repeat(length)));
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => found(text) === expected(text)));
  });

  it('gives letters that are the bits of the hash, five each', () => {
    const bits = Array.from(new KeyedHash(Buffer.from('k'), 'l').hash('value'), (word) =>
      (word >>> 0).toString(2).padStart(32, '0'),
    ).join('');
    const letters = 'abcdefghijklmnopqrstuvwxyz234567';
    const expected = (bits.match(/.{5}/g) ?? []).map((five) => letters.charAt(parseInt(five, 2))).join('');
    assert.equal(new Keyed(Buffer.from('k'), 'l').letters('value', 51), expected);
    assert.equal(new Keyed(Buffer.from('k'), 'l').letters('value', 16), expected.slice(0, 16));
  });

  it('permutes: no two lists of digits become the same, small domains are covered whole', () => {
    for (const radices of [[10], [10, 10], [2, 2, 2, 2, 2], [26, 10], [10, 26, 3]]) {
      const permutation = new Permutation(Buffer.from('key'), 'test');
      const size = radices.reduce((product, radix) => product * radix, 1);
      const seen = new Set<string>();
      for (let value = 0; value < size; value += 1) {
        let rest = value;
        const digits = radices.map((radix) => {
          const digit = rest % radix;
          rest = Math.floor(rest / radix);
          return digit;
        });
        permutation.apply(digits, radices);
        assert.ok(digits.every((digit, at) => digit >= 0 && digit < (radices[at] ?? 0)));
        seen.add(digits.join());
      }
      assert.equal(seen.size, size);
    }
  });

  it('permutes long lists within their digits, and another key does it otherwise', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 35 }), { minLength: 12, maxLength: 400 }), (digits) => {
        const radices = digits.map(() => 36);
        const one = [...digits];
        const other = [...digits];
        new Permutation(Buffer.from('one'), 'x').apply(one, radices);
        new Permutation(Buffer.from('other'), 'x').apply(other, radices);
        assert.ok(one.every((digit) => digit >= 0 && digit < 36));
        assert.notDeepEqual(one, other);
      }),
      { numRuns: 40 },
    );
  });
});
