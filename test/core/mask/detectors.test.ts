import assert from 'node:assert/strict';
import { nameHint } from '../../../src/core/mask/detect/columnNames';
import { detect, kinds } from '../../../src/core/mask/detect/detectors';
import { MaskMaker } from '../../../src/core/mask/transform/buildMask';
import { builtinType } from '../../../src/core/mask/model/columnType';
import type { SchemaModel, TableModel } from '../../../src/core/mask/model/schemaModel';
import { propose } from '../../../src/core/mask/plan/propose';
import { labelled } from './labelled';
import { furtherColumns, labelledColumns, unknownColumns, type LabelledColumn } from './labelledColumns';
import { abroadColumns, laterColumns, unseenColumns } from './labelledAbroad';
import { testKey } from './maskedArchive';

describe('the detector', () => {
  it('finds what is labelled, and little else', () => {
    const lines: string[] = [];
    const missed: string[] = [];
    const wrong: string[] = [];
    for (const kind of kinds) {
      const values = labelled[kind] ?? [];
      const found = values.filter((value) => detect(value).includes(kind));
      missed.push(...values.filter((value) => !detect(value).includes(kind)).map((value) => `${kind}: ${value}`));
      lines.push(`      ${kind.padEnd(12)} ${found.length} of ${values.length} found`);
    }
    const nothing = labelled['nothing'] ?? [];
    for (const value of nothing) for (const kind of detect(value)) wrong.push(`${kind}: ${value}`);
    const all = kinds.reduce((sum, kind) => sum + (labelled[kind]?.length ?? 0), 0);
    lines.push(
      `      recall ${(((all - missed.length) / all) * 100).toFixed(1)} %, ${wrong.length} false positives among ${nothing.length} values of nothing`,
    );
    console.log(lines.join('\n'));
    for (const one of missed) console.log(`      missed ${one}`);
    for (const one of wrong) console.log(`      wrong  ${one}`);
    assert.ok(missed.length <= all * 0.03, 'recall');
    assert.ok(wrong.length <= nothing.length * 0.03, 'false positives');
  });

  it('proposes a mask for columns that hold something of a person, in several languages and under odd names, and for few others', () => {
    const known = judged('known', labelledColumns);
    assert.ok(known.recall >= 0.95 && known.wrong <= 0.05, JSON.stringify(known));
    const further = judged('further', furtherColumns);
    assert.ok(further.recall >= 0.9 && further.wrong <= 0.1, JSON.stringify(further));
    const unknown = judged('unknown', unknownColumns);
    assert.ok(unknown.recall >= 0.75 && unknown.wrong <= 0.1, JSON.stringify(unknown));
    const abroad = judged('abroad', abroadColumns);
    assert.ok(abroad.recall >= 0.95 && abroad.wrong <= 0.05, JSON.stringify(abroad));
    const later = judged('later', laterColumns);
    assert.ok(later.recall >= 0.95 && later.wrong <= 0.05, JSON.stringify(later));
    const unseen = judged('unseen', unseenColumns);
    assert.ok(unseen.recall >= 0.6 && unseen.wrong <= 0.1, JSON.stringify(unseen));
  });

  it('does not take what masks make for somebody', () => {
    const maker = new MaskMaker(testKey, 'UTF8');
    const wrong: string[] = [];
    for (const as of ['hash', 'email', 'name', 'uuid', 'ip', 'redact'] as const) {
      const built = maker.build({ as }, { kind: 'text', name: 'text' });
      assert.ok(typeof built !== 'string' && typeof built.mask === 'function');
      for (let value = 0; value < 500; value += 1) {
        const source = as === 'ip' ? `10.0.${value >> 8}.${value & 255}` : `Ada Byron ${value}`;
        const masked = built.mask(source, '') ?? '';
        wrong.push(
          ...detect(masked)
            .filter((kind) => !built.looksLike.includes(kind))
            .map((kind) => `${kind}: ${masked}`),
        );
      }
    }
    assert.deepEqual(wrong, []);
  });

  it('takes linear time on what looks like much of everything', () => {
    const long = [
      'a@'.repeat(30_000),
      '1 '.repeat(30_000),
      '+'.repeat(60_000),
      '0('.repeat(30_000),
      'DE89 '.repeat(12_000),
      ':'.repeat(60_000),
      'a1B'.repeat(20_000),
    ];
    for (const text of long) detect(text);
  });

  it('knows columns by their names, in several languages, and tables of people', () => {
    const said = (column: string, table = 'things'): string | undefined => nameHint(column, table)?.says;
    assert.deepEqual(
      [
        'email',
        'E_Mail_Address',
        'billingEmail',
        'telefon_nr',
        'mobilePhone',
        'vorname',
        'LastName',
        'iban',
        'client_ip',
        'geburtsdatum',
        'password_hash',
        'api_token',
        'straße',
      ].map((name) => said(name)),
      [
        'email',
        'email',
        'email',
        'phone',
        'phone',
        'name',
        'name',
        'iban',
        'ip',
        'birth',
        'secret',
        'secret',
        'address',
      ],
    );
    assert.equal(said('name', 'users'), 'name');
    assert.equal(said('name', 'products'), undefined);
    assert.equal(said('quantity'), undefined);
    assert.equal(said('created_at', 'users'), undefined);
  });
});

/** Prints what was found and what was not; both results are shares. */
function judged(name: string, all: readonly LabelledColumn[]): { readonly recall: number; readonly wrong: number } {
  const proposed = all.map((one) => ({ one, as: proposalFor(one) }));
  const personal = proposed.filter(({ one }) => one.holds !== undefined);
  const others = proposed.filter(({ one }) => one.holds === undefined);
  const missed = personal.filter(({ as }) => as === undefined);
  const wrong = others.filter(({ as }) => as !== undefined);
  for (const kind of new Set(personal.map(({ one }) => one.holds))) {
    const of = personal.filter(({ one }) => one.holds === kind);
    const found = of.filter(({ as }) => as !== undefined);
    console.log(`      ${name} ${(kind ?? '').padEnd(12)} ${found.length} of ${of.length} columns`);
  }
  const recall = (personal.length - missed.length) / personal.length;
  console.log(
    `      ${name}: recall ${(recall * 100).toFixed(1)} % of ${personal.length} columns, ${wrong.length} false positives among ${others.length} others`,
  );
  for (const { one } of missed) console.log(`      missed ${one.table}.${one.column}`);
  for (const { one, as } of wrong) console.log(`      wrong  ${one.table}.${one.column}: ${as ?? ''}`);
  return { recall, wrong: wrong.length / others.length };
}

/** What `mask plan` would propose for a column of a table of its own. */
function proposalFor({ table: name, column, type, values }: LabelledColumn): string | undefined {
  const of = builtinType(written[type] ?? type, []) ?? { kind: 'text', name: type };
  const table: TableModel = {
    ...{ schema: 'public', name, unique: [], references: [], checks: [] },
    columns: [{ name: column, type: of, notNull: false, conditions: false, generated: false, defaults: [] }],
  } as unknown as TableModel;
  const model = {
    encoding: 'UTF8',
    tables: [table],
    anon: [],
    literals: [],
    largeObjects: false,
  } as unknown as SchemaModel;
  return propose(model, new Map([[table, new Map([[column, values]])]]))[0]?.as;
}

const written: Readonly<Record<string, string>> = { int: 'integer', float: 'double precision' };
