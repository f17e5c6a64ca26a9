import assert from 'node:assert/strict';
import { ferry, startFerry, told, type Run } from '../ferry';
import { compareFingerprints, type Fingerprint } from '../independent';
import { randomFrom } from '../random';
import { changedOrders, judged, killJob, kills, Scene, seed, target, until } from './scene';

/** What happens to it while it waits, and whether its swap may go on. */
const waits: readonly (readonly [
  what: string,
  act: (scene: Scene, side: string) => Promise<unknown>,
  swaps: boolean,
])[] = [
  // the shop has a table that is not logged: whether it outlived the end of its server nobody can say
  ['the server is restarted', async ({ lab }) => lab.server('pg16').restart(), false],
  [
    'the server is killed and comes back',
    async ({ lab }) => {
      await lab.server('pg16').kill();
      await lab.server('pg16').restart();
    },
    false,
  ],
  [
    'clean is run over the server',
    async ({ setting }) => ferry(setting, 'clean', target.split('/').slice(0, 3).join('/')),
    true,
  ],
  [
    'a column comes to the live database',
    async ({ lab }) => lab.server('pg16').sql('shop', 'alter table shop.orders add column since date'),
    false,
  ],
  [
    'somebody writes into what is prepared',
    async ({ lab }, side) => {
      const server = lab.server('pg16');
      await server.sql('postgres', `alter database "${side}" allow_connections true`);
      await server.sql(side, 'delete from shop.orders where id < 10');
      await server.sql('postgres', `alter database "${side}" allow_connections false`);
    },
    false,
  ],
];

describe(`faults of what is prepared, swapped and discarded, ${judged}`, function () {
  this.timeout(240_000);
  let scene: Scene;
  let backup: string;
  let live: Fingerprint;
  let wanted: Fingerprint;

  before(async () => {
    scene = await Scene.start(0.2);
    backup = await scene.backUp('shop');
    await scene.bringToLife(backup, 'shop', changedOrders);
    wanted = await scene.seen('source');
  });
  beforeEach(async () => {
    live = await scene.seen('pg16');
  });
  after(() => scene.close());

  const random = randomFrom(seed);

  async function prepared(): Promise<{ readonly job: string; readonly side: string }> {
    const run = await ferry(scene.setting, 'restore', backup, target, '--as', 'replace', '--prepare', '--create-roles');
    assert.deepEqual([run.exitCode, run.result.outcome], [0, 'prepared'], told(run));
    assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), [], 'the live database changed');
    return { job: String(run.result.data['swap']).split(' ').at(-1)!, side: String(run.result.data['side']) };
  }
  /** The live one is wholly what it was, or wholly the backup, and it is said which. */
  async function judge(run: Run): Promise<boolean> {
    const now = await scene.seen('pg16');
    const isOld = compareFingerprints(live, now).length === 0;
    if (!isOld) assert.deepEqual(compareFingerprints(wanted, now), [], 'neither the one nor the other');
    if (run.exitCode === 0) assert.ok(!isOld, `said done, is what it was\n${told(run)}`);
    if (run.exitCode === 1 || run.exitCode === 4) assert.ok(isOld, `said unchanged, is another\n${told(run)}`);
    return !isOld;
  }
  async function backAgain(): Promise<void> {
    const undone = await ferry(scene.setting, 'undo', target, '--yes');
    assert.equal(undone.exitCode, 0, told(undone));
    assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), []);
    const released = await ferry(scene.setting, 'release', target, '--yes');
    assert.equal(released.exitCode, 0, told(released));
  }

  // a run that is widened has all of them
  const some = kills > 6 ? waits : waits.filter((_, at) => at > 1);
  for (const [what, act, swaps] of some) {
    it(`waiting: ${what}`, async () => {
      const { job, side } = await prepared();
      await act(scene, side);
      live = await scene.seen('pg16');
      const run = await ferry(scene.setting, 'swap', job, '--yes');
      assert.equal(run.exitCode, swaps ? 0 : 4, told(run));
      assert.equal(await judge(run), swaps);
      if (swaps) await backAgain();
      else {
        const dropped = await ferry(scene.setting, 'discard', job, '--yes');
        assert.equal(dropped.exitCode, 0, told(dropped));
      }
      await scene.nothingLeft(`prepared: ${what}; swap`, run);
    });
  }

  for (const [what, kind, fault] of [
    [
      'cut (RST) in mid-stream of the preparation',
      'restore',
      { kind: 'cut', match: 'pg_restore -v', on: 'stdin', afterBytes: 200_000 },
    ],
    ['the swap is cut before its answer', 'swap', { kind: 'cut', match: '-swap-1', afterBytes: 1 }],
    ['the swap is said to be well and is not heard', 'swap', { kind: 'success', match: '-swap-1', afterBytes: 1 }],
  ] as const) {
    it(what, async () => {
      const job = kind === 'swap' ? (await prepared()).job : '';
      const args =
        kind === 'swap' ? ['swap', job, '--yes'] : ['restore', backup, target, '--as', 'replace', '--prepare'];
      const run = await scene.withFault('cluster-b', { ...fault }, ...args);
      if (kind === 'restore') assert.equal(run.exitCode, 1, told(run));
      if (await judge(run)) await backAgain();
      else if (kind === 'swap') await ferry(scene.setting, 'discard', job, '--yes');
      await scene.nothingLeft(what, run);
    });
  }

  for (const kind of kills > 6 ? (['prepare', 'swap', 'discard'] as const) : (['prepare', 'swap'] as const)) {
    const moment = random();
    it(`kill -9 of ${kind} at ${(moment * 100).toFixed(0)} % of its time`, async () => {
      const job = kind === 'prepare' ? '' : (await prepared()).job;
      const args = {
        prepare: ['restore', backup, target, '--as', 'replace', '--prepare', '--create-roles'],
        swap: ['swap', job, '--yes'],
        discard: ['discard', job, '--yes'],
      }[kind];
      const run = startFerry(scene.setting, ...args);
      await until(() => run.events.some((event) => event.type === 'started'));
      await new Promise((resolve) => setTimeout(resolve, moment * { prepare: 3000, swap: 1200, discard: 800 }[kind]));
      const late = run.events.some((event) => event.type === 'result');
      killJob(run.events);
      const ended = await run.ended;
      if (!late) assert.notEqual(ended.exitCode, 0, `said done, was killed\n${told(ended)}`);
      await ferry(scene.setting, 'clean');
      if (compareFingerprints(live, await scene.seen('pg16')).length > 0) {
        assert.deepEqual(compareFingerprints(wanted, await scene.seen('pg16')), []);
        await backAgain();
      }
      // what still waits can be dropped, by the job or by the place
      await ferry(scene.setting, 'discard', target, '--yes');
      await scene.nothingLeft(`kill -9 of ${kind} at ${(moment * 100).toFixed(0)} %`, ended);
    });
  }

  it('swapped twice, discarded after, undone by the job that prepared it', async () => {
    const { job } = await prepared();
    const first = await ferry(scene.setting, 'swap', job, '--yes');
    assert.equal(first.exitCode, 0, told(first));
    const second = await ferry(scene.setting, 'swap', job, '--yes');
    assert.deepEqual([second.exitCode, second.result.error?.code], [4, 'prepare.nothing'], told(second));
    const dropped = await ferry(scene.setting, 'discard', job, '--yes');
    assert.deepEqual([dropped.exitCode, dropped.result.error?.code], [4, 'prepare.nothing'], told(dropped));
    const undone = await ferry(scene.setting, 'undo', job, '--yes');
    assert.equal(undone.exitCode, 0, told(undone));
    assert.deepEqual(compareFingerprints(live, await scene.seen('pg16')), []);
    await ferry(scene.setting, 'release', target, '--yes');
    await scene.nothingLeft('swapped twice', first);
  });
});
