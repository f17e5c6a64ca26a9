import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, startFerry, told, type Run } from '../ferry';
import { compareFingerprints, type Fingerprint } from '../independent';
import type { ExecFault } from '../labPod';
import { changedOrders, judged, killJob, Scene, source, target, until } from './scene';

type Cluster = 'cluster-a' | 'cluster-b';
type Fault = readonly [Cluster, ExecFault];

// All of them by `npm run test:copies`; each takes some seconds.
const isAll = process.env['FERRY_COPIES'] === 'all';
const onlyAll = isAll ? it : (): void => undefined;

const dump = { match: 'pg_dump -F' } as const;
const rows = { match: 'pg_restore -v', on: 'stdin' } as const;
/** Hardly goes on behind its first bytes, until it is hastened: the other half is under way then. */
const slowDump: Fault = ['cluster-a', { ...dump, kind: 'slow', afterBytes: 1_200_000, bytesPerSecond: 20_000 }];

describe(`faults of a copy whose restore follows its dump, ${judged}`, function () {
  this.timeout(180_000);
  let scene: Scene;
  let live: Fingerprint;
  let slowed: ExecFault[] = [];
  const copy = ['copy', source, target, '--as', 'replace', '--pipeline', '--yes'];

  before(async () => {
    scene = await Scene.start();
    const first = await ferry(scene.setting, 'copy', source, target, '--create-roles');
    assert.equal(first.exitCode, 0, told(first));
    assert.deepEqual(compareFingerprints(await scene.seen('source'), await scene.seen('pg16')), []);
    await scene.lab.server('pg16').sql('shop', changedOrders);
    live = await scene.seen('pg16');
  });
  beforeEach(() => {
    for (const { state } of Object.values(scene.lab.clusters)) state.faults.exec = [];
  });
  after(() => scene.close());

  describe('a stream', () => {
    for (const kind of ['cut', 'success', 'silent'] as const) {
      const test = kind === 'success' ? it : onlyAll;
      const dumpFails: Fault = ['cluster-a', { ...dump, kind, afterBytes: 1_500_000 }];
      const restoreFails: Fault = ['cluster-b', { ...rows, kind, afterBytes: 700_000 }];
      onlyAll(`of the dump: ${kind}`, async () => failed(`dump: ${kind}`, [dumpFails]));
      test(`of the restore, while the dump goes on: ${kind}`, async () =>
        failed(`restore: ${kind}`, [slowDump, restoreFails]));
      onlyAll(`of both at once: ${kind}`, async () => failed(`both: ${kind}`, [dumpFails, restoreFails]));
      onlyAll(`of the comparison: ${kind}`, async () =>
        failed(`comparison: ${kind}`, [['cluster-b', { ...dump, kind, afterBytes: 300_000 }]], { archives: 1 }),
      );
    }

    onlyAll('of the dump, in its first bytes', async () =>
      failed('dump: cut in the first bytes', [['cluster-a', { ...dump, kind: 'cut', afterBytes: 10 }]]),
    );
    onlyAll('of the definitions', async () =>
      failed('definitions: cut', [slowDump, ['cluster-b', { ...rows, kind: 'cut', afterBytes: 100 }]]),
    );
    onlyAll('refused: of the dump, of the restore', async () => {
      const no = { kind: 'refuse', status: 500, body: 'error dialing backend', contentType: 'text/plain' } as const;
      await failed('dump: refused', [['cluster-a', { ...dump, ...no }]]);
      await failed('restore: refused', [slowDump, ['cluster-b', { ...rows, ...no }]]);
    });
  });

  describe('a server', () => {
    for (const [what, at, cluster] of [
      ['the source', 'source', 'cluster-a'],
      ['the target', 'pg16', 'cluster-b'],
    ] as const) {
      onlyAll(`${what} restarts`, async () =>
        failed(`${what} restarted`, [slowDump], { meanwhile: async () => scene.lab.server(at).restart() }),
      );
      onlyAll(`every connection to ${what}'s cluster is lost`, async () =>
        failed(`connections to ${what} lost`, [slowDump], {
          meanwhile: async () => scene.lab.clusters[cluster].api.killConnections(),
        }),
      );
      onlyAll(`the session in ${what} is terminated`, async () =>
        failed(`session in ${what} terminated`, [slowDump], {
          meanwhile: async () => {
            await scene.lab.server(at).sql('postgres', `select pg_terminate_backend(pid) from (${copying}) one`);
          },
        }),
      );
    }
  });

  describe('the job', () => {
    for (const [phase, fault] of [
      ['dump', slowDump],
      ['restore', ['cluster-b', { ...rows, kind: 'slow', afterBytes: 700_000, bytesPerSecond: 20_000 }]],
      ['verify', ['cluster-b', { ...dump, kind: 'slow', bytesPerSecond: 500_000 }]],
    ] as const) {
      for (const signal of ['SIGINT', 'SIGKILL'] as const) {
        const test = phase === 'dump' && signal === 'SIGKILL' ? it : onlyAll;
        test(`${signal} in phase ${phase}`, async () => {
          inject([fault]);
          const run = startFerry(scene.setting, ...copy);
          await until(() => run.events.some((event) => event.type === 'phase' && event.phase === phase));
          if (phase === 'dump') await follows();
          if (signal === 'SIGINT') run.child.kill(signal);
          else killJob(run.events);
          const ended = await run.ended;
          assert.ok(signal === 'SIGINT' ? ended.exitCode === 130 : ended.exitCode !== 0, told(ended));
          // what was whole by then stays, as ever
          await removeBackups();
          await untouched(`${signal} in phase ${phase}`, ended);
        });
      }
    }
  });

  describe('what stays', () => {
    it('of a copy that keeps, where the restore failed behind the dump: the backup, whole', async () => {
      inject([slowDump, ['cluster-b', { ...dump, kind: 'cut', afterBytes: 300_000 }]]);
      const going = startFerry(scene.setting, ...copy, '--keep');
      await follows();
      hasten();
      const run = await going.ended;
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.data['phase'], 'verify', told(run));
      assert.ok(
        run.events.some((event) => event.type === 'note' && event.code === 'backup.kept'),
        told(run),
      );
      const [archive = ''] = await scene.archives();
      const verified = await ferry(scene.setting, 'verify', archive.split('/').at(-2) ?? '');
      assert.equal(verified.exitCode, 0, told(verified));
      // a backup's own report tells of the backup, though what the restore had told by then was more
      const report = await readFile(join(scene.setting.root, archive, '..', 'report.md'), 'utf8');
      assert.doesNotMatch(report, /temporary role|making tables|restoring/);
      await removeBackups();
      await untouched('comparison cut, backup kept', run);
    });

    for (const how of [[], ['--encrypt'], ['--keep'], ['--prepare']]) {
      const test = how.length === 0 ? it : onlyAll;
      test(`of a copy that works: ${how.join(' ') || 'as it is'}`, async () => {
        if (how.includes('--encrypt')) {
          const keys = await mkdtemp(join(tmpdir(), 'dbf-keys-'));
          const made = await ferry(scene.setting, 'keys', 'init', join(keys, 'recovery.key'));
          await rm(keys, { recursive: true });
          assert.equal(made.exitCode, 0, told(made));
        }
        inject([slowDump]);
        const run = startFerry(scene.setting, ...copy, ...how);
        await follows();
        hasten();
        const ended = await run.ended;
        assert.equal(ended.exitCode, 0, told(ended));
        if (how.includes('--prepare')) {
          assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), []);
          const swapped = await ferry(scene.setting, 'swap', jobOf(ended), '--yes');
          assert.equal(swapped.exitCode, 0, told(swapped));
        }
        assert.deepEqual(compareFingerprints(await scene.seen('source'), await scene.seen('pg16')), []);
        assert.equal((await scene.archives()).length, how.includes('--keep') || how.includes('--prepare') ? 1 : 0);
        const undone = await ferry(scene.setting, 'undo', target, '--yes');
        assert.equal(undone.exitCode, 0, told(undone));
        await ferry(scene.setting, 'release', target, '--yes');
        await removeBackups();
        await untouched(`works ${how.join(' ')}`, ended);
      });
    }
  });

  /** What is slow goes on as fast as it can. */
  function hasten(): void {
    for (const fault of slowed) Object.assign(fault, { bytesPerSecond: 1e9 });
  }

  function inject(faults: readonly Fault[]): void {
    slowed = faults.map(([, fault]) => ({ ...fault }));
    for (const [index, [cluster]] of faults.entries()) {
      const fault = slowed[index];
      if (fault) scene.lab.clusters[cluster].state.faults.exec.push(fault);
    }
  }

  /** A copy that must fail, and leave all as it was. */
  async function failed(
    what: string,
    faults: readonly Fault[],
    { archives = 0, meanwhile }: { archives?: number; meanwhile?: () => Promise<void> } = {},
  ): Promise<void> {
    inject(faults);
    const run = startFerry(scene.setting, ...copy);
    if (meanwhile) {
      await follows();
      await meanwhile();
    }
    const ended = await run.ended;
    assert.equal(ended.exitCode, 1, told(ended));
    assert.equal((await scene.archives()).length, archives, told(ended));
    await removeBackups();
    await untouched(what, ended);
  }

  async function untouched(what: string, run: Run): Promise<void> {
    assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), [], 'live database unchanged');
    await scene.nothingLeft(`copy side by side: ${what}`, run);
  }

  function jobOf({ events }: Run): string {
    const started = events.find((event) => event.type === 'started');
    return started && 'job' in started ? String(started.job) : '';
  }

  /** Rows go into the target while the source is dumped. */
  async function follows(): Promise<void> {
    for (const at of ['source', 'pg16'] as const) {
      await until(async () => (await scene.lab.server(at).sql('postgres', copying)).length > 0);
    }
  }

  async function removeBackups(): Promise<void> {
    for (const file of await scene.archives()) {
      const id = file.split('/').at(-2) ?? '';
      const gone = await ferry(scene.setting, 'delete', id, '--yes');
      assert.equal(gone.exitCode, 0, told(gone));
    }
  }
});

const copying = `select pid from pg_stat_activity where application_name like 'db-ferry%' and query like 'COPY%'`;
