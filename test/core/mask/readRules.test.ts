import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAppError } from '../../../src/core/base/errors';
import { asPattern, parsePattern, partMatches } from '../../../src/core/mask/rules/namePattern';
import { readRules, type RulesProblem } from '../../../src/core/mask/rules/readRules';
import { wordsFor } from '../../../src/words/errorWords';
import { cliHints } from '../../../src/cli/hints';

describe('a file of masking rules', () => {
  it('is read as it is meant', () => {
    const rules = readRules(
      [
        'version: 1',
        'default: deny',
        'largeObjects: none',
        'columns:',
        '  - {match: "*.users.email", as: email, domain: people}',
        '  - {match: a.b.c, as: null}',
        '  - {match: a.b.d, as: fixed, value: 007}',
        '  - {match: a.b.e, as: date, shift: id, days: 30}',
        '  - {match: a.b.f, as: json, paths: {"$.x": {as: fixed, value: y}, "**": keep}}',
        '  - {match: "audit.*", rows: none}',
      ].join('\n'),
    );
    const { digest, columns, ...rest } = rules;
    assert.match(digest, /^[0-9a-f]{64}$/);
    assert.deepEqual(rest, { largeObjects: 'none' });
    assert.deepEqual(
      columns.map((rule) => [rule.match.text, rule.place.line, 'rows' in rule ? rule.rows : rule.as]),
      [
        ['*.users.email', 5, { as: 'email', domain: 'people' }],
        ['a.b.c', 6, { as: 'null' }],
        ['a.b.d', 7, { as: 'fixed', value: '007' }],
        ['a.b.e', 8, { as: 'date', days: 30, subject: 'id' }],
        [
          'a.b.f',
          9,
          {
            as: 'json',
            paths: [
              { path: { text: '$.x', steps: [{ is: 'name', name: 'x' }] }, as: { as: 'fixed', value: 'y' } },
              { path: { text: '**', steps: [{ is: 'deep' }] }, as: { as: 'keep' } },
            ],
          },
        ],
        ['audit.*', 10, 'none'],
      ],
    );
  });

  it('is refused with line and column for all that it should not say, and no value of it is in the words', () => {
    const cases: [string, RulesProblem['reason'], number, number][] = [
      ['columns: [', 'yaml', 1, 11],
      ['columns:\n  - a\n - b', 'yaml', 3, 1],
      ['columns: []\ncolumns: []', 'yaml', 2, 1],
      ['[]', 'map', 1, 1],
      ['version: 1', 'missing', 1, 1],
      ['version: 2\ncolumns: []', 'version', 1, 10],
      ['columns: {}', 'list', 1, 10],
      ['default: keep\ncolumns: []', 'value', 1, 10],
      ['columns: []\nextra: 1', 'unknown', 2, 1],
      ['columns:\n  - {match: a.b, as: hash}', 'pattern', 2, 13],
      ['columns:\n  - {match: a.b.c, rows: none}', 'pattern', 2, 13],
      ['columns:\n  - {match: "a.b.c", as: secretword}', 'value', 2, 26],
      ['columns:\n  - {match: a.b.c}', 'missing', 2, 5],
      ['columns:\n  - {match: a.b.c, as: }', 'value', 2, 24],
      ['columns:\n  - {as: hash}', 'missing', 2, 5],
      ['columns:\n  - {match: a.b, rows: none, as: hash}', 'both', 2, 34],
      ['columns:\n  - {match: a.b.c, as: hash, days: 3}', 'unknown', 2, 36],
      ['columns:\n  - {match: a.b.c, as: fixed}', 'missing', 2, 5],
      ['columns:\n  - {match: a.b.c, as: date, days: 0}', 'number', 2, 36],
      ['columns:\n  - {match: a.b.c, as: number, percent: many}', 'number', 2, 41],
      ['columns:\n  - {match: a.b.c, as: json, paths: {user.mail: email}}', 'path', 2, 38],
      ['columns:\n  - &x {match: a.b.c, as: hash}', 'alias', 2, 8],
      ['columns:\n  - !!js/function {match: a.b.c}', 'yaml', 2, 5],
    ];
    for (const [text, reason, line, column] of cases) {
      const problems = problemsOf(text);
      assert.ok(
        problems.some((one) => one.reason === reason && one.line === line && one.column === column),
        `${text}\n${JSON.stringify(problems)}`,
      );
      const { why = '' } = wordsFor('mask.rules', { problems }, cliHints);
      assert.match(why, new RegExp(`line ${line}, column ${column}: `));
      assert.doesNotMatch(why, /secretword/);
    }
  });

  it('never takes long or fails otherwise, whatever is in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'{}[]:-"\'\n ,&*!|>#ab.$'.split('')), maxLength: 60 }),
        (text) => {
          try {
            readRules(text);
          } catch (error) {
            assert.ok(isAppError(error, 'mask.rules'));
          }
        },
      ),
    );
    const bomb = ['a: &a [x,x]', 'b: &b [*a,*a]', 'c: [*b,*b]'].join('\n');
    assert.ok(problemsOf(bomb).some(({ reason }) => reason === 'alias'));
  });

  it('matches names with stars, and any name that is written in quotes', () => {
    const matches = (pattern: string, ...names: string[]): boolean =>
      (parsePattern(pattern, [names.length])?.parts ?? []).every((part, at) => partMatches(part, names[at] ?? '')) &&
      parsePattern(pattern, [names.length]) !== undefined;
    assert.ok(matches('*.users.email', 'shop', 'users', 'email'));
    assert.ok(!matches('*.users.email', 'shop', 'users2', 'email'));
    assert.ok(matches('s*.u*s.*_m*l', 'shop', 'users', 'user_mail'));
    assert.ok(!matches('a*a.b.c', 'a', 'b', 'c'));
    assert.ok(matches('"a.b"."c""d"."*"', 'a.b', 'c"d', '*'));
    assert.ok(!matches('"a.b"."c""d"."*"', 'a.b', 'c"d', 'e'));
    const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(name, name, name, name, (schema, table, column, other) => {
        const pattern = asPattern(schema, table, column);
        assert.ok(matches(pattern, schema, table, column));
        assert.equal(matches(pattern, schema, table, other), other === column);
      }),
    );
  });
});

function problemsOf(text: string): RulesProblem[] {
  try {
    readRules(text);
  } catch (error) {
    assert.ok(isAppError(error, 'mask.rules'));
    return error.data['problems'] as RulesProblem[];
  }
  return [];
}
