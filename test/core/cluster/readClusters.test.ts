import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { proxyFor } from '../../../src/core/cluster/proxyAgent';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { findCluster, formatReference, parseReference } from '../../../src/core/cluster/reference';
import { isAppError } from '../../../src/core/base/errors';
import { kubeconfigText } from './apiDouble';

describe('readClusters', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'kube-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(name: string, text: string): string {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  }

  it('reads KUBECONFIG and extra files; a broken one hides no other', async () => {
    const one = file('one', kubeconfigText('https://one:6443', { context: 'one' }));
    const bad = file('bad', '{ not: [yaml');
    const none = file('none', 'kind: Config\n');
    const two = file('two', kubeconfigText('https://two:6443', { context: 'two', namespace: 'ns' }));
    const env = { KUBECONFIG: [bad, one, join(folder, 'absent')].join(':') };
    const { clusters, problems } = await readClusters({ files: [none, two, join(folder, 'gone')], env });
    assert.deepEqual(
      clusters.map(({ alias, namespace }) => [alias, namespace]),
      [
        ['one', undefined],
        ['two', 'ns'],
      ],
    );
    assert.deepEqual(
      problems.map((problem) => problem.file),
      [bad, none, join(folder, 'gone')],
    );
  });

  it('falls back to the default file', async () => {
    mkdirSync(join(folder, '.kube'));
    file('.kube/config', kubeconfigText('https://one:6443', { context: 'home' }));
    const { clusters, problems } = await readClusters({ env: { HOME: folder } });
    assert.deepEqual([clusters[0]?.alias, problems], ['home', []]);
  });

  it('makes one cluster of all contexts with the same server and user', async () => {
    const context = (name: string, namespace: string, user = 'anna/api'): object => ({
      name,
      context: { cluster: 'c', user, namespace },
    });
    const text = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://api.prod.example.com:6443' } }],
      users: [
        { name: 'anna/api', user: { token: 'x' } },
        { name: 'bert/api', user: { token: 'x' } },
      ],
      contexts: [
        context('a/api-prod:6443/anna', 'a'),
        context('b/api-prod:6443/anna', 'b'),
        context('c/api-prod:6443/bert', 'c', 'bert/api'),
        { name: 'lost', context: { cluster: 'nowhere', user: 'anna/api' } },
      ],
    });
    const { clusters, problems } = await readClusters({ env: { KUBECONFIG: file('oc', text) } });
    assert.deepEqual(
      clusters.map(({ alias, contexts }) => [alias, contexts.map(({ namespace }) => namespace)]),
      [
        ['prod.example.com', ['a', 'b']],
        ['prod.example.com-6443', ['c']],
      ],
    );
    assert.match(JSON.stringify(problems[0]), /lost/);
  });

  it('names the cluster of the workspace after its console, and keeps names apart', async () => {
    const own = file('own', kubeconfigText('https://172.30.0.1:443', { context: 'logged-user' }));
    const env = { KUBECONFIG: own, CLUSTER_CONSOLE_URL: 'https://console-openshift-console.apps.test.example.com' };
    assert.equal((await readClusters({ env })).clusters[0]?.alias, 'test.example.com');
    assert.equal((await readClusters({ env: { KUBECONFIG: own } })).clusters[0]?.alias, 'logged-user');
    const same = ['6443', '6444', '6444'].map((port, index) =>
      file(`${index}`, kubeconfigText(`https://127.0.0.1:${port}`, { context: 'admin', user: `u${index}` })),
    );
    const { clusters } = await readClusters({ env: { KUBECONFIG: same.join(':') } });
    assert.deepEqual(
      clusters.map(({ alias }) => alias),
      ['admin', '127.0.0.1', '127.0.0.1-6444'],
    );
    assert.equal(findCluster(clusters, '127.0.0.1').server, 'https://127.0.0.1:6444');
    assert.throws(
      () => findCluster(clusters, 'x'),
      (error) => isAppError(error, 'cluster.unknown'),
    );
  });
});

describe('references', () => {
  it('are read and written', () => {
    for (const [text, reference] of [
      ['c', { cluster: 'c' }],
      ['c/n', { cluster: 'c', namespace: 'n' }],
      ['c/n/p', { cluster: 'c', namespace: 'n', pod: 'p' }],
      ['c/n/p/a/b c//', { cluster: 'c', namespace: 'n', pod: 'p', database: 'a/b c//' }],
    ] as const) {
      assert.deepEqual(parseReference(text), reference);
      assert.equal(formatReference(reference), text);
    }
    for (const text of ['', '/n', 'c/', 'c//p', 'c/n/', 'c/n/p/']) {
      assert.throws(
        () => parseReference(text),
        (error) => isAppError(error, 'reference.invalid'),
        text,
      );
    }
  });
});

describe('proxyFor', () => {
  it('follows NO_PROXY', () => {
    const server = new URL('https://api.prod.example.com:6443');
    const direct = (noProxy: string, url = server): boolean =>
      proxyFor(url, { HTTPS_PROXY: 'proxy:3128', NO_PROXY: noProxy }) === undefined;
    for (const entry of ['*', 'example.com', '.example.com', '*.example.com', 'api.prod.example.com:6443']) {
      assert.ok(direct(`x, ${entry}`), entry);
    }
    for (const entry of ['', 'ample.com', 'api.prod.example.com:443', '10.0.0.0/8']) assert.ok(!direct(entry), entry);
    assert.ok(direct('172.30.0.0/16', new URL('https://172.30.0.1')));
    assert.ok(!direct('172.30.0.0/16', new URL('https://172.31.0.1')));
    assert.ok(direct('::1', new URL('https://[::1]:6443')));
    assert.equal(proxyFor(server, { https_proxy: 'proxy:3128' })?.href, 'http://proxy:3128/');
    assert.equal(proxyFor(server, {}), undefined);
  });
});
