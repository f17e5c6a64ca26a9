import assert from 'node:assert/strict';
import { ferry, startFerry, told } from '../ferry';
import { compareFingerprints, type Fingerprint } from '../independent';
import { randomFrom } from '../random';
import { changedOrders, judged, killJob, kills, Scene, seed, source, target, until } from './scene';

describe(`kill -9 of the job process at ${kills} random points, ${judged}`, function () {
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

  const random = randomFrom(seed);
  for (let index = 0; index < kills; index += 1) {
    const kind = (['backup', 'restore', 'copy', 'restore'] as const)[Math.floor(random() * 4)] ?? 'restore';
    // a little short of the whole time, so that few come too late
    const moment = random() * 0.8;
    it(`${kind}, at ${(moment * 100).toFixed(0)} % of its time`, async () => {
      const args = {
        backup: ['backup', source],
        restore: ['restore', backup, target, '--as', 'replace', '--yes'],
        copy: ['copy', source, target, '--as', 'replace', '--yes'],
      }[kind];
      const before = (await scene.archives()).length;
      const run = startFerry(scene.setting, ...args);
      await until(() => run.events.some((event) => event.type === 'started'));
      await new Promise((resolve) => setTimeout(resolve, moment * { backup: 2200, restore: 4500, copy: 6500 }[kind]));
      const late = run.events.some((event) => event.type === 'result');
      killJob(run.events);
      const ended = await run.ended;
      const differences = compareFingerprints(live, await scene.seen('pg16'));
      if (!late) assert.notEqual(ended.exitCode, 0, `said done, was killed\n${told(ended)}`);
      if (differences.length > 0) {
        // the swap was committed before the kill: then the whole of the backup must be there, and undo must work
        assert.deepEqual(compareFingerprints(await scene.seen('source'), await scene.seen('pg16')), []);
        const undone = await ferry(scene.setting, 'undo', target, '--yes');
        assert.equal(undone.exitCode, 0, told(undone));
      }
      assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), []);
      const complete = (await scene.archives()).length;
      assert.ok(complete === before || kind !== 'restore');
      for (const archive of await scene.archives()) assert.ok(!archive.includes('.partial/'), archive);
      await scene.nothingLeft(
        `kill -9 of ${kind} at ${(moment * 100).toFixed(0)} %${differences.length > 0 ? ' (after the swap)' : ''}`,
        ended,
      );
    });
  }
});
