import assert from 'node:assert/strict';
import { workplace } from '../../../src/core/restore/databaseRow';
import { transactionStatus } from '../../../src/core/restore/inPlace/inPlaceSession';
import { openServer } from '../../core/openServer';
import { cleanedBy, told } from '../ferry';
import { inPhase, Scene, target } from './scene';

describe('a restore in place: its COMMIT', function () {
  this.timeout(180_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.start();
  });
  beforeEach(() => scene.renew());
  after(() => scene.close());

  describe('that does not answer', () => {
    // it waits for a standby that does not exist, and is done all the same
    beforeEach(() => standbys('nobody'));
    afterEach(() => standbys(''));

    it('the connection goes with it: found out', async () => {
      const run = scene.startRestore();
      await waiting();
      await scene.limited.sql(
        'postgres',
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'db-ferry-%' and datname = 'app'`,
      );
      const ended = await run.ended;
      assert.equal(ended.exitCode, 0, told(ended));
      assert.ok(
        ended.result.findings?.some(({ code }) => code === 'inPlace.answerLost'),
        told(ended),
      );
      assert.deepEqual(await scene.againstSource(), []);
    });

    it('the wait is cancelled: what the server warns of is said', async () => {
      const run = scene.startRestore();
      await waiting();
      await scene.limited.sql(
        'postgres',
        `select pg_cancel_backend(pid) from pg_stat_activity where application_name like 'db-ferry-%' and datname = 'app'`,
      );
      await standbys('');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 0, told(ended));
      const warned = ended.result.findings?.find(({ code }) => code === 'inPlace.commitWarned');
      assert.match(JSON.stringify(warned?.data), /synchronous replication/, told(ended));
    });

    it('kill -9 of the job: clean finds out', async () => {
      const run = scene.startRestore();
      const pid = await inPhase(run.events, 'commit');
      await waiting();
      process.kill(pid, 'SIGKILL');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 5, told(ended));
      await standbys('');
      await scene.gone();
      const cleaned = await scene.expectExit(0, 'clean');
      assert.match(cleanedBy(cleaned), /: committed; /, told(cleaned));
      assert.deepEqual(await scene.againstSource(), []);
    });

    /** Until the COMMIT reached the server. */
    async function waiting(): Promise<void> {
      const sql = `select 1 from pg_stat_activity where datname = 'app' and wait_event = 'SyncRep'`;
      const until = Date.now() + 50_000;
      while ((await scene.limited.sql('postgres', sql)).length === 0) {
        assert.ok(Date.now() < until, 'no COMMIT waits');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }

    async function standbys(names: string): Promise<void> {
      const server = scene.limited;
      await server.sql('postgres', `alter system set synchronous_standby_names = '${names}'`);
      await server.sql('postgres', 'select pg_reload_conf()');
    }
  });

  it('kill -9 of the job behind the COMMIT: unknown, and clean finds out', async () => {
    scene.slow('--schema-only', 100);
    const run = scene.startRestore();
    process.kill(await inPhase(run.events, 'compare'), 'SIGKILL');
    const ended = await run.ended;
    scene.heal();
    assert.equal(ended.exitCode, 5, told(ended));
    const cleaned = await scene.expectExit(0, 'clean');
    const resolved = cleanedBy(cleaned);
    assert.match(resolved, /: committed; /, told(cleaned));
    const before = /which is the backup (\S+)$/m.exec(resolved)?.[1] ?? '';
    assert.deepEqual(await scene.againstSource(), []);
    await scene.expectExit(0, 'restore', before, target, '--as', 'replace', '--yes', '--in-place');
    await scene.unchanged();
  });

  it('psql fails behind the COMMIT: what counts is what the server says', async () => {
    await scene.limited.sql('app', 'revoke execute on function txid_status(bigint) from public');
    // the right that is missing is a difference, and the only one
    const run = await scene.expectExit(3, ...scene.restore);
    await scene.limited.sql('app', 'grant execute on function txid_status(bigint) to public');
    assert.deepEqual(
      run.result.differences?.map((one) => one.kind === 'definition' && one.what),
      ['ACL'],
    );
    const codes = run.result.findings?.map(({ code }) => code);
    assert.ok(codes?.includes('inPlace.answerLost'), told(run));
    assert.deepEqual(await scene.againstSource(), []);
  });

  it('a status of another timeline is none: its number may be another transaction', async () => {
    const server = workplace(await openServer(scene.limited), 'app');
    const [row] = await scene.limited.sql<{ id: string }>('app', 'select txid_current()::text as id');
    const id = row?.id ?? '';
    assert.equal(await transactionStatus(server, `${id}@00000001`), 'committed');
    assert.equal(await transactionStatus(server, `${id}@00000002`), undefined);
  });
});
