import assert from 'node:assert/strict';
import type { ComparisonNote } from '../../../src/core/postgres/archive/reading';
import { comparisonNoteWords, differenceWords, sameWords } from '../../../src/words/comparisonWords';

const leftOut = (kind: string, count: number, names?: readonly string[]): ComparisonNote => ({
  code: 'leftOut',
  data: { kind, count, ...(names === undefined ? {} : { names }) },
});

describe('what a comparison left out on purpose', () => {
  it('is counted and named beside "The same"', () => {
    assert.equal(sameWords([]), 'The same.');
    assert.equal(sameWords([{ code: 'columnOrder', data: { table: 'public.t' } }]), 'The same.');
    assert.equal(
      sameWords([leftOut('PUBLICATION', 2, ['changes', 'px']), leftOut('OWNER', 7, ['a', 'b', 'c', 'd', 'e'])]),
      'The same, 9 left out on purpose: publications (changes, px); owners (a, b, c, d, e and 2 more).',
    );
  });

  it('is explained: why, and how to make it', () => {
    for (const [kind, how] of [
      ['PUBLICATION', 'CREATE PUBLICATION'],
      ['SUBSCRIPTION', 'CREATE SUBSCRIPTION'],
      ['ACL', 'GRANT'],
      ['OWNER', 'ALTER … OWNER TO'],
      ['TABLESPACE', 'SET TABLESPACE'],
      ['DATABASE', 'ALTER DATABASE'],
    ] as const) {
      const words = comparisonNoteWords(leftOut(kind, 1, ['x']));
      assert.match(words, /^left out on purpose: .*\(x\), (since|as) /);
      assert.ok(words.includes(how), words);
    }
    assert.equal(comparisonNoteWords(leftOut('DEFAULT ACL', 3)), 'left out on purpose: DEFAULT ACL (3)', 'of 0.1.0');
  });
});

describe('what a comparison says', () => {
  it('is about one row or several, and names tables as they are called', () => {
    assert.equal(differenceWords({ kind: 'rows', table: 'a', left: 1, right: 0 }), 'a: 1 row and 0 rows');
    const tables = Array.from({ length: 12 }, (_, at) => `t${at}`);
    const words = comparisonNoteWords({ code: 'generatedUnproven', data: { tables } });
    assert.ok(words.endsWith(': t0, t1, t2, t3, t4, t5, t6, t7, t8, t9 and 2 more'), words);
  });
});
