import assert from 'node:assert/strict';
import { isAppError } from '../../../src/core/base/errors';
import {
  chooseCompression,
  compressionText,
  dumpCommand,
  tableInWork,
} from '../../../src/core/postgres/tools/dumpCommand';

const access = { bin: '/usr/bin', user: 'postgres' };

describe('dumpCommand', () => {
  it("spells compression as the pod's pg_dump understands it", () => {
    const argv = (asked: string, major: number): string[] =>
      dumpCommand(access, 'shop', {
        application: 'db-ferry-x',
        compression: chooseCompression(asked, { zstd: major >= 16 }),
        major,
      });
    assert.ok(argv('auto', 16).includes('--compress=zstd:1'));
    assert.ok(argv('gzip:6', 18).includes('--compress=gzip:6'));
    assert.ok(argv('none', 17).includes('--compress=none'));
    assert.deepEqual(argv('auto', 15).slice(-4, -2), ['-Z', '1']);
    assert.deepEqual(argv('none', 14).slice(-4, -2), ['-Z', '0']);
  });

  it('pins what two archives must share, and names the session', () => {
    const argv = dumpCommand(access, "it's", {
      application: 'db-ferry-x',
      compression: { method: 'gzip', level: 1 },
      major: 15,
      encoding: 'LATIN1',
    });
    for (const one of [
      'PGAPPNAME=db-ferry-x',
      'LC_ALL=C',
      '--encoding=LATIN1',
      '--lock-wait-timeout=30s',
      "dbname='it\\'s'",
    ]) {
      assert.ok(argv.includes(one), one);
    }
    assert.ok(argv.some((one) => one.startsWith('PGOPTIONS=') && /bytea_output=hex.* -c TimeZone=UTC/.test(one)));
  });

  it('refuses compression it cannot give', () => {
    for (const [asked, zstd] of [
      ['zstd:1', false],
      ['zstd:23', true],
      ['gzip:0', true],
      ['fast', true],
      ['', true],
    ] as const) {
      assert.throws(
        () => chooseCompression(asked, { zstd }),
        (error) => isAppError(error, 'usage'),
        asked,
      );
    }
    assert.equal(compressionText(chooseCompression('zstd:19', { zstd: true })), 'zstd:19');
  });

  it('knows the table in work from what pg_dump says', () => {
    assert.equal(tableInWork('pg_dump: dumping contents of table "odd.na"me"'), 'odd.na"me');
    assert.equal(tableInWork('pg_dump: saving large objects'), 'pg_catalog.pg_largeobject');
    assert.equal(tableInWork('pg_dump: reading schemas'), undefined);
  });
});
