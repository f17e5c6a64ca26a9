import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { examplesOf, ruleAt } from '../../../src/core/mask/rules/exampleOf';
import { readRules } from '../../../src/core/mask/rules/readRules';
import { completionsFor } from '../../../src/ui/masking/completions';
import { fileKeyWords, ruleKeyWords, transformWords } from '../../../src/words/maskRuleWords';

describe('files of masking rules in the editor', () => {
  const texts = (before: string): string[] => completionsFor(before).map(({ text }) => text);

  it('what may be written next is what the reader of rules takes, and nothing else', () => {
    assert.deepEqual(texts(''), Object.keys(fileKeyWords()));
    assert.deepEqual(texts('lar'), Object.keys(fileKeyWords()));
    for (const before of ['  - ', '  - {', '  - {match: "*.*.*", ', '    da', '  - ma'])
      assert.deepEqual(texts(before), Object.keys(ruleKeyWords()), before);
    for (const before of ['    as: ', '  - {match: "a.b.c", as: em', '  - {match: x, as: json, paths: {"$.a": '])
      assert.deepEqual(texts(before), Object.keys(transformWords()), before);
    assert.deepEqual(texts('largeObjects: '), ['none', 'keep']);
    assert.deepEqual(texts('  - {match: "a.b", rows: '), ['none']);
    assert.deepEqual(texts('  - {match: "a.b.c'), []);
    for (const as of Object.keys(transformWords())) {
      const more: Readonly<Record<string, string>> = {
        fixed: ', value: x',
        json: ', paths: {}',
        record: ', fields: {}',
      };
      readRules(`columns:\n  - {match: "a.b.c", as: ${as}${more[as] ?? ''}}`);
    }
  });

  it('the schema for other editors knows the same keys and transformers, with the same words', async () => {
    const schema = JSON.parse(
      await readFile(new URL('../../../media/masking.schema.json', import.meta.url), 'utf8'),
    ) as {
      readonly properties: Described;
      readonly $defs: Readonly<Record<'rule' | 'detailed', { readonly properties: Described }>>;
    };
    const described = (properties: Described): Record<string, string | undefined> =>
      Object.fromEntries(Object.entries(properties).map(([name, { description }]) => [name, description]));
    const { rule, detailed } = schema.$defs;
    assert.deepEqual(described(schema.properties), fileKeyWords());
    assert.deepEqual(described(rule.properties), ruleKeyWords());
    assert.deepEqual(
      { ...described(detailed.properties), ...described(pick(rule.properties, 'match', 'rows')) },
      ruleKeyWords(),
    );
    // YAML reads the word null as nothing
    for (const { properties } of [rule, detailed])
      assert.deepEqual(properties['as']?.enum, [...Object.keys(transformWords()), null]);
  });

  it('what a rule makes of values is shown by values that are made up, of each transformer; the same each time, and no other than with a key', () => {
    const rules = readRules(
      [
        'columns:',
        ...Object.keys(transformWords()).map(
          (as) => `  - {match: "a.b.${as}", as: ${as}${as === 'fixed' ? ', value: "é"' : ''}}`,
        ),
      ]
        .join('\n')
        .replace('as: json', 'as: json, paths: {"$.user.mail": email}')
        .replace('as: record', 'as: record, fields: {}'),
    );
    const shown = rules.columns.flatMap((rule) => ('as' in rule ? [[rule.as.as, examplesOf(rule.as)] as const] : []));
    for (const [as, examples] of shown) {
      assert.equal(examples.length > 0, as !== 'record', as);
      for (const { before, after } of examples)
        assert.equal(after === before, as === 'keep', `${as}: ${before} → ${after ?? 'NULL'}`);
    }
    const of = (as: string): string[] =>
      (shown.find(([one]) => one === as)?.[1] ?? []).map(({ after }) => after ?? 'NULL');
    assert.deepEqual(of('fixed'), ['é', 'é']);
    assert.match(of('email')[0] ?? '', /^[a-z2-7]{16}@masked\.invalid$/);
    assert.match(of('json')[0] ?? '', /"mail": "[a-z2-7]{16}@masked\.invalid"/);
    assert.equal(ruleAt(rules, 3)?.place.line, 3);
    assert.equal(ruleAt(rules, 1), undefined);
  });
});

type Described = Readonly<
  Record<string, { readonly description?: string; readonly enum?: readonly (string | null)[] }>
>;

function pick(all: Described, ...names: readonly string[]): Described {
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)));
}
