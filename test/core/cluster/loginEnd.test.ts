import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '../../../src/core/cluster/connect';
import { aboutLogins, loginEnd, type Login } from '../../../src/core/cluster/loginEnd';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { answer, kubeconfigText, startApi } from './apiDouble';

describe('loginEnd', () => {
  let api: Awaited<ReturnType<typeof startApi>>;
  let tokens: Record<string, object>;
  before(async () => {
    api = await startApi((request, response) => {
      const found = tokens[request.url ?? ''];
      answer(response, found ? 200 : 403, found ?? { kind: 'Status', status: 'Failure', code: 403, message: 'no' });
    });
  });
  after(() => api.stop());
  beforeEach(() => (tokens = {}));

  it('is what a JWT says of itself', async () => {
    assert.deepEqual(await endOf(jwt({ exp: 1_795_700_000 })), { cluster: 'test', ends: '2026-11-26T13:33:20.000Z' });
    for (const none of [jwt({}), jwt({ exp: 'soon' }), 'opaque', 'a.b.c', ''])
      assert.equal(await endOf(none), undefined);
  });

  it('is what OpenShift says of its own tokens', async () => {
    const digest = createHash('sha256').update('secret').digest('base64url');
    const path = `/apis/oauth.openshift.io/v1/useroauthaccesstokens/sha256~${digest}`;
    tokens[path] = { metadata: { creationTimestamp: '2026-11-26T08:00:00Z' }, expiresIn: 86_400 };
    assert.equal((await endOf('sha256~secret'))?.ends, '2026-11-27T08:00:00.000Z');
    tokens[path] = { metadata: { creationTimestamp: '2026-11-26T08:00:00Z' } };
    assert.equal(await endOf('sha256~secret'), undefined, 'one that does not end');
    assert.equal(await endOf('sha256~of somebody else'), undefined);
  });

  it('is not known where the login is renewed, or is no token', async () => {
    const apiVersion = 'client.authentication.k8s.io/v1';
    const credential = { kind: 'ExecCredential', apiVersion, status: { token: jwt({ exp: 1_795_700_000 }) } };
    const args = ['-e', `console.log(${JSON.stringify(JSON.stringify(credential))})`];
    assert.equal(await endOf(undefined, { exec: { apiVersion, command: 'node', args } }), undefined);
    assert.equal(await endOf(undefined, { username: 'tester', password: 'none' }), undefined);
  });

  it('warns of those that end before the work', () => {
    const now = Date.parse('2026-11-26T08:00:00Z');
    const login: Login = { cluster: 'a', ends: '2026-11-26T09:00:00.000Z' };
    assert.deepEqual(aboutLogins([login, undefined], 3599, now), []);
    const data = { ...login, seconds: 3601 };
    assert.deepEqual(aboutLogins([login, undefined], 3601, now), [{ level: 'warn', code: 'login.ends', data }]);
  });

  async function endOf(token?: string, user: object = { token }): Promise<Login | undefined> {
    const file = join(api.folder, 'login');
    const config = JSON.parse(kubeconfigText(api.url, { ca: 'cert.pem' })) as object;
    writeFileSync(file, JSON.stringify({ ...config, users: [{ name: 'tester', user }] }));
    const { clusters } = await readClusters({ env: { KUBECONFIG: file } });
    return loginEnd(connect(clusters[0] ?? assert.fail('no cluster'), {}), new AbortController().signal);
  }
});

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.signature`;
}
