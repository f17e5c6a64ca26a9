import assert from 'node:assert/strict';
import { execa } from 'execa';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { compareFingerprints, fingerprint } from './independent';
import { oddDatabase, places, startLab, type Lab, type PlaceName } from './lab';
import type { LabPod } from './labPod';
import { leaveOut } from '../tools/leaveOut';

describe('lab: all of it', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ scale: 0.02, pgbouncer: true });
  });
  after(() => lab.close());

  it('each pod runs commands in front of its server, as its image family answers', async () => {
    const expected: Record<PlaceName, [major: number, user: string, reply: RegExp]> = {
      source: [15, 'postgres', /^f$/],
      standby: [15, 'postgres', /^t$/],
      sclorg: [16, 'postgres', /^f$/],
      pg16: [16, 'postgres', /^f$/],
      pg18: [18, 'postgres', /^f$/],
      bitnami: [16, 'postgres', /no password supplied/],
      latin: [16, 'postgres', /^f$/],
      limited: [16, 'app_owner', /^f$/],
    };
    for (const [place, [major, user, reply]] of Object.entries(expected) as [PlaceName, [number, string, RegExp]][]) {
      assert.equal(lab.server(place).major, major, place);
      const args = ['psql', '-XAtw', '-U', user, '-c', 'select pg_is_in_recovery()', 'postgres'];
      assert.match(await output(podAt(place), args), reply, place);
    }
  });

  it('a password from the file opens the Bitnami-like server', async () => {
    const script = 'PGPASSWORD="$(cat "$POSTGRES_PASSWORD_FILE")" psql -XAtw -U postgres -c "select 1" postgres';
    assert.equal(await output(podAt('bitnami'), ['sh', '-c', script]), '1');
  });

  it('a command leads its process group, runs as the server does, and is missed before it starts', async () => {
    const { uid } = lab.server('source');
    const told = await output(podAt('source'), ['sh', '-c', 'echo $(ps -o pgid= -p $$) $$ $(id -u)']);
    const [group, pid, user] = told.split(' ');
    assert.equal(group, pid);
    assert.equal(Number(user), uid ?? process.getuid?.());
    assert.throws(() => podAt('source').start('postgres', ['no-such-program']), { code: 'ENOENT' });
    const pending = lab.clusters['cluster-a'].state.pods.find(({ phase }) => phase === 'Pending');
    assert.throws(() => pending?.start('postgres', ['sh']), /not running/);
  });

  it('the data is there, under names and encodings of all kinds', async () => {
    for (const database of ['shop', oddDatabase]) {
      const [row] = await lab
        .server('source')
        .sql<{ n: number }>(database, 'select count(*)::int as n from shop.orders');
      assert.ok((row?.n ?? 0) > 1000, database);
    }
    assert.deepEqual(await lab.server('latin').sql('postgres', 'show server_encoding'), [
      { server_encoding: 'LATIN1' },
    ]);
    const app = await lab.server('source').connect('shop', 'shop_app', 'app-secret');
    assert.equal((await app.query('select from shop.customers limit 1')).rowCount, 1);
    await assert.rejects(app.query('select from corners.hollow'), /permission denied/);
    await app.end();
  });

  it('the standby follows, without rows of unlogged tables', async () => {
    const clients = [await lab.server('source').connect('shop'), await lab.server('standby').connect('shop')] as const;
    const lines = compareFingerprints(await fingerprint(clients[0]), await fingerprint(clients[1]));
    for (const client of clients) await client.end();
    assert.deepEqual(
      lines.map((line) => line.split(':')[0]),
      ['rows archive.scratch'],
    );
  });

  it('PgBouncer leads to pg16', async function () {
    if (!lab.pgbouncer) leaveOut(this, 'PgBouncer');
    const client = new Client({
      ...{ host: '127.0.0.1', port: lab.pgbouncer.port },
      user: 'postgres',
      database: 'postgres',
    });
    await client.connect();
    assert.deepEqual((await client.query('show port')).rows, [{ port: String(lab.server('pg16').port) }]);
    await client.end();
  });

  function podAt(place: PlaceName): LabPod {
    const [cluster, namespace, name] = places[place].split('/') as ['cluster-a' | 'cluster-b', string, string];
    const pod = lab.clusters[cluster].state.pods.find((it) => it.namespace === namespace && it.name === name);
    assert.ok(pod, place);
    return pod;
  }

  async function output(pod: LabPod, argv: readonly string[]): Promise<string> {
    const child = pod.start(pod.containers[0]?.name ?? '', argv);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (data: string) => (text += data));
    await new Promise((resolve) => child.once('close', resolve));
    return text.trim();
  }
});

describe('lab: the API server, with kubectl and raw sockets', () => {
  let lab: Lab;
  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], seed: false });
  });
  after(() => lab.close());

  const kubectl = (...args: string[]): Promise<{ exitCode?: number; stdout: string; stderr: string }> =>
    execa('kubectl', ['--kubeconfig', lab.kubeconfig, ...args], { reject: false });

  it('kubectl lists pods and namespaces, and asks what it may do', async function () {
    if ((await execa('kubectl', ['version', '--client'], { reject: false })).exitCode !== 0) leaveOut(this, 'kubectl');
    const pods = await kubectl('get', 'pods', '-A');
    assert.match(pods.stdout, /shop-prod\s+postgres-0\s+1\/1\s+Running/);
    assert.match((await kubectl('--context', 'cluster-b', 'get', 'namespaces')).stdout, /shop-test/);
    assert.equal((await kubectl('auth', 'can-i', 'get', 'pods', '--subresource=exec')).stdout, 'yes');
    assert.match((await kubectl('get', 'projects')).stdout, /shop-prod/);
  });

  it('kubectl executes commands: output, exit code, a missing program', async function () {
    if ((await execa('kubectl', ['version', '--client'], { reject: false })).exitCode !== 0) leaveOut(this, 'kubectl');
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
