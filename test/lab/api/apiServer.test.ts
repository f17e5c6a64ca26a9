import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { LabClusterState } from '../labPod';
import { startApiServer, type LabApiServer } from './apiServer';
import { until } from '../../contract/session';
import { fakeCluster, fakePod } from './fakeCluster';
import { writeKubeconfig } from './kubeconfig';

interface Item {
  readonly metadata: { name: string; resourceVersion: string; ownerReferences?: { kind: string; name: string }[] };
}
interface List {
  readonly items: Item[];
  readonly metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
}
interface Status {
  readonly message: string;
  readonly reason: string;
  readonly code: number;
}
interface Answer<T> {
  readonly code: number;
  readonly body: T;
}

describe('lab API server: REST', () => {
  let state: LabClusterState;
  let server: LabApiServer;

  /** Calls the server; a watch ends by `timeoutSeconds`. */
  const call = async <T>(path: string, token = 'admin', body?: unknown): Promise<Answer<T>> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const sent = request(`${server.url}${path}`, {
        ...{ ca: server.caPem, headers, method: body ? 'POST' : 'GET', agent: false },
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => (text += more));
        response.on('error', reject);
        response.on('end', () => {
          const isJson = response.headers['content-type'] === 'application/json' && !path.includes('watch=');
          resolve({ code: response.statusCode ?? 0, body: (isJson ? JSON.parse(text) : text) as T });
        });
      });
      sent.end(body ? JSON.stringify(body) : undefined);
    });
  const refusal = async (path: string, token?: string): Promise<[number, string]> => {
    const { code, body } = await call<Status>(path, token);
    return [code, body.message];
  };
  const names = async (path: string, token?: string): Promise<string[]> =>
    (await call<List>(path, token)).body.items.map(({ metadata }) => metadata.name);
  const events = async (path: string): Promise<string[]> => {
    const { body } = await call<string>(`${path}&watch=1&timeoutSeconds=1`);
    const lines = body.split('\n').filter(Boolean);
    return lines.map((line) => {
      const { type, object } = JSON.parse(line) as { type: string; object: Item & { code?: number } };
      return `${type} ${object.code ?? object.metadata.name}`;
    });
  };

  beforeEach(async () => {
    state = fakeCluster({ limited: { name: 'limited', allow: ['list pods demo', 'get pods demo'] } }, true);
    server = await startApiServer(state);
  });
  afterEach(() => server.close());

  it('refuses in the words of a real server', async () => {
    const scope = 'cannot list resource "pods" in API group "" at the cluster scope';
    assert.deepEqual(await refusal('/api/v1/pods', 'limited'), [403, `pods is forbidden: User "limited" ${scope}`]);
    assert.deepEqual(await refusal('/apis/apps/v1/namespaces/demo/statefulsets', 'limited'), [
      403,
      'statefulsets.apps is forbidden: User "limited" cannot list resource "statefulsets" in API group "apps" in the namespace "demo"',
    ]);
    assert.equal((await call('/api/v1/namespaces', 'limited')).code, 403);
    assert.deepEqual(await refusal('/api/v1/pods', 'unknown'), [401, 'Unauthorized']);
    assert.deepEqual(await refusal('/api/v1/namespaces/demo/pods/nope'), [404, 'pods "nope" not found']);
    assert.deepEqual(await refusal('/api/v1/namespaces/nope'), [404, 'namespaces "nope" not found']);
    assert.deepEqual(await refusal('/api/v1/nosuch'), [404, 'the server could not find the requested resource']);
    assert.deepEqual(await call('/apis/no.such/v1/x'), { code: 404, body: '404 page not found\n' });
    assert.deepEqual(await names('/api/v1/namespaces/nope/pods'), []);
    state.users.get('limited')!.expired = true;
    assert.deepEqual(await refusal('/api/v1/namespaces/demo/pods', 'limited'), [401, 'Unauthorized']);
  });

  it('answers who I am and what I may', async () => {
    const may = async (token: string, attributes: object): Promise<boolean> => {
      const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
      const { code, body } = await call<{ status: { allowed: boolean } }>(path, token, {
        spec: { resourceAttributes: attributes },
      });
      assert.equal(code, 201);
      return body.status.allowed;
    };
    const list = { verb: 'list', resource: 'pods' };
    assert.equal(await may('limited', { ...list, namespace: 'demo' }), true);
    assert.equal(await may('limited', list), false);
    assert.equal(
      await may('limited', { verb: 'get', resource: 'pods', subresource: 'exec', namespace: 'demo' }),
      false,
    );
    assert.equal(await may('admin', { verb: 'get', resource: 'pods', subresource: 'exec', namespace: 'demo' }), true);
    const self = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { body } = await call<{ status: { userInfo: { username: string } } }>(self, 'limited', {});
    assert.equal(body.status.userInfo.username, 'limited');
  });

  it('shows a user the projects it has rights in, on OpenShift only', async () => {
    assert.deepEqual(await names('/apis/project.openshift.io/v1/projects', 'limited'), ['demo']);
    assert.deepEqual(await names('/apis/project.openshift.io/v1/projects'), ['default', 'demo']);
    assert.equal((await call<Item>('/apis/user.openshift.io/v1/users/~', 'limited')).body.metadata.name, 'limited');
    await server.close();
    server = await startApiServer(fakeCluster());
    assert.equal((await call('/apis/project.openshift.io/v1/projects')).code, 404);
    assert.equal((await call('/apis/user.openshift.io/v1/users/~')).code, 404);
  });

  it('derives workloads and their owners from pods', async () => {
    const owned = (name: string, kind: string, owner: string): void => {
      state.pods.push(fakePod('demo', name, { owners: [{ kind, name: owner, apiVersion: 'apps/v1' }] }));
    };
    owned('db-0', 'StatefulSet', 'db');
    owned('pg-5d8f9-a', 'ReplicaSet', 'pg-5d8f9');
    owned('old-3-x', 'ReplicationController', 'old-3');
    assert.deepEqual(await names('/apis/apps/v1/namespaces/demo/statefulsets'), ['db']);
    assert.deepEqual(await names('/apis/apps/v1/deployments'), ['pg']);
    assert.deepEqual(await names('/apis/apps.openshift.io/v1/namespaces/demo/deploymentconfigs'), ['old']);
    const { body } = await call<Item>('/apis/apps/v1/namespaces/demo/replicasets/pg-5d8f9');
    assert.deepEqual(
      body.metadata.ownerReferences?.map(({ kind, name }) => ({ kind, name })),
      [{ kind: 'Deployment', name: 'pg' }],
    );
  });

  it('selects by label and field', async () => {
    state.pods.push(fakePod('demo', 'other', { labels: { app: 'other' }, phase: 'Failed' }));
    const pods = (query: string): Promise<string[]> => names(`/api/v1/pods?${query}`);
    assert.deepEqual(await pods('labelSelector=app%3Dfake'), ['x']);
    assert.deepEqual(await pods('labelSelector=app+in+(other,z)'), ['other']);
    assert.deepEqual(await pods('labelSelector=app,app!%3Dfake'), ['other']);
    assert.deepEqual(await pods('fieldSelector=status.phase%3DRunning'), ['x']);
    assert.deepEqual(await pods('fieldSelector=metadata.name%3Dother'), ['other']);
  });

  it('lists ten thousand pods in pages, and five hundred namespaces one by one', async () => {
    state.namespaces.length = 0;
    state.pods.length = 0;
    for (let n = 0; n < 500; n++) {
      state.namespaces.push(`ns-${n}`);
      for (let p = 0; p < 20; p++) state.pods.push(fakePod(`ns-${n}`, `pod-${p}`));
    }
    const started = Date.now();
    const seen = new Set<string>();
    let next: string | undefined = '';
    for (let pages = 0; next !== undefined; pages++) {
      const { body }: Answer<List> = await call<List>(`/api/v1/pods?limit=500&continue=${next}`);
      for (const item of body.items as (Item & { metadata: { namespace: string } })[])
        seen.add(`${item.metadata.namespace}/${item.metadata.name}`);
      next = body.metadata.continue;
      assert.equal(body.metadata.remainingItemCount ?? 0, 10_000 - (pages + 1) * 500);
    }
    assert.equal(seen.size, 10_000);
    const paged = Date.now() - started;
    for (const name of state.namespaces.slice(0, 100))
      assert.equal((await names(`/api/v1/namespaces/${name}/pods`)).length, 20);
    console.log(`      20 pages: ${paged} ms; 100 namespaces: ${Date.now() - started - paged} ms`);
  });

  it('answers 400 to a continue token that is none, 410 to one that is too old', async () => {
    state.pods.push(fakePod('demo', 'y'));
    assert.equal((await call('/api/v1/pods?limit=1&continue=bad')).code, 400);
    const { body } = await call<List>('/api/v1/pods?limit=1');
    server.compact();
    const { code, body: status } = await call<Status>(`/api/v1/pods?limit=1&continue=${body.metadata.continue ?? ''}`);
    assert.deepEqual([code, status.reason], [410, 'Expired']);
  });

  it('watches from a list without losing what happened between', async () => {
    const { metadata } = (await call<List>('/api/v1/namespaces/demo/pods')).body;
    const path = `/api/v1/namespaces/demo/pods?resourceVersion=${metadata.resourceVersion}`;
    state.pods.push(fakePod('demo', 'between'), fakePod('default', 'elsewhere'));
    const watched = events(path);
    await until(() => server.metrics().watches === 1);
    state.pods[0] = { ...state.pods[0]!, ready: false };
    await new Promise((resolve) => setTimeout(resolve, 200));
    state.pods.splice(0, 1);
    assert.deepEqual(await watched, ['ADDED between', 'MODIFIED x', 'DELETED x']);
    assert.deepEqual(await events('/api/v1/namespaces/demo/pods?resourceVersion=0'), ['ADDED between']);
    server.compact();
    assert.deepEqual(await events(path), ['ERROR 410']);
    await until(() => server.metrics().watches === 0);
  });

  it('lets faults of HTTP happen, once or always', async () => {
    state.faults.http.push({ pathMatch: '/pods', status: 429, body: '{}', headers: { 'retry-after': '1' } });
    assert.equal((await call('/api/v1/namespaces')).code, 200);
    assert.equal((await call('/api/v1/pods')).code, 429);
    assert.equal((await call('/api/v1/pods')).code, 200);
    state.faults.http.push({ pathMatch: '/pods', status: 0, body: '', delayMs: 300, sticky: true });
    const started = Date.now();
    assert.equal((await call('/api/v1/pods')).code, 200);
    assert.ok(Date.now() - started >= 290);
    assert.equal(state.faults.http.length, 1);
  });

  for (const [where, kubectl] of [
    ['in the path', kubectlInPath()],
    ['named by KUBECTL', process.env['KUBECTL']],
  ] as const) {
    if (!kubectl || !existsSync(kubectl)) continue;
    describe(`kubectl (${where})`, () => {
      let folder: string;
      const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
        const env = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: folder };
        try {
          const { stdout, stderr } = await promisify(execFile)(kubectl, args, { env, timeout: 20_000 });
          return { code: 0, out: stdout, err: stderr };
        } catch (error) {
          const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
          return { code, out: stdout, err: stderr };
        }
      };

      beforeEach(async () => {
        folder = await mkdtemp(join(tmpdir(), 'lab-api-'));
        const { url, caPem } = server;
        await writeKubeconfig(join(folder, 'config'), [
          { contextName: 'fake', url, caPem, token: 'admin', namespace: 'demo' },
          { contextName: 'fake-limited', url, caPem, token: 'limited', namespace: 'demo', user: 'limited' },
        ]);
      });
      afterEach(() => rm(folder, { recursive: true, force: true }));

      it('lists', async () => {
        assert.match((await run('get', 'pods')).out, /^NAME +READY +STATUS +RESTARTS +AGE\nx +1\/1 +Running +0 /);
        assert.match((await run('get', 'po', '-A', '-o', 'wide')).out, /^NAMESPACE.*NODE *\ndemo +x .*node-1/);
        const json = JSON.parse((await run('get', 'pods', '-o', 'json')).out) as List;
        assert.equal(json.items[0]?.metadata.name, 'x');
        assert.equal((await run('get', 'namespaces', '-o', 'name')).out, 'namespace/default\nnamespace/demo\n');
        assert.equal((await run('get', 'projects', '-o', 'name')).out.split('\n').length, 3);
        const limited = await run('--context', 'fake-limited', 'get', 'namespaces');
        assert.match(limited.err, /Error from server \(Forbidden\): namespaces is forbidden: User "limited"/);
        assert.match((await run('get', 'pod', 'nope')).err, /\(NotFound\): pods "nope" not found/);
        assert.match((await run('version')).out, /Server Version: v1\.35/);
      });

      it('executes', async () => {
        const ran = await run('exec', 'x', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3');
        assert.deepEqual([ran.code, ran.out], [3, 'out\n']);
        assert.match(ran.err, /^err\n/);
        const missing = await run('exec', 'x', '--', 'no-such-program');
        assert.equal(missing.code, 1);
        assert.match(missing.err, /executable file not found/);
        const { code, err } = await run('--context', 'fake-limited', 'exec', 'x', '--', 'true');
        assert.equal(code, 1);
        assert.match(err, /pods "x" is forbidden: User "limited" cannot/);
        state.faults.exec.push({ kind: 'success', afterBytes: 100_000 });
        const lied = await run('exec', 'x', '--', 'head', '-c', '5000000', '/dev/zero');
        assert.deepEqual([lied.code, lied.out.length], [0, 100_000]);
      });

      it('asks what it may', async () => {
        assert.equal((await run('auth', 'can-i', 'get', 'pods', '--subresource=exec')).out.trim(), 'yes');
        const limited = await run('--context', 'fake-limited', 'auth', 'can-i', 'get', 'pods', '--subresource=exec');
        assert.deepEqual([limited.code, limited.out.trim()], [1, 'no']);
        assert.match((await run('--context', 'fake-limited', 'auth', 'can-i', '--list')).out, /pods.*\[list get\]/);
      });
    });
  }
});

function kubectlInPath(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, 'kubectl'))
    .find(existsSync);
}
