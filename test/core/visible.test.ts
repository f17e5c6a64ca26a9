import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasHidden, visible, visibleJson, visibleLines } from '../../src/core/base/visible';

/** Whatever moves a cursor, turns a direction, breaks a line, or takes no room. */
export const hiddenCharacters = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 0x21 }, (_, at) => String.fromCharCode(0x7f + at)),
  ...Array.from(
    '\u00ad\u034f\u061c\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e',
  ),
  ...Array.from('\u2060\u2061\u2066\u2067\u2068\u2069\u2800\u3164\ufeff\uffa0\ufff9\ufffb'),
  '\ud800',
  '\udc00',
  '\u{e0001}',
  '\u{e007f}',
];

describe('what is shown', () => {
  it('shows every character that would not be seen, and leaves what is', () => {
    for (const character of hiddenCharacters) {
      const shown = visible(`a${character}b`);
      assert.match(shown, /^a\\(x[0-9a-f]{2}|u[0-9a-f]{4}|u\{[0-9a-f]+\})b$/, JSON.stringify(character));
      assert.equal(hasHidden(character), true);
    }
    for (const text of ['plain', 'größer – 日本語 😀', 'a\\x1b', '$(x) [y](z)']) assert.equal(visible(text), text);
  });

  it('keeps line breaks and tabs where they are meant, and nothing else', () => {
    assert.equal(visibleLines('a\r\nb\tc\n\u001b[2Jd\re'), 'a\nb\tc\n\\x1b[2Jd\\x0de');
  });

  it('once shown it stays the same; JSON is the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = visible(text);
        assert.equal(visible(shown), shown);
        assert.equal(hasHidden(shown), false);
        const json = visibleJson({ [text]: [text] });
        assert.equal(hasHidden(json), false);
        assert.deepEqual(JSON.parse(json), { [text]: [text] });
      }),
    );
  });
});
