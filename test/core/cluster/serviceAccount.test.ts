import { kubeconfigWords } from '../../../src/words/kubeconfigWords';
import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Cluster } from '../../../src/core/cluster/cluster';
import { connect } from '../../../src/core/cluster/connect';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { serviceAccountSource } from '../../../src/core/cluster/serviceAccount';
import { answer, startApi } from './apiDouble';

describe("the pod's own ServiceAccount", () => {
  let api: Awaited<ReturnType<typeof startApi>>;
  let handler: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  const token = (subject: string): string =>
    `h.${Buffer.from(JSON.stringify({ sub: subject })).toString('base64url')}.s`;
  const env = (): Record<string, string> => {
    const { hostname, port } = new URL(api.url);
    return { DB_FERRY_IN_CLUSTER: 'prod', KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  };

  const own = async (): Promise<Cluster> => {
    const { clusters } = await serviceAccountSource(env(), api.folder).read();
    return { ...(clusters[0] ?? assert.fail('none')), alias: 'prod' };
  };

  before(async () => {
    api = await startApi((...args) => handler(...args));
    copyFileSync(join(api.folder, 'cert.pem'), join(api.folder, 'ca.crt'));
    writeFileSync(join(api.folder, 'namespace'), 'db-ferry\n');
  });
  after(() => api.stop());
  beforeEach(() => {
    api.seen.length = 0;
    writeFileSync(join(api.folder, 'token'), `${token('system:serviceaccount:db-ferry:db-ferry')}\n`);
  });

  it('is a cluster where it is named, and no cluster in a workspace that has one all the same', async () => {
    const { clusters, problems } = await serviceAccountSource(env(), api.folder).read();
    assert.deepEqual(problems, []);
    assert.deepEqual(
      clusters.map(({ alias, user, namespace, server, inCluster }) => ({ alias, user, namespace, server, inCluster })),
      [
        {
          alias: 'prod',
          user: 'system:serviceaccount:db-ferry:db-ferry',
          ...{ namespace: 'db-ferry', server: api.url, inCluster: true },
        },
      ],
    );
    const unnamed = await serviceAccountSource({ ...env(), DB_FERRY_IN_CLUSTER: undefined }, api.folder).read();
    assert.deepEqual(unnamed, { clusters: [], problems: [] });
  });

  it('says why there is none: no pod, no token, a name that is none', async () => {
    for (const [changed, folder, said] of [
      [{ KUBERNETES_SERVICE_HOST: '' }, api.folder, /no pod/],
      [{}, '/nowhere', /no ServiceAccount token/],
      [{ DB_FERRY_IN_CLUSTER: 'a/b' }, api.folder, /slash/],
    ] as const) {
      const { clusters, problems } = await serviceAccountSource({ ...env(), ...changed }, folder).read();
      assert.deepEqual(clusters, []);
      assert.match(kubeconfigWords(problems[0]!), said);
    }
    const { problems } = await readClusters({ env: { ...env(), KUBECONFIG: api.kubeconfig } });
    assert.match(
      kubeconfigWords(problems[0]!),
      /no ServiceAccount token/,
      'beside the kubeconfigs, never instead of them',
    );
  });

  it('logs in with its token, and reads it again when it is no longer accepted', async () => {
    handler = (request, response) =>
      request.headers.authorization === 'Bearer second'
        ? answer(response, 200, { kind: 'Job' })
        : answer(response, 401, {});
    const client = connect(await own());
    await assert.rejects(client.get('/a'), { code: 'cluster.unauthorized' });
    writeFileSync(join(api.folder, 'token'), 'second');
    assert.deepEqual(await client.get('/a'), { kind: 'Job' });
    assert.equal(await client.fixedToken(), undefined, 'one that is renewed has no end to be told of');
    writeFileSync(join(api.folder, 'token'), '');
    await assert.rejects(connect(await own()).get('/a'), { code: 'cluster.kubeconfig' });
  });

  it('changes, replaces and deletes objects, and reads lines of a log', async () => {
    const client = connect(await own());
    const bodies: string[] = [];
    handler = (request, response, body) => {
      bodies.push(`${request.method ?? ''} ${request.headers['content-type'] ?? ''} ${body}`);
      answer(response, 200, {});
    };
    await client.patch('/o', 'apply', { a: 1 }, { query: { fieldManager: 'me' } });
    await client.patch('/o', 'merge', { a: 2 });
    await client.put('/o', { a: 3 });
    await client.delete('/o', { propagationPolicy: 'Background' });
    assert.deepEqual(bodies, [
      'PATCH application/apply-patch+yaml {"a":1}',
      'PATCH application/merge-patch+json {"a":2}',
      'PUT application/json {"a":3}',
      'DELETE application/json {"propagationPolicy":"Background"}',
    ]);
    handler = (_request, response) => void response.end('one\n\ntwo\nthree');
    const lines: string[] = [];
    for await (const line of client.lines('/log', { query: { follow: 'true' } })) lines.push(line);
    assert.deepEqual(lines, ['one', 'two'], 'what has no end of line is not whole');
  });
});
