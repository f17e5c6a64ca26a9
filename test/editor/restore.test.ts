import assert from 'node:assert/strict';
import { listJobs } from '../../src/core/job/record/listJobs';
import type { Job } from '../../src/core/job/record/readJob';
import type { Phase } from '../../src/core/base/progress';
import { compareFingerprints, fingerprint, type Fingerprint } from '../lab/independent';
import type { PlaceName } from '../lab/lab';
import type { ExecFault } from '../lab/labPod';
import { editor } from './setting';
import { until } from './until';
import type { EditorWindow } from './window';

const source = ['cluster-a', 'shop-prod', 'postgres-0', 'shop'] as const;
const pod = ['cluster-b', 'shop-test', 'pg16-0'] as const;

describe('editor: restores', function () {
  this.timeout(400_000);
  let window: EditorWindow;
  before(async () => {
    window = await editor.open({ settings: { 'dbFerry.protectedPlaces': ['cluster-b/*'] } });
  });
  after(() => window.close());

  it('copy a database to the other cluster in five clicks', async () => {
    window.actions.restart();
    await window.openSideBar();
    const clusters = window.view('Clusters');
    await clusters.row('cluster-a', 'shop-prod', 'postgres-0').expand();
    await clusters.row(...source).dragTo(clusters.row(...pod));
    const modal = window.modal(/Copy shop into pg16-0/);
    const text = await modal.text();
    assert.match(text, /To: cluster-b \/ shop-test \/ pg16-0 \/ shop \(protected\)/);
    assert.match(text, /From: cluster-a\/shop-prod\/postgres-0\/shop, as it is now/);
    assert.match(text, /it is made new/);
    assert.match(text, /Takes about [\d.]+ s/);
    assert.match(text, /The server lacks the roles billing, shop_app, shop_owner, shop_reader, Ödd "rôle"/);
    await window.screenshot('copy');
    await modal.press('Create 5 Roles and Copy shop');
    await window.notification(/Restored into/).text(60);
    console.log(String(window.actions).replaceAll(/^/gm, '      '));
    assert.ok(window.actions.clicks <= 5, String(window.actions));
    assert.deepEqual(compareFingerprints(await seen('source'), await seen('pg16')), []);
  });

  it('replace a protected database only when its name is typed', async () => {
    await change('pg16', `update shop.orders set note = 'written since' where id < 50`);
    const before = await seen('pg16');
    window.actions.restart();
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Copy To…');
    await window.question('Copy shop from postgres-0').choose(/pg16-0/);
    const modal = window.modal(/Replace shop on pg16-0/);
    assert.match(await modal.text(), /Replaces: [\d.]+ MB, last written .*Undo Restore brings it back/s);
    assert.match(await modal.text(), /At the end logins wait about/);
    await modal.press('Replace shop');
    const name = window.question('cluster-b/shop-test is protected');
    await name.type('shp');
    await until(
      'a word about the wrong name',
      async () => (await name.message()).includes('This is not shop. Type shop') || undefined,
    );
    await name.accept();
    assert.deepEqual(compareFingerprints(before, await seen('pg16')), [], 'nothing happens without the name');
    await name.type('shop');
    await window.screenshot('typed-name');
    await name.accept();
    const end = window.notification(/Restored into.*logins waited/);
    await end.text(60);
    console.log(String(window.actions).replaceAll(/^/gm, '      '));
    assert.ok(window.actions.clicks <= 5, String(window.actions));
    assert.deepEqual(compareFingerprints(await seen('source'), await seen('pg16')), []);
    assert.deepEqual(await end.buttons(), ['Undo', 'Show Report']);
    await end.press('Undo');
    await window.modal(/Undo the restore of shop/).press('Undo Restore');
    await window.question('cluster-b/shop-test is protected').type('shop');
    await window.question().accept();
    await window.notification(/is again what it was/).text(60);
    assert.deepEqual(compareFingerprints(before, await seen('pg16')), []);
  });

  it('say what blocks before anything starts, and start nothing then', async () => {
    const jobs = (await listJobs(editor.root)).length;
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Copy To…');
    await window.question('Copy shop from postgres-0').choose(/postgres-standby-0/);
    const modal = window.modal(/cannot be replaced now/);
    assert.match(await modal.text(), /Blocks: postgres-standby-0 is a standby and takes no writes/);
    assert.deepEqual(await modal.buttons(), ['OK']);
    await modal.press('OK');
    assert.equal((await listJobs(editor.root)).length, jobs);
  });

  it('let the wrong target stand in front', async () => {
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Back Up');
    await window.notification(/is complete and verified/).press('Restore…', 30);
    await window.question('Restore shop').cancel();
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Replace with Backup…');
    await window.question('Replace shop on postgres-0 with').choose(/shop/);
    assert.match(await window.modal(/Replace shop on postgres-0/).text(), /\?\s+⚠ The target is the very database/);
    await window.screenshot('wrong-target');
    await window.key('Escape');
  });

  it('outlive a reload in each phase, and end with one message', async () => {
    const reloaded: (Phase | undefined)[] = [];
    window.notified.splice(0);
    for (const phase of ['preflight', 'dump', 'restore', 'verify', 'swap'] as const) {
      const before = new Set((await listJobs(editor.root)).map(({ id }) => id));
      const hurry = slow(phase);
      await window.view('Clusters').row('cluster-a', 'shop-prod', 'postgres-0').expand();
      await window
        .view('Clusters')
        .row(...source)
        .rightClick('Copy To…');
      await window.question('Copy shop from postgres-0').choose(/pg16-0/);
      await window.modal(/Replace shop on pg16-0/).press('Replace shop');
      await window.question('is protected').type('shop');
      await window.question().accept();
      const job = await newJob(before, ({ phase: at, result }) => at === phase || result !== undefined);
      await window.reload();
      reloaded.push(job.phase);
      hurry();
      const end = await newJob(before, ({ result }) => result !== undefined);
      assert.equal(end.state, 'done', JSON.stringify(end.result));
      await until('the final message', () => window.notified.find((text) => text.includes('Restored into')));
      assert.equal(window.notified.splice(0).filter((text) => text.includes('Restored into')).length, 1);
    }
    console.log(`      reloaded in: ${reloaded.join(', ')}`);
    // a swap is over before one can aim
    for (const phase of ['preflight', 'dump', 'restore', 'verify'] as const) assert.ok(reloaded.includes(phase), phase);
    assert.deepEqual(compareFingerprints(await seen('source'), await seen('pg16')), []);
  });

  /** Slows the phases that move data down, until the returned function is called. */
  function slow(phase: Phase): () => void {
    const { 'cluster-a': a, 'cluster-b': b } = editor.lab.clusters;
    const fault = { kind: 'slow', match: 'pg_dump -F', on: 'stdout', bytesPerSecond: 500_000 } as const;
    const faults: Partial<Record<Phase, readonly [typeof a, ExecFault]>> = {
      dump: [a, fault],
      // the first pg_restore makes what the rows need, and is over at once
      restore: [b, { ...fault, match: 'pg_restore', on: 'stdin', sticky: true }],
      verify: [b, fault],
    };
    const found = faults[phase];
    if (found === undefined) return () => undefined;
    const [cluster, its] = found;
    const slowed = { ...its, bytesPerSecond: 500_000 };
    cluster.state.faults.exec = [slowed];
    return () => {
      slowed.bytesPerSecond = Infinity;
      cluster.state.faults.exec = [];
    };
  }

  /** Waits for a job that was not there before, and is as wanted. */
  async function newJob(before: ReadonlySet<string>, isWanted: (job: Job) => boolean): Promise<Job> {
    const look = async (): Promise<Job | undefined> =>
      (await listJobs(editor.root)).find((job) => !before.has(job.id) && isWanted(job));
    return until('the job', look, { seconds: 90 });
  }

  async function seen(place: PlaceName): Promise<Fingerprint> {
    const client = await editor.lab.server(place).connect('shop');
    try {
      return await fingerprint(client);
    } finally {
      await client.end();
    }
  }

  async function change(place: PlaceName, sql: string): Promise<void> {
    await editor.lab.server(place).sql('shop', sql);
  }
});
