import { kubeconfigWords } from '../../../src/words/kubeconfigWords';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { cliHints } from '../../../src/cli/hints';
import { connect } from '../../../src/core/cluster/connect';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import { sentences, wordsFor } from '../../../src/words/errorWords';
import { answer, startApi } from './apiDouble';

/** A secret stands wherever a kubeconfig, a plugin or an answer can hold one; whatever fails, nothing that is told holds a piece of it. */
const canary = 'CANARY-7f3a';
const secret = `sha256~${canary}-0123456789`;

describe('no secret in what fails', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'dbf-secrets-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  function file(text: string): string {
    const path = join(folder, `config-${Math.random()}`);
    writeFileSync(path, text);
    return path;
  }

  function script(body: string): string {
    const path = join(folder, `plugin-${Math.random()}`);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o700);
    return path;
  }

  const json = (user: object, cluster: object = {}): string =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
    });

  /** All that could be kept or shown of an error: also what a log writes of its causes. */
  function told(error: AppError): string {
    return [inspect(error, { depth: 9 }), sentences(wordsFor(error.code, error.data, cliHints))].join('\n');
  }

  async function failure(kubeconfig: string, env: Readonly<Record<string, string>> = {}): Promise<AppError> {
    const [cluster] = (await readClusters({ env: { KUBECONFIG: kubeconfig } })).clusters;
    const client = connect(cluster ?? assert.fail('no cluster'), { PATH: process.env['PATH'], ...env });
    return client.get('/x').then(
      () => assert.fail('it went well'),
      (error: unknown) => (isAppError(error) ? error : assert.fail(String(error))),
    );
  }

  const yaml = (line: string): string =>
    ['apiVersion: v1', 'kind: Config', 'users:', '- name: u', '  user:', line, `    password: ${secret}`, ''].join(
      '\n',
    );

  for (const [what, text] of [
    ['a tab', yaml(`    token:\t ${secret}: x`)],
    ['a quote that does not end', yaml(`    token: "${secret}`)],
    ['an anchor that is not there', yaml(`    token: *${canary}`)],
    ['a tag that is not known', yaml(`    token: !${canary} x`)],
    ['an escape that is none', yaml(`    token: "\\${canary}"`)],
    ['a key twice', yaml(`    ${canary}: a\n    ${canary}: b`)],
    ['wrong indentation', yaml(`   token: ${secret}\n      x: y`)],
    ['JSON with a slip', `{"users": [{"name": "u", "user": {"token": "${secret}" x}}]}`],
    ['no kubeconfig at all', secret],
    ['a list', `- ${secret}`],
    ['bytes', `\u0000${secret}`],
  ] as const) {
    it(`a file that cannot be parsed says line and column, and quotes nothing: ${what}`, async () => {
      const { clusters, problems } = await readClusters({ env: { KUBECONFIG: file(text) } });
      assert.deepEqual(clusters, []);
      assert.equal(problems.length, 1);
      assert.match(
        kubeconfigWords(problems[0]!),
        /^line \d+, column \d+: |^it (is not a kubeconfig|holds no context)$/,
      );
      assert.doesNotMatch(inspect(problems), new RegExp(canary));
    });
  }

  it('a file that breaks after it was read once: the same', async () => {
    const path = file(json({ token: 't' }));
    const [cluster] = (await readClusters({ env: { KUBECONFIG: path } })).clusters;
    for (const text of [yaml(`    token: "${secret}`), secret, '']) {
      writeFileSync(path, text);
      const error: unknown = await connect(cluster ?? assert.fail(), {})
        .get('/x')
        .catch((reason: unknown) => reason);
      assert.ok(isAppError(error, 'cluster.kubeconfig'));
      assert.equal(error.cause, undefined);
      assert.doesNotMatch(told(error), new RegExp(canary));
    }
  });

  it('every field of a user and a cluster', async () => {
    const users: object[] = [
      { token: secret },
      { username: secret, password: secret },
      { 'client-certificate-data': secret, 'client-key-data': secret },
      { 'client-certificate': secret, 'client-key': secret },
      { 'token-file': secret },
      { 'auth-provider': { name: 'oidc', config: { 'id-token': secret, 'client-secret': secret } } },
      {
        'auth-provider': {
          name: 'gcp',
          config: { 'access-token': secret, 'cmd-path': 'sh', 'cmd-args': `-c 'echo ${secret} >&2; exit 1'` },
        },
      },
      { 'auth-provider': { name: 'azure', config: { 'access-token': secret, 'expires-on': '1' } } },
    ];
    for (const user of users)
      assert.doesNotMatch(told(await failure(file(json(user)))), new RegExp(canary), inspect(user));
    for (const cluster of [
      { 'certificate-authority-data': secret },
      { 'certificate-authority': secret },
      { 'proxy-url': `http://u:${secret}@127.0.0.1:1` },
      { 'proxy-url': `socks5://u:${secret}@127.0.0.1:1` },
      { 'proxy-url': secret },
      { server: `https://u:${secret}@127.0.0.1:1` },
    ]) {
      assert.doesNotMatch(
        told(await failure(file(json({ token: 't' }, cluster)))),
        new RegExp(canary),
        inspect(cluster),
      );
    }
    const { clusters } = await readClusters({
      env: { KUBECONFIG: file(json({}, { server: `https://u:${secret}@h:1/` })) },
    });
    assert.equal(clusters[0]?.server, 'https://h:1');
    for (const HTTPS_PROXY of [
      `http://u:${secret}@127.0.0.1:1`,
      `http://u:${secret}@[`,
      `http://u:%${secret}@127.0.0.1:1`,
    ])
      assert.doesNotMatch(told(await failure(file(json({ token: 't' })), { HTTPS_PROXY })), new RegExp(canary));
  });

  it('a credential plugin: what failed is said, nothing that it printed, got or gave', async () => {
    const say = `echo 'debug: got token ${secret}' >&2`;
    const cases: readonly [exec: object, words: RegExp][] = [
      [{ command: script(`${say}\nexit 3`) }, /exit code 3/],
      [{ command: script(`${say}\nkill -9 $$`) }, /killed/],
      [{ command: script(`${say}\necho '${secret}'`) }, /not an ExecCredential/],
      [{ command: script(`${say}\necho '{"status":{"token": ${secret}}}'`) }, /not an ExecCredential/],
      [{ command: script(`${say}\necho '{"status":{"wrong":"${secret}"}}'`) }, /not an ExecCredential/],
      [{ command: script(`${say}\nexec cat /dev/zero`) }, /not an ExecCredential/],
      [
        { command: script(`${say}\necho "$T" "$1"; exit 1`), args: [secret], env: [{ name: 'T', value: secret }] },
        /exit code 1/,
      ],
      [{ command: `/nowhere/no-such-plugin`, args: [secret] }, /no such program.*\nInstall no-such-plugin/s],
      [{ command: folder, args: [secret] }, /could not be started \(EACCES\)/],
      [{ args: [secret] }, /names no program/],
    ];
    for (const [exec, words] of cases) {
      const error = await failure(file(json({ exec: { apiVersion: 'client.authentication.k8s.io/v1', ...exec } })));
      assert.equal(error.code, 'cluster.plugin');
      assert.match(told(error), words);
      assert.doesNotMatch(told(error), new RegExp(canary));
    }
  });

  it('a plugin that works is asked once, again when its token ends, and anew after a 401', async () => {
    const api = await startApi((request, response) => {
      const isNew = request.headers.authorization === 'Bearer token-3';
      answer(response, isNew ? 200 : 401, { ok: isNew });
    });
    try {
      const counter = join(folder, 'count');
      const ends = `$([ "$n" = 1 ] && echo 2001-01-01T00:00:00Z || echo 2999-01-01T00:00:00Z)`;
      const body = [
        `n=$(($(cat '${counter}' 2>/dev/null || echo 0) + 1)); echo $n >'${counter}'`,
        `case $KUBERNETES_EXEC_INFO in *'"interactive":false'*) ;; *) exit 9;; esac`,
        `printf '{"status":{"token":"token-%s","expirationTimestamp":"%s"}}' "$n" "${ends}"`,
      ].join('\n');
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: script(body) };
      const cluster = { server: api.url, 'certificate-authority': join(api.folder, 'cert.pem') };
      const [found] = (await readClusters({ env: { KUBECONFIG: file(json({ exec }, cluster)) } })).clusters;
      const client = connect(found ?? assert.fail(), { PATH: process.env['PATH'] });
      assert.equal(await client.fixedToken(), undefined);
      for (let at = 0; at < 3; at++) assert.deepEqual(await client.get('/x'), { ok: true });
      const tokens = api.seen.map((line) => line.split(' ').at(-1));
      assert.deepEqual(tokens, ['token-2', 'token-3', 'token-3', 'token-3']);
    } finally {
      await api.stop();
    }
  });

  it('an answer that echoes the login: it is left out', async () => {
    const bodies = [
      (login: string) => `<html>You sent ${login}</html>`,
      (login: string) =>
        JSON.stringify({ kind: 'Status', message: `not for ${login} nor for ${login.split(' ')[1] ?? ''}` }),
      () => `{"message": "${secret}"`,
      () => `Authorization: Bearer ${canary}`,
    ];
    for (const token of [secret, `plain-${canary}`]) {
      for (const status of [400, 403, 502]) {
        for (const body of bodies) {
          const api = await startApi((request, response) =>
            response.writeHead(status).end(body(request.headers.authorization ?? '')),
          );
          try {
            api.setToken(token);
            const error = await failure(api.kubeconfig);
            assert.doesNotMatch(told(error), new RegExp(canary), `${status} ${body('x')}`);
          } finally {
            await api.stop();
          }
        }
      }
    }
  });
});
