import assert from 'node:assert/strict';
import { cliHints } from '../../../src/cli/hints';
import { toAppError, type AppError } from '../../../src/core/base/errors';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { dumpFailure } from '../../../src/core/pod/server/lockHolders';
import { execute } from '../../../src/core/pod/server/sql';
import { dumpCommand } from '../../../src/core/postgres/tools/dumpCommand';
import { serverMessage } from '../../../src/core/base/said/serverMessage';
import { sentences, wordsFor } from '../../../src/words/errorWords';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

for (const major of [15, 18] as const) {
  describe(`what the server says when it refuses, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;
    let pod: OpenPod;
    before(async () => {
      server = await startServer({ major, settings: { max_prepared_transactions: '2' } });
      await server.sql(
        'postgres',
        'create role reader login in role pg_read_all_data; create table held (a int); create table free (a int)',
      );
      pod = await openServer(server);
    });
    after(() => server.stop());

    /** A dump that waits a second for a lock, as the superuser or as a role that may read. */
    async function dump(user = 'postgres'): Promise<AppError> {
      const access = { ...pod.facts.access, user, superuser: user === 'postgres' };
      const options = { application: 'x', compression: { method: 'none', level: 0 }, major, lockWait: 1 } as const;
      const end = await pod.exec.read(dumpCommand(access, 'postgres', options), () => undefined);
      assert.notEqual(end.exitCode, 0);
      return dumpFailure({ exec: pod.exec, access }, 'postgres', end, serverMessage(end.stderr), 1);
    }

    it('a dump that waits for a lock in vain names table and session, also to a role without superuser', async () => {
      const holder = await server.connect();
      await holder.query(`set application_name = 'deploy'; begin; lock table held`);
      for (const user of ['postgres', 'reader']) {
        const error = await dump(user);
        assert.equal(error.code, 'lock.waited');
        const words = sentences(wordsFor(error.code, error.data, cliHints));
        assert.match(words, /Waited 1 s for a lock on public\.held.*\n.*is held by pid \d+ \(postgres, deploy/);
        assert.doesNotMatch(words, /statement timeout/);
      }
      await holder.end();
    });

    it('and a prepared transaction', async () => {
      await server.sql('postgres', `begin; lock table held; prepare transaction 'two phases'`);
      const error = await dump();
      const words = sentences(wordsFor(error.code, error.data, cliHints));
      assert.match(words, /public\.held is held by the prepared transaction "two phases" \(postgres, for /);
      await server.sql('postgres', `rollback prepared 'two phases'`);
    });

    it('a dump that may not lock is told otherwise', async () => {
      await server.sql('postgres', 'create role nobody login');
      const error = await dump('nobody');
      assert.equal(error.code, 'exec.failed');
      assert.match(String(error.data['stderr']), /permission denied for table (held|free)/);
    });

    it('nothing that a trigger or a function raises is shown', async () => {
      const canary = '4111 1111 1111 1111';
      const ours = { exec: pod.exec, access: pod.facts.access };
      const raises = [
        `raise exception 'card ${canary} is refused'`,
        `raise exception 'x' using detail = '${canary}', hint = '${canary}', table = '${canary}', constraint = '${canary}'`,
        `raise exception using message = 'no ${canary}', errcode = '23505'`,
        `raise exception E'one\\nERROR:  ${canary}\\npsql: error: ${canary}\\npg_dump: detail: ${canary}'`,
        `perform '${canary}'::int`,
        `execute 'select ''${canary}'' from from'`,
        `raise warning '${canary}'; raise exception using message = 'relation "${canary}" does not exist'`,
      ];
      for (const raise of raises) {
        const failed = await execute(ours, 'postgres', `do $$ begin ${raise}; end $$`).catch(toAppError);
        assert.ok(typeof failed !== 'string' && failed.code === 'exec.failed', raise);
        assert.doesNotMatch(JSON.stringify(failed.data), /4111/, raise);
        assert.match(String(failed.data['sqlState']), /^[0-9A-Z]{5}$/, raise);
        assert.match(String(failed.data['stderr']), /line 1 at|invalid input syntax|syntax error|…/, raise);
      }
    });
  });
}
