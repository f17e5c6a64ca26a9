import assert from 'node:assert/strict';
import { listJobs } from '../../src/core/job/record/listJobs';
import { editor } from './setting';
import type { EditorWindow } from './window';

const legacy = ['cluster-a', 'shop-prod', 'postgres-0', 'legacy'] as const;

describe('editor: what a target refuses', function () {
  this.timeout(300_000);
  let window: EditorWindow;
  before(async () => {
    const source = editor.lab.server('source');
    await source.sql('postgres', 'create database legacy');
    await source.sql('legacy', 'create table kept as select generate_series(1, 100) as n');
    // what 15 has, and 18 has not: an extension, and a column that a view names
    await source.sql('legacy', 'create extension adminpack');
    await source.sql('postgres', 'create database outdated');
    await source.sql('outdated', 'create table kept as select generate_series(1, 100) as n');
    await source.sql('outdated', 'create view checkpoints as select checkpoints_timed from pg_stat_bgwriter');
    window = await editor.open({ theme: 'light' });
    await window.openSideBar();
    await window.view('Clusters').row('cluster-a', 'shop-prod', 'postgres-0').expand();
  });
  after(async () => {
    await window.close();
    for (const place of ['source', 'pg18'] as const) {
      for (const database of ['legacy', 'outdated'])
        await editor.lab.server(place).sql('postgres', `drop database if exists ${database}`);
    }
  });

  it('is told before, with the way on; how it is restored can be chosen, and is looked at again', async () => {
    await window
      .view('Clusters')
      .row(...legacy)
      .rightClick('Copy To…');
    await window.question('Copy legacy from postgres-0').choose(/pg18-/);
    const modal = window.modal(/Copy legacy into pg18-/);
    assert.match(await modal.text(), /Blocks: extensions the target does not have: adminpack/);
    assert.deepEqual((await modal.buttons()).sort(), ['Cancel', 'Copy legacy Without What Is Refused', 'Options…']);
    await window.screenshot('way-on-light');
    await modal.press('Options…');
    const options = window.question('How legacy is restored');
    assert.deepEqual(await options.items(), [
      'Leave owners out',
      'Leave grants out',
      'Leave tablespaces out',
      'Set what gives a right or runs code',
      'Go on without what the target refuses',
      'Prepare only',
    ]);
    await options.choose('Leave owners out');
    await options.choose('Go on without what the target refuses');
    await window.screenshot('options-light');
    await options.accept();
    const again = window.modal(/Copy legacy into pg18-/);
    const text = await again.text();
    assert.match(text, /Leaves out: owners\.\s+Goes on without what the target refuses; the report lists it\./);
    assert.match(text, /Warning: extensions the target does not have: adminpack/);
    await window.screenshot('way-on-chosen-light');
    await again.press('Copy legacy');
    await window.notification(/Restored into .*\/legacy without what is listed/).text(60);
    const [job] = await listJobs(editor.root);
    assert.ok(job?.request.kind === 'copy');
    const { goOn, noOwner } = job.request.options;
    assert.deepEqual([job.state, goOn, noOwner], ['differences', true, true]);
  });

  it('on the way is gone on without from the message of the job, with the backup that it took', async () => {
    await window.view('Clusters').row('cluster-a', 'shop-prod', 'postgres-0', 'outdated').rightClick('Copy To…');
    await window.question('Copy outdated from postgres-0').choose(/pg18-/);
    await window.modal(/Copy outdated into pg18-/).press('Copy outdated');
    const end = window.notification(/Copy outdated from postgres-0/);
    await end.press('Go On Without…', 60);
    const modal = window.modal(/Restore outdated into pg18-/);
    assert.match(await modal.text(), /From: the backup of outdated .*Goes on without what the target refuses/s);
    await window.screenshot('go-on-light');
    await modal.press('Restore outdated');
    await window.notification(/Restored into .*\/outdated without what is listed/).text(60);
    const [first, second] = await listJobs(editor.root);
    assert.deepEqual([first?.request.kind, first?.state], ['restore', 'differences']);
    // titled by what it is about, and never by a path
    assert.match(first?.request.about?.place ?? '', /cluster-a\/shop-prod\/postgres\/outdated/);
    assert.deepEqual([second?.request.kind, second?.state], ['copy', 'failed']);
    await window
      .view('Jobs')
      .row(/^Restore outdated/)
      .click();
    await window.tab(/^Restore outdated of .* on pg18-.*\.md/).waitFor();
    await window
      .webview()
      .getByRole('heading', { name: /^Restore outdated of / })
      .waitFor();
    await window.screenshot('report-light');
  });
});
