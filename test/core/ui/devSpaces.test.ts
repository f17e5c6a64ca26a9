import './vscodeDouble';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Job } from '../../../src/core/job/record/readJob';
import { endsTooLate, injectedName, readDevSpaces } from '../../../src/model/devSpaces';
import type { Jobs } from '../../../src/model/jobs';
import type * as fake from './fakeVscode';
import { requestOf } from '../job/requestOf';

describe('Dev Spaces', () => {
  let folder: string;
  const env = { DEVWORKSPACE_ID: 'w1', DEVWORKSPACE_NAMESPACE: 'me-devspaces', DEVWORKSPACE_NAME: 'db-ferry' };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-devspaces-'));
    await mkdir(join(folder, '1'));
    const fields = ['S', ...Array.from({ length: 18 }, () => '0'), '360000', '0'];
    await writeFile(join(folder, '1', 'stat'), `1 (a ) b) ${fields.join(' ')}\n`);
    await writeFile(join(folder, 'stat'), 'cpu 1 2\nbtime 1795400000\nprocesses 1\n');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('is where it says so', async () => {
    assert.equal(await readDevSpaces({}, folder), undefined);
    assert.deepEqual(await readDevSpaces(env, folder), { name: 'db-ferry', isEphemeral: false });
  });

  it('is stopped when its run limit is over, counted from the start of the container', async () => {
    const limited = await readDevSpaces({ ...env, SECONDS_OF_DW_RUN_BEFORE_IDLING: '7200' }, folder);
    assert.deepEqual(limited?.runEnds, new Date((1_795_400_000 + 3600 + 7200) * 1000));
    const started = new Date((1_795_400_000 + 3600 + 7000) * 1000).toISOString();
    assert.equal(endsTooLate(limited, { started, seconds: 199 }), false);
    assert.equal(endsTooLate(limited, { started, seconds: 201 }), true);
    for (const none of ['-1', '0', 'x']) {
      const free = await readDevSpaces({ ...env, SECONDS_OF_DW_RUN_BEFORE_IDLING: none }, folder);
      assert.equal(free?.runEnds, undefined);
    }
  });

  it('warns once of what it does to jobs, over all windows and jobs; of a new run again', async () => {
    const { devSpacesWarnings } = await import('../../../src/ui/notify/devSpacesWarnings');
    const { warnOnce } = await import('../../../src/ui/notify/warnOnce');
    const { EventEmitter, said } = (await import('vscode')) as unknown as typeof fake;
    const changed = new EventEmitter<undefined>();
    const request = requestOf('backup', ['a/b/c/d']);
    const started = new Date().toISOString();
    const job = { request, started, expected: { seconds: 7200 } } as unknown as Job;
    const jobs = { running: [job, job], onDidChange: changed.event } as unknown as Jobs;
    const root = join(folder, 'root');
    const open = (window: string, runEnds: number): void =>
      void devSpacesWarnings(
        { name: 'w', isEphemeral: true, runEnds: new Date(runEnds) },
        jobs,
        warnOnce(() => root, window),
      );
    const soon = Date.now() + 3_600_000;
    for (const window of ['one', 'two', 'three']) open(window, soon);
    changed.fire(undefined);
    changed.fire(undefined);
    const told = async (count: number): Promise<void> => {
      for (const end = Date.now() + 30_000; said.length < count && Date.now() < end;) await setTimeout(10);
      await setTimeout(100);
    };
    await told(2);
    assert.deepEqual(said.map(({ text }) => /ephemeral|is stopped at/.exec(text)?.[0]).sort(), [
      'ephemeral',
      'is stopped at',
    ]);
    open('four', soon + 1000);
    changed.fire(undefined);
    await told(3);
    assert.deepEqual([said.length, said[2]?.text.includes('is stopped at')], [3, true]);
  });

  it('calls the cluster it runs in by its console', () => {
    const host = { KUBERNETES_SERVICE_HOST: '172.30.0.1' };
    const console = { ...host, CLUSTER_CONSOLE_URL: 'https://console-openshift-console.apps.prod.example.com' };
    const injected = { contextName: 'logged-user', server: 'https://172.30.0.1:443' };
    assert.equal(injectedName(injected, console), 'prod.example.com');
    assert.equal(injectedName(injected, host), undefined);
    assert.equal(injectedName({ ...injected, server: 'https://api.other:6443' }, console), undefined);
    assert.equal(injectedName({ ...injected, contextName: 'prod' }, console), undefined);
  });

  it('knows ephemeral storage by the flattened devfile', async () => {
    const file = join(folder, 'devfile.yaml');
    const said = { ...env, DEVWORKSPACE_FLATTENED_DEVFILE: file };
    for (const [type, isEphemeral] of [
      ['ephemeral', true],
      ['per-user', false],
    ] as const) {
      await writeFile(file, `schemaVersion: 2.2.0\nattributes:\n  controller.devfile.io/storage-type: ${type}\n`);
      assert.equal((await readDevSpaces(said, folder))?.isEphemeral, isEphemeral);
    }
  });
});
