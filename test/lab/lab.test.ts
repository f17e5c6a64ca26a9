import assert from 'node:assert/strict';
import { execa } from 'execa';
import { WebSocket } from 'ws';
import { compareFingerprints, fingerprint } from './independent';
import { startLab, type Lab } from './lab';

describe('lab: the API server, with kubectl and raw sockets', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], seed: false });
  });
  after(() => lab.close());

  const kubectl = (...args: string[]): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
    execa('kubectl', ['--kubeconfig', lab.kubeconfig, ...args], { reject: false });

  it('kubectl lists pods and namespaces, and asks what it may do', async function () {
    if ((await execa('kubectl', ['version', '--client'], { reject: false })).exitCode !== 0) this.skip();
    const pods = await kubectl('get', 'pods', '-A');
    assert.match(pods.stdout, /shop-prod\s+postgres-0\s+1\/1\s+Running/);
    assert.match((await kubectl('--context', 'cluster-b', 'get', 'namespaces')).stdout, /shop-test/);
    assert.equal((await kubectl('auth', 'can-i', 'get', 'pods', '--subresource=exec')).stdout, 'yes');
    assert.match((await kubectl('get', 'projects')).stdout, /shop-prod/);
  });

  it('kubectl executes commands: output, exit code, a missing program', async function () {
    if ((await execa('kubectl', ['version', '--client'], { reject: false })).exitCode !== 0) this.skip();
    const exec = ['-n', 'shop-prod', 'exec', '-i', 'postgres-0', '--'];
    assert.equal((await kubectl(...exec, 'psql', '-U', 'postgres', '-Atc', 'select 6 * 7', 'postgres')).stdout, '42');
    assert.equal((await kubectl(...exec, 'sh', '-c', 'exit 7')).exitCode, 7);
    assert.match((await kubectl(...exec, 'no-such-program')).stderr, /no-such-program/);
    const { stdout } = await execa('kubectl', ['--kubeconfig', lab.kubeconfig, ...exec, 'wc', '-c'], {
      input: 'x'.repeat(300_000),
    });
    assert.equal(stdout.trim(), '300000');
  });

  it('refuses as the real one: 401, 403, 404, 400, an empty 403 for an unknown protocol', async () => {
    const { state } = lab.clusters['cluster-a'];
    state.users.set('reader', {
      name: 'reader',
      allow: ['get pods shop-prod', 'list pods shop-prod', 'get pods/exec shop-prod'],
    });
    assert.deepEqual(await refusal('nobody'), { status: 401, message: 'Unauthorized' });
    const read = await refusal('reader');
    assert.equal(read.status, 403);
    assert.match(read.message, /pods "postgres-0" is forbidden/);
    assert.equal((await refusal('admin-token', 'gone-0')).status, 404);
    assert.match(
      (await refusal('admin-token', 'postgres-0', 'nope')).message,
      /container nope is not valid for pod postgres-0/,
    );
    assert.deepEqual(await refusal('admin-token', 'postgres-0', 'postgres', 'v3.channel.k8s.io'), {
      status: 403,
      message: '',
    });
  });

  it('prefers v5 when both are offered, as real servers do', async () => {
    const ws = open('admin-token', 'postgres-0', 'postgres', 'v4.channel.k8s.io,v5.channel.k8s.io');
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
    assert.equal(ws.protocol, 'v5.channel.k8s.io');
    ws.terminate();
  });

  function open(token: string, pod: string, container: string, protocols: string): WebSocket {
    const { api } = lab.clusters['cluster-a'];
    const query = `container=${container}&command=cat&stdin=true&stdout=true&stderr=true`;
    return new WebSocket(
      `${api.url.replace('https', 'wss')}/api/v1/namespaces/shop-prod/pods/${pod}/exec?${query}`,
      protocols.split(','),
      {
        ca: api.caPem,
        headers: { authorization: `Bearer ${token}` },
      },
    );
  }

  async function refusal(
    token: string,
    pod = 'postgres-0',
    container = 'postgres',
    protocols = 'v4.channel.k8s.io',
  ): Promise<{ status: number; message: string }> {
    const ws = open(token, pod, container, protocols);
    return new Promise((resolve, reject) => {
      ws.on('open', () => reject(new Error('was not refused')));
      ws.on('error', () => undefined);
      ws.on('unexpected-response', (_request, response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => {
          const message = text === '' ? '' : (JSON.parse(text) as { message: string }).message;
          resolve({ status: response.statusCode ?? 0, message });
        });
      });
    });
  }
});

describe('lab: the independent comparison finds what it must', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ only: ['source'] });
    const server = lab.server('source');
    await server.sql('postgres', 'create database twin template shop');
  });
  after(() => lab.close());

  const changes: readonly [what: string, sql: string, undo: string][] = [
    [
      'one cent',
      'update shop.orders set total = total + 0.01 where id = 7',
      'update shop.orders set total = total - 0.01 where id = 7',
    ],
    [
      'a missing row',
      'delete from archive.twins where ctid = (select ctid from archive.twins limit 1)',
      "insert into archive.twins values (1, 'same')",
    ],
    [
      'a doubled row',
      "insert into archive.twins values (1, 'same')",
      'delete from archive.twins where ctid = (select max(ctid) from archive.twins)',
    ],
    [
      'a dropped index',
      'drop index shop.orders_open',
      "create index orders_open on shop.orders (placed) where state = 'new'",
    ],
    [
      'a lost grant',
      'revoke usage on sequence shop.invoice_no from billing',
      'grant usage on sequence shop.invoice_no to billing',
    ],
    [
      'a sequence off by one',
      "select nextval('shop.invoice_no')",
      "select setval('shop.invoice_no', last_value - 7) from shop.invoice_no",
    ],
    ['a large object', "select lo_put(700003, 0, 'x')", "select lo_from_bytea(0, '')"],
  ];

  it('equal to begin with', async () => assert.deepEqual(await differences(), []));

  for (const [what, sql, undo] of changes) {
    it(what, async () => {
      await lab.server('source').sql('twin', sql);
      assert.notDeepEqual(await differences(), [], what);
      await lab.server('source').sql('twin', undo);
    });
  }

  async function differences(): Promise<string[]> {
    const server = lab.server('source');
    const clients = [await server.connect('shop'), await server.connect('twin')] as const;
    try {
      return compareFingerprints(await fingerprint(clients[0]), await fingerprint(clients[1]));
    } finally {
      for (const client of clients) await client.end();
    }
  }
});
