import { execa } from 'execa';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { restrictSql } from '../../../../src/core/restore/inPlace/inPlaceScript';
import { fuzzPsql, knownAttacks, psqlAlone } from '../../../fuzz/psqlCommands';
import { startServer } from '../../../lab/servers';

describe('psql and what an archive says', function () {
  this.timeout(300_000);

  for (const major of [15, 18] as const) {
    it(`no name, row or definition is a command to psql ${major}; with nothing in between it obeys`, async () => {
      const server = await startServer({ major });
      try {
        const { given, refused, obeyed } = await fuzzPsql(server, { count: 3000, seed: 20261130 });
        assert.equal(obeyed, 0);
        // neither all nor nothing came to psql
        assert.ok(refused > given / 20 && refused < given / 1.2, `${refused} of ${given} were refused`);
        const obeys = await psqlAlone(server, knownAttacks);
        assert.deepEqual(
          obeys,
          knownAttacks.map(({ name }) => name),
        );
        // the second wall: a psql that knows it obeys nothing behind it
        const { stdout: version } = await execa(join(server.bin, 'psql'), ['--version']);
        const [, ofMajor = '', minor = ''] = /(\d+)\.(\d+)/.exec(version) ?? [];
        const wall = restrictSql(Number(ofMajor) * 10_000 + Number(minor), 'key');
        assert.equal(wall, '\\restrict key\n');
        assert.deepEqual(await psqlAlone(server, knownAttacks, wall), []);
      } finally {
        await server.stop();
      }
    });
  }
});

describe('restrictSql', () => {
  it('is for the versions that know it, and as long for the others', () => {
    const known = [130_022, 140_019, 140_020, 150_014, 160_010, 170_006, 180_000, 190_001];
    const unknown = [Number.NaN, 0, 120_022, 130_021, 140_018, 150_013, 160_009, 170_005];
    for (const version of known) assert.equal(restrictSql(version, 'k'), '\\restrict k\n', String(version));
    for (const version of unknown) assert.equal(restrictSql(version, 'k'), '--estrict k\n', String(version));
  });
});
