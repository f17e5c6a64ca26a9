import assert from 'node:assert/strict';
import { ferry, startFerry, told } from '../ferry';
import { compareFingerprints, type Fingerprint } from '../independent';
import { places } from '../lab';
import { changedOrders, judged, killJob, Scene, source, target, until } from './scene';

describe(`faults of a stream, ${judged}`, function () {
  this.timeout(180_000);
  let scene: Scene;
  let backup: string;
  let live: Fingerprint;

  before(async () => {
    scene = await Scene.start();
    backup = await scene.backUp('shop');
    live = await scene.bringToLife(backup, 'shop', changedOrders);
  });
  after(() => scene.close());

  describe('the stream of a backup', () => {
    for (const [what, fault] of [
      ['cut (RST) in mid-dump', { kind: 'cut', afterBytes: 1_500_000 }],
      ['cut in the first bytes', { kind: 'cut', afterBytes: 10 }],
      ['Status: Success and close 1000, without the tail', { kind: 'success', afterBytes: 1_500_000 }],
      ['close 1000 without a status', { kind: 'silent', afterBytes: 1_500_000 }],
      [
        'refused: 403 with a JSON body',
        {
          kind: 'refuse',
          status: 403,
          body: '{"kind":"Status","status":"Failure","message":"pods \\"postgres-0\\" is forbidden: no","code":403}',
        },
      ],
      [
        'refused: 500 in plain text',
        { kind: 'refuse', status: 500, body: 'error dialing backend', contentType: 'text/plain' },
      ],
      [
        'refused: 429',
        {
          kind: 'refuse',
          status: 429,
          body: '{"kind":"Status","message":"too many requests","code":429}',
          sticky: true,
        },
      ],
    ] as const) {
      it(what, async () => {
        const run = await scene.withFault('cluster-a', { match: 'pg_dump -F', ...fault }, 'backup', source);
        assert.equal(run.exitCode, 1, told(run));
        assert.equal((await scene.archives()).length, 1, 'no new backup');
        await scene.nothingLeft(`backup: ${what}`, run);
      });
    }

    it('an expired token', async () => {
      const user = scene.lab.clusters['cluster-a'].state.users.get('admin-token');
      assert.ok(user);
      user.expired = true;
      const run = await ferry(scene.setting, 'backup', source);
      user.expired = false;
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'cluster.unauthorized');
      await scene.nothingLeft('backup: token expired', run);
    });
  });

  describe('the stream of a restore', () => {
    for (const [what, fault] of [
      ['cut (RST) in mid-upload', { match: 'pg_restore -v', kind: 'cut', on: 'stdin', afterBytes: 1_000_000 }],
      [
        'Status: Success in mid-upload',
        { match: 'pg_restore -v', kind: 'success', on: 'stdin', afterBytes: 1_000_000 },
      ],
      ['close 1000 in mid-upload', { match: 'pg_restore -v', kind: 'silent', on: 'stdin', afterBytes: 1_000_000 }],
      ['cut while the copy is compared', { match: 'pg_dump -F', kind: 'cut', afterBytes: 300_000 }],
      ['Status: Success while the copy is compared', { match: 'pg_dump -F', kind: 'success', afterBytes: 300_000 }],
    ] as const) {
      it(what, async () => {
        const run = await scene.withFault('cluster-b', fault, 'restore', backup, target, '--as', 'replace', '--yes');
        assert.equal(run.exitCode, 1, told(run));
        assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), [], 'live database unchanged');
        await scene.nothingLeft(`restore: ${what}`, run);
      });
    }

    it('the target server is lost in mid-restore', async () => {
      const server = scene.lab.server('pg16');
      const run = startFerry(scene.setting, 'restore', backup, target, '--as', 'replace', '--yes');
      await until(() => run.events.some((event) => event.type === 'phase' && event.phase === 'restore'));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await server.restart();
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), []);
      await scene.nothingLeft('restore: target server restarted', ended);
    });

    it('the connection goes with the COMMIT: resolved by OID', async () => {
      const run = await scene.withFault(
        'cluster-b',
        { match: 'swap', kind: 'cut', afterBytes: 0 },
        'restore',
        backup,
        target,
        '--as',
        'replace',
        '--yes',
      );
      const changed = compareFingerprints(live, await scene.seen('pg16')).length > 0;
      assert.ok(run.exitCode === 5 || (run.exitCode === 0) === changed, `what is said must be true\n${told(run)}`);
      if (changed) assert.equal((await ferry(scene.setting, 'undo', target, '--yes')).exitCode, 0);
      await scene.nothingLeft('restore: connection lost in the swap', run);
    });
  });

  describe('one of several streams of a restore', () => {
    const wide = `${places.pg16}/wide`;
    let large: string;
    let liveWide: Fingerprint;

    before(async () => {
      await scene.lab.server('source').sql('postgres', 'create database wide');
      await scene.lab.server('source').sql('wide', wideTables);
      large = await scene.backUp('wide');
      liveWide = await scene.bringToLife(large, 'wide', 'delete from a where id < 100');
    });

    for (const [what, fault] of [
      ['cut (RST) in one stream of rows', { kind: 'cut', afterBytes: 2_000_000 }],
      ['Status: Success in one stream of rows', { kind: 'success', afterBytes: 2_000_000 }],
      ['close 1000 in one stream of rows', { kind: 'silent', afterBytes: 2_000_000 }],
    ] as const) {
      it(what, async () => {
        // what the rows need is shorter; of the streams it meets the one that is there first
        const inStream = { match: 'pg_restore -v', on: 'stdin', ...fault } as const;
        const run = await scene.withFault('cluster-b', inStream, 'restore', large, wide, '--as', 'replace', '--yes');
        assert.equal(run.exitCode, 1, told(run));
        assert.deepEqual(
          compareFingerprints(liveWide, await scene.seen('pg16', 'wide')),
          [],
          'live database unchanged',
        );
        await scene.nothingLeft(`restore in streams: ${what}`, run);
      });
    }

    it('cancelled, and killed, among the streams', async () => {
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const { exec } = scene.lab.clusters['cluster-b'].state.faults;
        exec.push({ kind: 'slow', match: 'pg_restore -v', bytesPerSecond: 1_000_000, on: 'stdin', sticky: true });
        const run = startFerry(scene.setting, 'restore', large, wide, '--as', 'replace', '--yes');
        await until(() => run.events.some((event) => event.type === 'progress' && event.phase === 'restore'));
        await until(async () => (await scene.lab.server('pg16').sql('postgres', streamSessions)).length === 2);
        if (signal === 'SIGINT') run.child.kill(signal);
        else killJob(run.events);
        const ended = await run.ended;
        scene.lab.clusters['cluster-b'].state.faults.exec = [];
        assert.ok(signal === 'SIGINT' ? ended.exitCode === 130 : ended.exitCode !== 0, told(ended));
        assert.deepEqual(
          compareFingerprints(liveWide, await scene.seen('pg16', 'wide')),
          [],
          'live database unchanged',
        );
        await scene.nothingLeft(`restore in streams: ${signal}`, ended);
      }
    });
  });
});

/** Three tables, and more bytes than one stream takes. */
const wideTables = ['a', 'b', 'c']
  .map(
    (name) => `create table ${name} (id serial primary key, note text, more text);
insert into ${name} (note, more) select md5(random()::text) || md5(random()::text), md5(random()::text) || md5(random()::text) from generate_series(1, 60000);
create index on ${name} (note);`,
  )
  .join('\n');

const streamSessions = `select pid from pg_stat_activity where application_name like 'db-ferry%' and query like 'COPY%'`;
