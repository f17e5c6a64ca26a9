import assert from 'node:assert/strict';
import { startFerry, told, type Run } from '../ferry';
import { compareFingerprints, type Fingerprint } from '../independent';
import { places } from '../lab';
import type { ExecFault } from '../labPod';
import { randomFrom } from '../random';
import { judged, killJob, kills, pidOf, Scene, seed, until } from './scene';

describe(`faults of a restore in place, ${judged}`, function () {
  this.timeout(180_000);
  const session: Pick<ExecFault, 'match'> = { match: `dbname='desk' -f -` };
  let scene: Scene;
  let args: string[];
  let was: Fingerprint;
  let wanted: Fingerprint;

  before(async () => {
    scene = await Scene.start();
    await scene.lab.server('source').sql('postgres', 'create database desk');
    await scene.lab.server('source').sql('desk', letters);
    const backup = await scene.backUp('desk');
    args = ['restore', backup, `${places.pg16}/desk`, '--as', 'replace', '--yes', '--in-place'];
    wanted = await scene.seen('source', 'desk');
  });
  beforeEach(async () => {
    const server = scene.lab.server('pg16');
    await server.sql('postgres', 'drop database if exists desk with (force)');
    await server.sql('postgres', 'create database desk');
    await server.sql('desk', olderLetters);
    was = await scene.seen('pg16', 'desk');
  });
  afterEach(async () => {
    scene.lab.clusters['cluster-b'].state.faults.exec = [];
    await standbys('');
  });
  after(() => scene.close());

  for (const [what, fault] of [
    ['cut (RST) in mid-stream', { kind: 'cut', on: 'stdin', afterBytes: 1_500_000 }],
    ['Status: Success in mid-stream', { kind: 'success', on: 'stdin', afterBytes: 1_500_000 }],
    ['close 1000 in mid-stream', { kind: 'silent', on: 'stdin', afterBytes: 1_500_000 }],
    ['cut while the rows are read back', { kind: 'cut', afterBytes: 500_000 }],
    ['Status: Success while the rows are read back', { kind: 'success', afterBytes: 500_000 }],
  ] as const) {
    it(what, async () => {
      const run = await scene.withFault('cluster-b', { ...session, ...fault }, ...args);
      assert.equal(run.exitCode, 1, told(run));
      await judge(what, run);
    });
  }

  for (const phase of ['dump', 'restore'] as const) {
    it(`its backend is terminated in phase ${phase}`, async () => {
      slowly();
      const run = startFerry(scene.setting, ...args);
      await inPhase(run, phase);
      await endBackend();
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      await judge(`backend terminated in phase ${phase}`, ended);
    });
  }

  it('its backend is terminated in COMMIT', async () => {
    await standbys('nobody');
    const run = startFerry(scene.setting, ...args);
    await inPhase(run, 'commit');
    await endBackend();
    await judge('backend terminated in COMMIT', await run.ended);
  });

  it('the connection is lost in COMMIT', async () => {
    await standbys('nobody');
    const run = startFerry(scene.setting, ...args);
    await inPhase(run, 'commit');
    scene.lab.clusters['cluster-b'].api.killConnections();
    await standbys('');
    await judge('connection lost in COMMIT', await run.ended);
  });

  for (const phase of ['dump', 'restore', 'verify', 'commit', 'compare'] as const) {
    it(`kill -9 in phase ${phase}`, async () => {
      if (phase === 'commit') await standbys('nobody');
      else slowly(phase);
      const run = startFerry(scene.setting, ...args);
      process.kill(await inPhase(run, phase), 'SIGKILL');
      const ended = await run.ended;
      await standbys('');
      await judge(`kill -9 in phase ${phase}`, ended);
    });
  }

  // not what kills.test.ts draws
  const random = randomFrom(seed + 1);
  for (let index = 0; index < Math.ceil(kills / 3); index += 1) {
    const moment = random() * 0.9;
    it(`kill -9 at ${(moment * 100).toFixed(0)} % of its time`, async () => {
      const run = startFerry(scene.setting, ...args);
      await until(() => run.events.some((event) => event.type === 'started'));
      await new Promise((resolve) => setTimeout(resolve, moment * 4000));
      killJob(run.events);
      await judge(`kill -9 at ${(moment * 100).toFixed(0)} %`, await run.ended);
    });
  }

  /** Makes it last: the safety backup, what goes in, or what comes back. */
  function slowly(phase = 'restore'): void {
    const { exec } = scene.lab.clusters['cluster-b'].state.faults;
    if (phase === 'dump') exec.push({ kind: 'slow', match: 'pg_dump -F', bytesPerSecond: 20_000 });
    if (phase === 'restore') {
      exec.push({ ...session, kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    }
  }

  /** Waits until the job is there; its pid. */
  async function inPhase(run: ReturnType<typeof startFerry>, phase: string): Promise<number> {
    await until(() => run.events.some((event) => event.type === 'phase' && event.phase === phase));
    return pidOf(run.events);
  }

  async function endBackend(): Promise<void> {
    await scene.lab
      .server('pg16')
      .sql(
        'postgres',
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'desk' and application_name like 'db-ferry-%'`,
      );
  }

  /** With one that does not exist a COMMIT waits, and is done all the same. */
  async function standbys(names: string): Promise<void> {
    await scene.lab.server('pg16').sql('postgres', `alter system set synchronous_standby_names = '${names}'`);
    await scene.lab.server('pg16').sql('postgres', 'select pg_reload_conf()');
  }

  /** The database is wholly one or wholly the other, and what was said, or is found out by clean, is true. */
  async function judge(what: string, run: Run): Promise<void> {
    const resolved = await scene.nothingLeft(`in place: ${what}`, run);
    const now = await scene.seen('pg16', 'desk');
    const isNew = compareFingerprints(wanted, now).length === 0;
    if (!isNew) assert.deepEqual(compareFingerprints(was, now), [], 'neither what it was nor the backup');
    assert.ok(
      (isNew ? [0, 3, 5] : [1, 5, 130]).includes(run.exitCode),
      `${isNew ? 'committed' : 'not committed'}\n${told(run)}`,
    );
    if (run.exitCode === 5) assert.match(resolved, isNew ? /: committed; / : /: not committed; /);
  }
});

const letters = `create table letters as select i as id, repeat(md5(i::text), 4) as text from generate_series(1, 30000) i;
alter table letters add primary key (id); create index on letters (text); create sequence numbers; select nextval('numbers');
create view short as select id, left(text, 10) as text from letters`;

const olderLetters = `create table letters as select i as id, repeat(md5(i::text), 3) as older from generate_series(1, 2000) i;
create table torn (id int primary key); insert into torn values (1)`;
