import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { ferry, told } from '../ferry';
import { compareFingerprints } from '../independent';
import type { ExecFault } from '../labPod';
import { inPhase, inPlace, Scene, source, target } from './scene';

describe('a restore in place that is broken off', function () {
  this.timeout(180_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.start();
  });
  beforeEach(() => scene.renew());
  after(() => scene.close());

  for (const [what, fault] of [
    ['cut (RST) in mid-upload', { kind: 'cut', on: 'stdin', afterBytes: 1_500_000 }],
    ['Status: Success in mid-upload', { kind: 'success', on: 'stdin', afterBytes: 1_500_000 }],
    ['close 1000 in mid-upload', { kind: 'silent', on: 'stdin', afterBytes: 1_500_000 }],
    ['cut while the rows are read back', { kind: 'cut', afterBytes: 500_000 }],
    ['Status: Success while the rows are read back', { kind: 'success', afterBytes: 500_000 }],
  ] as const) {
    it(`${what}: nothing changed`, async () => {
      breakSession(fault);
      await scene.expectExit(1, ...scene.restore);
      await scene.unchanged();
    });
  }

  it('the session goes while the safety backup is taken: it is stopped and leaves nothing', async () => {
    scene.slow('pg_dump -F', 3_000);
    const run = scene.startRestore();
    await inPhase(run.events, 'dump');
    await scene.limited.sql(
      'postgres',
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'app' and state = 'idle in transaction'
         and application_name like 'db-ferry-%' and application_name not like '%-before'`,
    );
    const ended = await run.ended;
    assert.equal(ended.exitCode, 1, told(ended));
    assert.notEqual(ended.result.error?.code, 'internal', told(ended));
    await scene.unchanged();
    const files = await readdir(scene.setting.root, { recursive: true });
    assert.deepEqual(
      files.filter((file) => file.endsWith('.partial')),
      [],
    );
  });

  it('cancelled while the safety backup is taken: 130, nothing changed, no session left', async () => {
    scene.slow('pg_dump -F', 3_000);
    const run = scene.startRestore();
    await inPhase(run.events, 'dump');
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.exitCode, 130, told(ended));
    await scene.unchanged();
  });

  it('kill -9 of the job in mid-restore: nothing changed', async () => {
    breakSession({ kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    const run = scene.startRestore();
    const pid = await restoring(run.events);
    process.kill(pid, 'SIGKILL');
    await run.ended;
    await scene.gone();
    await scene.unchanged();
  });

  it('cancelled in mid-restore: 130, nothing changed, no session left', async () => {
    breakSession({ kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    const run = scene.startRestore();
    await restoring(run.events);
    run.child.kill('SIGINT');
    const ended = await run.ended;
    assert.equal(ended.exitCode, 130, told(ended));
    await scene.unchanged();
  });

  it('the server crashes in mid-restore: nothing changed', async () => {
    breakSession({ kind: 'slow', on: 'stdin', afterBytes: 500_000, bytesPerSecond: 400_000 });
    const run = scene.startRestore();
    await restoring(run.events);
    await scene.limited.kill();
    await scene.limited.restart();
    const ended = await run.ended;
    assert.equal(ended.exitCode, 1, told(ended));
    // a crash by itself moves a sequence on by what was logged ahead
    const changed = compareFingerprints(scene.live, await scene.seen('limited'));
    assert.deepEqual(
      changed.filter((line) => !line.startsWith('sequence value')),
      [],
    );
  });

  it('a table that the server changes while it is filled is rolled back', async () => {
    // a domain's check is called for every value, and its function may do what it wants
    await scene.sclorg.sql('app', meddling);
    try {
      const run = await ferry(scene.setting, 'copy', source, target, ...inPlace);
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'restore.differs', told(run));
      assert.match(JSON.stringify(run.result.differences), /public.aaa/);
      await scene.unchanged();
    } finally {
      await scene.sclorg.sql('app', 'drop table aaa, meddled; drop domain meddler; drop function meddle(int)');
    }
  });

  it('an error in the middle is rolled back, and said', async () => {
    await scene.sclorg.sql('app', `create table forbidden (a int)`);
    await scene.sclorg.sql(
      'app',
      `create function fails() returns int language plpgsql immutable as 'begin if current_database() = ''app'' and exists (select from pg_roles where rolname = ''app_owner'') then raise ''not here''; end if; return 1; end'; create index fails on forbidden ((a + fails())); insert into forbidden values (-1)`,
    );
    try {
      const run = await ferry(scene.setting, 'copy', source, target, ...inPlace);
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'restore.inPlace', told(run));
      assert.match(String(run.result.error.data['reason']), /^P0001 raise_exception …$/);
      await scene.unchanged();
    } finally {
      await scene.sclorg.sql('app', 'drop table forbidden; drop function fails()');
    }
  });

  /** The session of the restore is the one psql in the database through which much goes. */
  function breakSession(fault: Omit<ExecFault, 'match'>): void {
    scene.fault({ match: `dbname='app' -f -`, ...fault });
  }

  /** Waits until rows go in; the job's pid. */
  async function restoring(events: readonly JobEvent[]): Promise<number> {
    const pid = await inPhase(events, 'restore');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    return pid;
  }
});

const meddling = `create table aaa (a int); insert into aaa values (1);
create function meddle(int) returns boolean language plpgsql as 'begin if current_user = ''app_owner'' then delete from public.aaa; end if; return true; end';
create domain meddler as int check (meddle(value)); create table meddled (a meddler); insert into meddled values (1);`;
