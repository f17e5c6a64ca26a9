import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listBackups } from '../../src/core/catalog/catalog';
import { listJobs } from '../../src/core/job/record/listJobs';
import type { Job } from '../../src/core/job/record/readJob';
import { editor } from './setting';
import { slow, slowDump } from './slow';
import { until } from './until';
import type { EditorWindow } from './window';

const source = ['cluster-a', 'shop-prod', 'postgres-0', 'shop'] as const;

describe('editor: jobs', function () {
  this.timeout(400_000);
  let window: EditorWindow;
  before(async () => {
    window = await editor.open();
    await window.openSideBar();
  });
  after(() => window.close());
  // a new extension host knows the tree anew
  beforeEach(() => window.view('Clusters').row('cluster-a', 'shop-prod', 'postgres-0').expand());
  afterEach(() => {
    editor.lab.clusters['cluster-a'].state.faults.exec = [];
  });

  it('show how a backup goes, and its end once, with the next step', async () => {
    const dump = slowDump(400_000);
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Back Up');
    const progress = window.notification(/^Back up shop from postgres-0: /);
    assert.match(await progress.text(), /^Back up shop from postgres-0: /);
    await until('a percentage', async () => ((await progress.percent()) ?? 0) > 5 || undefined, { seconds: 20 });
    await until(
      'size and rate',
      async () => /\d+ % · [\d.]+ MB · [\d.]+ [kM]B\/s/.test(await progress.text()) || undefined,
      { seen: () => progress.text() },
    );
    assert.deepEqual(await progress.buttons(), ['Cancel']);
    assert.match(await window.statusBar(/Back up shop/).text(), /Back up shop \d+ %/);
    await window
      .view('Jobs')
      .row(/^Back up shop/)
      .until(/dumping|%/);
    await window.screenshot('backup');
    dump.hurry();
    const end = window.notification(/is complete and verified/);
    assert.match(await end.text(60), /^Back up shop from postgres-0: Backup \S+ is complete and verified\. 4\.\d MB/);
    assert.deepEqual(await end.buttons(), ['Restore…', 'Show Report']);
    await window.statusBar(/Back up shop/).untilGone();
    await window
      .view('Jobs')
      .row(/^Back up shop/)
      .until(/done in/);
    await window
      .view('Backups')
      .row('shop')
      .until(/cluster-a\/shop-prod/);
    assert.equal(window.notified.filter((text) => text.includes('is complete and verified')).length, 1);
    await end.press('Show Report');
    await window
      .webview()
      .getByRole('heading', { name: /^Back up shop from postgres-0$/ })
      .waitFor();
    await window.screenshot('report');
  });

  it('can be cancelled, and leave nothing', async () => {
    const backups = (await listBackups(editor.root)).length;
    slowDump(300_000);
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Back Up');
    const progress = window.notification(/^Back up shop from postgres-0: (.*dumping|\d+ %)/);
    await progress.press('Cancel');
    assert.match(await window.notification(/cancelled/i).text(60), /^Back up shop from postgres-0: /);
    await window
      .view('Jobs')
      .row(/^Back up shop/)
      .until(/cancelled/);
    assert.equal((await listBackups(editor.root)).length, backups);
    assert.deepEqual(
      (await files()).filter((name) => name.includes('.partial')),
      [],
    );
  });

  it('outlive a reload in each phase, and end with one message', async () => {
    const held = {
      preflight: () => slow('ON_ERROR_STOP', 1),
      dump: () => slowDump(300_000),
      read: () => slow('globals-only', 1),
    };
    for (const phase of ['preflight', 'dump', 'read'] as const) {
      const work = held[phase]();
      const job = await started(() =>
        window
          .view('Clusters')
          .row(...source)
          .rightClick('Back Up'),
      );
      await until(`phase ${phase}`, async () => (await jobNamed(job)).phase === phase || undefined);
      await window.reload();
      const { phase: since, state } = await jobNamed(job);
      assert.deepEqual([since, state], [phase, 'running'], 'it was in that phase all the time');
      work.hurry();
      await endsWell(job);
      await window.view('Clusters').row('cluster-a', 'shop-prod', 'postgres-0').expand();
    }
  });

  it('of a dead extension host go on, and the next one tells their end', async () => {
    const dump = slowDump(300_000);
    const job = await started(() =>
      window
        .view('Clusters')
        .row(...source)
        .rightClick('Back Up'),
    );
    const hosts = await extensionHosts();
    assert.ok(hosts.length > 0, 'an extension host is found');
    for (const pid of hosts) process.kill(pid, 'SIGKILL');
    dump.hurry();
    await endsWell(job);
  });

  it('are told by one window of two, also when the one that started them is closed', async () => {
    const second = await window.another();
    await second.openSideBar();
    await window.toFront();
    const dump = slowDump(200_000);
    const job = await started(() =>
      window
        .view('Clusters')
        .row(...source)
        .rightClick('Back Up'),
    );
    await second
      .view('Jobs')
      .row(/^Back up shop/)
      .until(/%|dumping/);
    dump.hurry();
    await endsWell(job);
    await second.toFront();
    await second
      .view('Jobs')
      .row(/^Back up shop/)
      .until(/done in/);
    // as long as a second window waits for the first
    await new Promise((resolve) => setTimeout(resolve, 4000));
    assert.deepEqual(second.notified.filter(isFinal), []);
    await window.toFront();
    const last = slowDump(200_000);
    const other = await started(() =>
      window
        .view('Clusters')
        .row(...source)
        .rightClick('Back Up'),
    );
    await window.page.goto('about:blank');
    await second.toFront();
    last.hurry();
    const backup = await ended(other);
    await second.notification(new RegExp(`Backup ${backup} is complete`)).text(60);
    await second.close();
    await window.page.goBack();
    await window.openSideBar();
    await window.view('Clusters').row('cluster-a').until(/pods/);
    assert.deepEqual(
      window.notified.filter((text) => text.includes(backup)),
      [],
    );
  });

  /** Has a job begun, and returns it. */
  async function started(begin: () => Promise<void>): Promise<string> {
    const before = new Set((await jobs()).map(({ id }) => id));
    await begin();
    const job = await until('a new job', async () => (await jobs()).find(({ id }) => !before.has(id)), { seconds: 20 });
    return job.id;
  }

  async function endsWell(id: string): Promise<void> {
    const backup = await ended(id);
    await until('the final message', () => window.notified.find((text) => text.includes(backup)), { seconds: 30 });
    await window
      .view('Jobs')
      .row(/^Back up shop/)
      .until(/done in/);
    const finals = window.notified.filter((text) => isFinal(text) && text.includes(backup));
    assert.equal(finals.length, 1, finals.join('\n'));
  }

  async function ended(id: string): Promise<string> {
    const { state, result } = await until(
      'the end of the job',
      async () => {
        const job = await jobNamed(id);
        return job.result ? job : undefined;
      },
      { seconds: 60 },
    );
    assert.equal(state, 'done', JSON.stringify(result));
    return String(result?.data['backup']);
  }
});

function isFinal(text: string): boolean {
  return text.includes('is complete and verified');
}

async function jobs(): Promise<readonly Job[]> {
  return listJobs(editor.root);
}

async function jobNamed(id: string): Promise<Job> {
  const job = (await jobs()).find((one) => one.id === id);
  assert.ok(job);
  return job;
}

async function files(): Promise<string[]> {
  return readdir(editor.root, { recursive: true });
}

/** Processes of this editor alone that run extensions. */
async function extensionHosts(): Promise<number[]> {
  const found: number[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const folder = join('/proc', pid);
    const read = async (name: string): Promise<string> => readFile(join(folder, name), 'latin1').catch(() => '');
    if (!(await read('cmdline')).includes('--type=extensionHost')) continue;
    if ((await read('environ')).includes(`KUBECONFIG=${editor.lab.kubeconfig}`)) found.push(Number(pid));
  }
  return found;
}
