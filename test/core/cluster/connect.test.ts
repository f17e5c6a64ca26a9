import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from '../../../src/core/cluster/connect';
import type { KubeClient } from '../../../src/core/cluster/kubeClient';
import { listNamespaces } from '../../../src/core/cluster/namespaces';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { mayExec, whoAmI } from '../../../src/core/cluster/reviews';
import { isAppError, type ErrorCode } from '../../../src/core/base/errors';
import { answer, kubeconfigText, startApi, startProxy } from './apiDouble';

type Api = Awaited<ReturnType<typeof startApi>>;

const status = (code: number, message: string): object => ({ kind: 'Status', status: 'Failure', code, message });

function code(expected: ErrorCode, data: Readonly<Record<string, unknown>> = {}): (error: unknown) => true {
  return (error) => {
    assert.ok(isAppError(error), String(error));
    assert.equal(error.code, expected);
    for (const [name, value] of Object.entries(data))
      assert.deepEqual((error.data as Record<string, unknown>)[name], value, name);
    return true;
  };
}

async function clientOf(file: string, env = {}): Promise<KubeClient> {
  const { clusters } = await readClusters({ env: { KUBECONFIG: file } });
  return connect(clusters[0] ?? assert.fail('no cluster'), env);
}

describe('connect', () => {
  let api: Api;
  let handler: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  before(async () => (api = await startApi((...args) => handler(...args))));
  after(() => api.stop());
  beforeEach(() => {
    api.seen.length = 0;
    api.setToken('first');
  });

  it('gets and posts JSON with the CA and token of the kubeconfig', async () => {
    handler = (_request, response, body) => answer(response, 200, { got: body });
    const client = await clientOf(api.kubeconfig);
    assert.deepEqual(await client.get('/a', { query: { x: '1 2', y: undefined } }), { got: '' });
    assert.deepEqual(await client.post('/b', { z: 'ü' }), { got: '{"z":"ü"}' });
    assert.deepEqual(api.seen, ['GET /a?x=1+2 Bearer first', 'POST /b Bearer first']);
  });

  it('lists all pages', async () => {
    handler = (request, response) => {
      const next = new URL(request.url ?? '', api.url).searchParams.get('continue') === 'n' ? {} : { continue: 'n' };
      answer(response, 200, { items: [1, 2], metadata: { resourceVersion: '5', ...next } });
    };
    assert.deepEqual(await (await clientOf(api.kubeconfig)).list('/l'), { items: [1, 2, 1, 2], resourceVersion: '5' });
    assert.match(api.seen[0] ?? '', /limit=500/);
  });

  it('watches until the server ends it, with lines split anywhere', async () => {
    handler = (_request, response) => {
      response.writeHead(200);
      const text = Buffer.from('{"type":"ADDED","object":"ü"}\n{"type":"DELETED","object":2}\n');
      for (const part of [text.subarray(0, 27), text.subarray(27, 40), text.subarray(40)]) response.write(part);
      response.end();
    };
    const events = [];
    for await (const event of (await clientOf(api.kubeconfig)).watch('/w', '7', {})) events.push(event);
    assert.deepEqual(events, [
      { type: 'ADDED', object: 'ü' },
      { type: 'DELETED', object: 2 },
    ]);
  });

  it('ends a watch that is aborted, quietly', async () => {
    handler = (_request, response) => void response.writeHead(200).write('{"type":"ADDED","object":1}\n');
    const controller = new AbortController();
    let count = 0;
    const client = await clientOf(api.kubeconfig);
    for await (const event of client.watch('/w', '7', { signal: controller.signal })) {
      count += event.type === 'ADDED' ? 1 : 0;
      setTimeout(() => controller.abort(), 50);
    }
    assert.equal(count, 1);
  });

  it('says 401 to each of several calls at once: none takes the connection from another', async () => {
    handler = (_request, response) =>
      void setTimeout(() => answer(response, 401, status(401, 'Unauthorized')), api.seen.length * 10);
    const client = await clientOf(api.kubeconfig);
    const calls = Array.from({ length: 6 }, async (_, at) =>
      assert.rejects(client.get(`/x${String(at)}`), code('cluster.unauthorized')),
    );
    await Promise.all(calls);
  });

  it('reads the kubeconfig again after a 401, once', async () => {
    handler = (request, response) => {
      const isNew = request.headers.authorization === 'Bearer second';
      answer(response, isNew ? 200 : 401, isNew ? { ok: true } : status(401, 'Unauthorized'));
    };
    const client = await clientOf(api.kubeconfig);
    await assert.rejects(client.get('/x'), code('cluster.unauthorized', { cluster: 'test', server: api.url }));
    assert.equal(api.seen.length, 2);
    api.setToken('second');
    assert.deepEqual(await client.get('/x'), { ok: true });
  });

  it('says who may not do what', async () => {
    const message = 'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "demo"';
    handler = (_request, response) => answer(response, 403, status(403, message));
    await assert.rejects(
      (await clientOf(api.kubeconfig)).get('/api/v1/namespaces/demo/pods'),
      code('cluster.forbidden', { verb: 'list', resource: 'pods', namespace: 'demo', message }),
    );
  });

  it('repeats a GET that the server was too busy for, and no POST that may have been done', async () => {
    let count = 0;
    handler = (_request, response) => {
      if (++count < 3) answer(response, count === 1 ? 429 : 503, status(503, 'busy'), { 'retry-after': '0.05' });
      else answer(response, 200, { count });
    };
    const client = await clientOf(api.kubeconfig);
    assert.deepEqual(await client.get('/x'), { count: 3 });
    handler = (_request, response) => answer(response, 500, status(500, 'broken'));
    await assert.rejects(client.post('/y', {}), code('cluster.api', { status: 500, message: 'broken' }));
    assert.equal(api.seen.filter((line) => line.startsWith('POST')).length, 1);
  });

  it('gives up in time, when asked to, and where nobody listens', async () => {
    handler = () => undefined;
    const client = await clientOf(api.kubeconfig);
    await assert.rejects(client.get('/x', { timeoutMs: 100 }), code('cluster.unreachable'));
    await assert.rejects(client.get('/x', { signal: AbortSignal.timeout(50) }), code('cancelled'));
    const dead = `${api.folder}/dead`;
    writeFileSync(dead, kubeconfigText('https://127.0.0.1:1'));
    await assert.rejects((await clientOf(dead)).get('/x'), (error) => {
      assert.ok(isAppError(error, 'cluster.unreachable'));
      assert.match(error.data['message'], /ECONNREFUSED/);
      return true;
    });
    const untrusted = `${api.folder}/untrusted`;
    writeFileSync(untrusted, kubeconfigText(api.url));
    await assert.rejects((await clientOf(untrusted)).get('/x'), code('cluster.untrusted', { reason: 'authority' }));
  });

  it('goes through the proxy of the environment, and around it', async () => {
    handler = (_request, response) => answer(response, 200, {});
    const proxy = await startProxy();
    try {
      const file = `${api.folder}/named`;
      writeFileSync(file, kubeconfigText(api.url.replace('127.0.0.1', 'cluster.test'), { ca: 'cert.pem' }));
      const client = await clientOf(file, { HTTPS_PROXY: proxy.url });
      await client.get('/a');
      await client.get('/b');
      assert.equal(proxy.asked.length, 1);
      assert.match(proxy.asked[0] ?? '', /^CONNECT cluster\.test:\d+ HTTP[^]*Basic dXNlcjpwQHNz\r\n/i);
      const { agent } = await client.upgrade('/e', [['command', 'x']]);
      assert.notEqual(agent.constructor.name, 'Agent');
      await (await clientOf(api.kubeconfig, { HTTPS_PROXY: proxy.url, NO_PROXY: '127.0.0.0/8' })).get('/c');
      assert.equal(proxy.asked.length, 1);
    } finally {
      await proxy.stop();
    }
    const closed = await startProxy('407 Proxy Authentication Required');
    const refused = (await clientOf(api.kubeconfig, { HTTPS_PROXY: closed.url })).get('/x');
    await assert.rejects(
      refused,
      code('cluster.unreachable', { message: `proxy ${new URL(closed.url).host}: HTTP 407` }),
    );
    await closed.stop();
  });

  it('makes a fresh agent and the full address for each upgrade', async () => {
    const client = await clientOf(api.kubeconfig);
    const path = '/api/v1/namespaces/n/pods/p/exec';
    const query = [['command', 'a b'] as const, ['command', '&'] as const];
    const [one, two] = [await client.upgrade(path, query), await client.upgrade(path, query)];
    assert.equal(one.url.href, `${api.url.replace('https', 'wss')}${path}?command=a+b&command=%26`);
    assert.equal(one.headers['Authorization'], 'Bearer first');
    assert.notEqual(one.agent, two.agent);
    api.setToken('second');
    assert.equal((await client.upgrade(path, [], true)).headers['Authorization'], 'Bearer second');
  });

  it('knows who it is, what it may, and which namespaces there are', async () => {
    let version: object | undefined;
    const names = (...all: string[]): object => ({ items: all.map((name) => ({ metadata: { name } })), metadata: {} });
    handler = (request, response, body) => {
      const { url = '' } = request;
      if (url.includes('selfsubjectreviews')) answer(response, 404, status(404, 'not found'));
      else if (url.includes('users/~')) answer(response, 200, { metadata: { name: 'anna' } });
      else if (url.includes('accessreviews')) {
        answer(response, 201, { status: { allowed: body.includes('"get"'), reason: 'no role' } });
      } else if (url.includes('projects')) answer(response, 200, names('b', 'a'));
      else if (version) answer(response, 200, version);
      else answer(response, 404, status(404, 'not found'));
    };
    const client = await clientOf(api.kubeconfig);
    assert.equal(await whoAmI(client), 'anna');
    const missing = { allowed: false, missing: ['create'], reason: 'no role' };
    assert.deepEqual(await mayExec(client, 'n'), missing);
    version = { major: '1', minor: '35+' };
    assert.deepEqual(await mayExec(client, 'n'), missing);
    version = { major: '1', minor: '34+' };
    assert.deepEqual(await mayExec(client, 'n'), { allowed: true, missing: [] });
    assert.deepEqual(await listNamespaces(client), {
      word: 'project',
      namespaces: ['a', 'b'],
      isComplete: true,
      environments: new Map(),
    });
    handler = (request, response) => {
      if (request.url?.includes('projects')) answer(response, 404, status(404, 'not found'));
      else answer(response, 403, status(403, 'no'));
    };
    writeFileSync(api.kubeconfig, kubeconfigText(api.url, { ca: 'cert.pem', namespace: 'mine' }));
    const limited = await listNamespaces(await clientOf(api.kubeconfig));
    assert.deepEqual(limited, { word: 'namespace', namespaces: ['mine'], isComplete: false, environments: new Map() });
  });
});
