import assert from 'node:assert/strict';
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
      } finally {
        await server.stop();
      }
    });
  }
});
