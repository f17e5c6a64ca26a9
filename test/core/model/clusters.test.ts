import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, kubeconfigText, startApi } from '../cluster/apiDouble';

describe('the clusters of a window', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-clusters-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('are those of the newest reading, also when an older one ends late', async () => {
    const { Clusters } = await import('../../../src/model/clusters');
    const [long, file] = [join(folder, 'long'), join(folder, 'file')];
    // so long that it takes longer than the other
    await writeFile(long, `${' '.repeat(15_000_000)}${kubeconfigText('https://old', { context: 'old' })}`);
    await writeFile(file, kubeconfigText('https://new', { context: 'new' }));
    let files = [long];
    let begun = (): void => undefined;
    const beginning = new Promise<void>((resolve) => (begun = resolve));
    const clusters = new Clusters(() => {
      begun();
      return files;
    });
    const older = clusters.all();
    await beginning;
    files = [file];
    clusters.refresh();
    const newer = await clusters.all();
    assert.deepEqual(await older, newer);
    assert.ok(clusters.known('new'));
    assert.equal(clusters.known('old'), undefined);
    clusters.dispose();
  });

  it('are the same where a file is written and another one is not: what somebody waits for goes on', async () => {
    const { Clusters } = await import('../../../src/model/clusters');
    const own = await mkdtemp(join(folder, 'own-'));
    const [same, moved] = [join(own, 'same'), join(own, 'moved')];
    await writeFile(same, kubeconfigText('https://same', { context: 'same' }));
    await writeFile(moved, kubeconfigText('https://before', { context: 'moved' }));
    const clusters = new Clusters(() => [same, moved]);
    const [first, second] = await clusters.all();
    const forgotten: unknown[] = [];
    for (const model of [first, second]) if (model) model.forget = () => void forgotten.push(model.cluster.alias);
    const changed = new Promise<void>((resolve) => clusters.onDidChange(() => resolve()));
    await writeFile(moved, kubeconfigText('https://after', { context: 'moved' }));
    await changed;
    const [again, other] = await clusters.all();
    assert.equal(again, first);
    assert.deepEqual([other?.cluster.server, other === second], ['https://after', false]);
    assert.deepEqual(forgotten, []);
    clusters.dispose();
  });

  it('go on with the login that the file holds by now: after Refresh, and when the file was written', async () => {
    const { Clusters } = await import('../../../src/model/clusters');
    const api = await startApi((_request, response) => answer(response, 200, { items: [], metadata: {} }));
    const clusters = new Clusters(() => [api.kubeconfig]);
    const logins = async (): Promise<string[]> => {
      api.seen.length = 0;
      const [model] = await clusters.all();
      await model?.client.get('/asked');
      return [...new Set(api.seen.map((line) => line.split(' ').at(-1) ?? ''))];
    };
    try {
      assert.deepEqual(await logins(), ['first']);
      api.setToken('second');
      clusters.refresh();
      assert.deepEqual(await logins(), ['second']);
      const changed = new Promise<void>((resolve) => clusters.onDidChange(() => resolve()));
      api.setToken('third');
      await changed;
      assert.deepEqual(await logins(), ['third']);
    } finally {
      clusters.dispose();
      await api.stop();
    }
  });
});
