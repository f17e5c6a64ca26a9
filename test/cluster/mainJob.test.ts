import assert from 'node:assert/strict';
import { execa } from 'execa';
import { readdir } from 'node:fs/promises';
import { ferry, startFerry, told, type Run } from '../lab/ferry';
import { seed } from './seed';
import { leave, pair, restricted, type Pair } from './setting';
import { leaveOut } from '../tools/leaveOut';

/** `<command> a kubelet` makes a fault on A, `<command> a heal` ends it. */
const faultCommand = process.env['DB_FERRY_FAULT'];

for (const [who, as] of [
  ['administrator', (clusters: Pair) => clusters],
  ['a service account that may list pods and run commands in them', restricted],
] as const) {
  describe(`real clusters: the main job, as ${who}`, function () {
    this.timeout(600_000);
    let clusters: Pair;
    let backup: string;
    let original: string;
    let changed: string;

    before(async () => {
      clusters = await as(await pair());
      await seed(clusters);
      original = await clusters.source.fingerprint('ferrytest');
    });
    after(() => leave(clusters));

    it('backs up and verifies', async () => {
      backup = String((await expectExit(0, 'backup', clusters.from)).result.data['backup']);
      await expectExit(0, 'verify', backup);
    });

    it('copies from 15 to 17, the same by SQL', async () => {
      await expectExit(0, 'copy', clusters.from, clusters.to, '--create-roles');
      assert.equal(await clusters.target.fingerprint('ferrytest'), original);
      await expectExit(0, 'diff', clusters.from, clusters.to);
    });

    it('finds one cent, refuses to replace unasked, replaces, and undoes', async () => {
      await clusters.target.sql('ferrytest', 'update orders set paid = paid + 0.01 where id = 777;');
      changed = await clusters.target.fingerprint('ferrytest');
      await expectExit(3, 'diff', clusters.from, clusters.to);
      await expectExit(4, 'restore', backup, clusters.to);
      await expectExit(0, 'restore', backup, clusters.to, '--as', 'replace', '--yes');
      assert.equal(await clusters.target.fingerprint('ferrytest'), original);
      await expectExit(0, 'undo', clusters.to, '--yes');
      assert.equal(await clusters.target.fingerprint('ferrytest'), changed);
      assert.equal((await clusters.target.leftovers()).trim(), '');
    });

    it('is cancelled in mid-dump: 130, and nothing is left', async () => {
      const run = startFerry(clusters.setting, 'backup', clusters.from);
      await moved(run, 'dump');
      run.child.kill('SIGINT');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 130, told(ended));
      await nothingLeft();
    });

    for (const [cluster, phase] of [
      ['a', 'dump'],
      ['b', 'restore'],
    ] as const) {
      it(`a kubelet killed in mid-${phase} is a failure, and changes nothing`, async function () {
        if (faultCommand === undefined) leaveOut(this, 'DB_FERRY_FAULT');
        const args = {
          dump: ['backup', clusters.from],
          restore: ['restore', backup, clusters.to, '--as', 'replace', '--yes'],
        };
        const ended = await withFault(faultCommand, cluster, phase, args[phase]);
        assert.equal(ended.exitCode, 1, told(ended));
        assert.equal(await clusters.target.fingerprint('ferrytest'), changed);
        await ferry(clusters.setting, 'clean');
        await ferry(clusters.setting, 'clean', clusters.to.split('/').slice(0, 3).join('/'));
        await nothingLeft();
      });
    }

    /** Kills the kubelet once some megabytes went through, and heals it five seconds later. */
    async function withFault(command: string, cluster: string, phase: string, args: string[]): Promise<Run> {
      const run = startFerry(clusters.setting, ...args);
      await moved(run, phase);
      await execa(command, [cluster, 'kubelet']);
      const healing = (async () => {
        await new Promise((resolve) => setTimeout(resolve, 5000));
        await execa(command, [cluster, 'heal']);
      })();
      const ended = await run.ended;
      await healing;
      console.log(
        `      exit ${String(ended.exitCode)} ${ended.result.error?.code ?? ''} after ${ended.seconds.toFixed(1)} s`,
      );
      return ended;
    }

    async function moved(run: ReturnType<typeof startFerry>, phase: string): Promise<void> {
      const some = (): boolean =>
        run.events.some((event) => event.type === 'progress' && event.phase === phase && event.bytes > 5_000_000);
      while (!some() && run.child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.ok(run.child.exitCode === null, 'it ended before that');
    }

    async function nothingLeft(): Promise<void> {
      for (const pod of [clusters.source, clusters.target]) assert.equal((await pod.leftovers()).trim(), '');
      const partials = (await readdir(clusters.root, { recursive: true })).filter((name) => name.endsWith('.partial'));
      assert.deepEqual(partials, []);
    }

    async function expectExit(exitCode: number, ...args: string[]): Promise<Run> {
      const run = await ferry(clusters.setting, ...args);
      console.log(`      ${args[0] ?? ''}: exit ${String(run.exitCode)}, ${run.seconds.toFixed(1)} s`);
      assert.equal(run.exitCode, exitCode, told(run));
      return run;
    }
  });
}
