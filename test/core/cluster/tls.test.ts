import { kubeconfigWords } from '../../../src/words/kubeconfigWords';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect } from '../../../src/core/cluster/connect';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { cliHints } from '../../../src/cli/hints';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import { kubePodExec } from '../../../src/core/exec/kubePodExec';
import { sentences, wordsFor } from '../../../src/words/errorWords';
import { answer, startApi } from './apiDouble';

type Api = Awaited<ReturnType<typeof startApi>>;

describe('connections that are not trusted', () => {
  const apis: Api[] = [];
  after(async () => Promise.all(apis.map(async (api) => api.stop())));

  async function start(options: Parameters<typeof startApi>[1] = {}): Promise<Api> {
    const api = await startApi((_request, response) => answer(response, 200, { ok: true }), options);
    apis.push(api);
    return api;
  }

  /** A kubeconfig of the server whose cluster has these fields as well. */
  function file(api: Api, cluster: object, user: object = { token: 't' }, server = api.url): string {
    const path = join(api.folder, `config-${Math.random()}`);
    const text = {
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': 'cert.pem', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
    };
    writeFileSync(path, JSON.stringify(text));
    return path;
  }

  /** Fails of a call and of an exec: both say the same. */
  async function failure(kubeconfig: string, env = {}): Promise<AppError> {
    const [cluster] = (await readClusters({ env: { KUBECONFIG: kubeconfig } })).clusters;
    const client = connect(cluster ?? assert.fail('no cluster'), env);
    const exec = kubePodExec(client, { namespace: 'n', pod: 'p', container: 'c' });
    const errors: AppError[] = [];
    for (const call of [client.get('/x'), exec.read(['true'], () => undefined)]) {
      await call.then(
        () => assert.fail('it was trusted'),
        (error: unknown) => (isAppError(error) ? errors.push(error) : assert.fail(String(error))),
      );
    }
    assert.deepEqual([errors[1]?.code, errors[1]?.data], [errors[0]?.code, errors[0]?.data]);
    return errors[0] ?? assert.fail();
  }

  it('say which part of it is not, and send nobody to the network', async () => {
    const [good, old] = [await start(), await start({ days: -1 })];
    const named = await start({ names: 'DNS:elsewhere.test' });
    const plain = createServer((socket) => socket.end('HTTP/1.0 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const plainUrl = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    const cases: readonly [file: string, reason: string, words: RegExp][] = [
      [
        file(good, { 'certificate-authority': join(named.folder, 'cert.pem') }),
        'authority',
        /not signed by the authority/,
      ],
      [file(good, { 'certificate-authority': undefined }), 'authority', /not signed by the authority/],
      [file(old, {}), 'expired', /has expired/],
      [file(named, {}), 'name', /another name/],
      [file(good, { 'tls-server-name': 'elsewhere.test' }), 'name', /another name/],
      [file(good, {}, { token: 't' }, plainUrl), 'protocol', /does not speak TLS/],
    ];
    for (const [kubeconfig, reason, words] of cases) {
      const { code, data } = await failure(kubeconfig);
      assert.deepEqual([code, data['reason']], ['cluster.untrusted', reason]);
      const said = sentences(wordsFor(code, data, cliHints));
      assert.match(said, words);
      assert.doesNotMatch(said, /proxy settings|Check the network|use-system-ca/);
    }
    plain.close();
    assert.deepEqual([...good.seen, ...old.seen, ...named.seen], []);
  });

  it('certificates and keys that cannot be read are the kubeconfig’s fault', async () => {
    const api = await start();
    const bad = Buffer.from('no certificate').toString('base64');
    const users = [
      { 'client-certificate-data': bad, 'client-key-data': bad },
      { 'client-certificate': 'cert.pem', 'client-key': 'cert.pem' },
      { 'client-certificate': 'nowhere', 'client-key': 'nowhere' },
    ];
    for (const user of users) {
      const { code, data } = await failure(file(api, {}, user));
      assert.equal(code, 'cluster.kubeconfig');
      assert.match(kubeconfigWords(data as object), /cannot be read|no such file/);
    }
    const { code, data } = await failure(file(api, { 'certificate-authority': 'nowhere' }));
    assert.deepEqual(
      [code, kubeconfigWords(data as object)],
      ['cluster.kubeconfig', 'the file that it names as certificate-authority: there is no such file'],
    );
  });

  it('a pipe, a device, a folder or what has no end is refused, wherever a kubeconfig or a setting names a file', async () => {
    const api = await start();
    const { folder } = api;
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const long = join(folder, 'long');
    writeFileSync(long, Buffer.alloc(2 << 20, 'x'));
    for (const path of [pipe, '/dev/zero', folder, long]) {
      for (const [field, cluster, user] of [
        ['certificate-authority', { 'certificate-authority': path }, {}],
        ['client-certificate', {}, { 'client-certificate': path, 'client-key': path }],
        ['client-key', {}, { 'client-certificate-data': 'eA==', 'client-key': path }],
        ['tokenFile', {}, { tokenFile: path, token: 'old' }],
        ['tokenFile', {}, { 'token-file': path }],
        ['tokenFile', {}, { 'auth-provider': { name: 'tokenFile', config: { tokenFile: path } } }],
      ] as const) {
        const { code, data } = await failure(file(api, cluster, user));
        assert.equal(code, 'cluster.kubeconfig', `${field} ${path}`);
        assert.match(
          kubeconfigWords(data as object),
          new RegExp(`^the file that it names as ${field}: it is (no file|too large)`),
        );
      }
      if (path === long) continue;
      const { clusters, problems } = await readClusters({ files: [path], env: { KUBECONFIG: path } });
      assert.deepEqual([clusters, problems.map(({ file: named }) => named)], [[], [path]]);
    }
  });

  it('a token in a file is what it is now, by both names of the field, and counts before one that stands beside it', async () => {
    const api = await start();
    const { folder } = api;
    const path = join(folder, 'token');
    for (const user of [
      { tokenFile: 'token', token: 'old' },
      { 'token-file': path },
      { 'auth-provider': { name: 'tokenFile', config: { tokenFile: path } } },
    ]) {
      const others = [{ name: 'other', user: { tokenFile: '/dev/zero' } }];
      const config = JSON.parse(readFileSync(file(api, {}, user), 'utf8')) as { users: object[] };
      config.users.push(...others);
      const kubeconfig = join(folder, 'with-token');
      writeFileSync(kubeconfig, JSON.stringify(config));
      const [cluster] = (await readClusters({ env: { KUBECONFIG: kubeconfig } })).clusters;
      const client = connect(cluster ?? assert.fail(), {});
      for (const token of ['first', 'second']) {
        writeFileSync(path, `${token}\n`);
        await client.get('/x');
        assert.equal(api.seen.at(-1), `GET /x Bearer ${token}`);
      }
    }
  });

  it('tls-server-name is what the certificate is asked for', async () => {
    const api = await start({ names: 'DNS:inner.test' });
    const [cluster] = (await readClusters({ env: { KUBECONFIG: file(api, { 'tls-server-name': 'inner.test' }) } }))
      .clusters;
    assert.deepEqual(await connect(cluster ?? assert.fail(), {}).get('/x'), { ok: true });
    assert.equal(cluster?.insecure, undefined);
  });

  it('only the kubeconfig turns the check off, and it is known of the cluster then; a variable does not', async () => {
    const api = await start();
    const open = { 'certificate-authority': undefined, 'insecure-skip-tls-verify': true };
    const [cluster] = (await readClusters({ env: { KUBECONFIG: file(api, open) } })).clusters;
    assert.equal(cluster?.insecure, true);
    assert.deepEqual(await connect(cluster, {}).get('/x'), { ok: true });
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { data } = await failure(file(api, { 'certificate-authority': undefined }));
      assert.equal(data['reason'], 'authority');
    } finally {
      if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before;
    }
  });

  it('a redirect takes no login elsewhere, and http gets none', async () => {
    const elsewhere = await start();
    const api = await startApi((_request, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/taken` }).end();
    });
    apis.push(api);
    const error = await failureOfCall(file(api, {}));
    assert.deepEqual([error.code, error.data['status']], ['cluster.api', 307]);
    assert.deepEqual(elsewhere.seen, []);
    const plain = file(api, {}, { token: 't' }, api.url.replace('https', 'http'));
    const { clusters, problems } = await readClusters({ env: { KUBECONFIG: plain } });
    assert.deepEqual(clusters, []);
    assert.match(kubeconfigWords(problems[0]!), /by http, not by https/);
  });

  async function failureOfCall(kubeconfig: string): Promise<AppError> {
    const [cluster] = (await readClusters({ env: { KUBECONFIG: kubeconfig } })).clusters;
    return connect(cluster ?? assert.fail(), {})
      .get('/x')
      .then(
        () => assert.fail('it was followed'),
        (error: unknown) => (isAppError(error) ? error : assert.fail(String(error))),
      );
  }
});
