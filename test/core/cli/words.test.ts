import assert from 'node:assert/strict';
import { findingWords, noteWords } from '../../../src/cli/findingWords';
import { errorWords, sentences, wordsFor } from '../../../src/cli/words';
import { errorCodes } from '../../../src/core/errors';

describe('words', () => {
  it('there are some for every error, and none for what is no error', () => {
    assert.deepEqual(Object.keys(errorWords).sort(), [...errorCodes].sort());
  });

  it('they are sentences, also with no data at all', () => {
    for (const code of errorCodes) {
      const { what, why, todo } = wordsFor(code, {});
      for (const sentence of [what, why, todo]) {
        assert.ok(sentence === undefined || !/undefined|\[object/.test(sentence), sentence);
      }
      assert.ok(what.length > 5);
    }
  });

  it('they hold the facts', () => {
    const data = { cluster: 'prod', server: 'https://x:6443', message: 'connect ECONNREFUSED' };
    assert.match(
      sentences(wordsFor('cluster.unreachable', data)),
      /prod: cannot be reached at https:\/\/x:6443.\nconnect/,
    );
    assert.match(sentences(wordsFor('cluster.unknown', { cluster: 'x', known: ['a', 'b'] })), /Known: a, b\./);
  });

  it('what has no words is shown as it is', () => {
    assert.match(wordsFor('new.code', { n: 1 }).what, /new\.code/);
    assert.equal(findingWords({ level: 'warn', code: 'new.code', data: { n: 1 } }), 'warning: new.code: n 1');
    assert.equal(noteWords('new.code', { list: ['a', 'b'] }), 'new.code: list a, b');
  });
});
