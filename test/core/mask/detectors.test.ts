import assert from 'node:assert/strict';
import { nameHint } from '../../../src/core/mask/detect/columnNames';
import { detect, kinds } from '../../../src/core/mask/detect/detectors';
import { MaskMaker } from '../../../src/core/mask/transform/buildMask';
import { labelled } from './labelled';
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
        undefined,
      ],
    );
    assert.equal(said('name', 'users'), 'name');
    assert.equal(said('name', 'products'), undefined);
    assert.equal(said('quantity'), undefined);
    assert.equal(said('created_at', 'users'), undefined);
  });
});
