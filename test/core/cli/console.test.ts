import assert from 'node:assert/strict';
import { request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { consoleServer } from '../../../src/cli/console/server';
import { formMark, isOwnForm, tokenOf, trustedProxies } from '../../../src/cli/console/login';
import { languageOf } from '../../../src/cli/console/language';
import { workDigest } from '../../../src/core/governance/operationRequest';
import { governedCluster } from '../fleet/governedCluster';

const name = 'req-0000000001';
const path = `/requests/test/shop/${name}`;
const work = { kind: 'restore', target: { cluster: 'a', namespace: 'shop', pod: 'postgres-0', database: 'shop' } };
const evil = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>\u202e`;
const spec = {
  work: JSON.stringify(work),
  digest: workDigest(work, undefined),
  reason: evil,
  requestedBy: 'alice-token',
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

describe('the console', () => {
  let cluster: Awaited<ReturnType<typeof governedCluster>>;
  let server: Server;
  let port = 0;

  before(async () => {
    cluster = await governedCluster();
    cluster.approvers.add('bob-token');
    const proxies = trustedProxies([]);
    server = consoleServer({
      ...{ cluster: cluster.client.cluster, namespaces: ['shop'], proxies, origins: [], runner: 'db-ferry' },
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  beforeEach(() => {
    cluster.things.clear();
    cluster.seen.length = 0;
    cluster.onCall = () => undefined;
    cluster.request(name, { spec });
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await cluster.stop();
  });

  async function ask(
    method: string,
    to: string,
    headers: Readonly<Record<string, string | string[]>>,
    body = '',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ host: '127.0.0.1', port, method, path: to, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
  const as = (token: string): Record<string, string> => ({ 'x-forwarded-access-token': token });
  const fromPage = (token: string): Record<string, string> => ({
    ...as(token),
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
    origin: `http://127.0.0.1:${port}`,
  });
  const markIn = ({ text }: Answer): string => /name="mark" value="([^"]+)"/.exec(text)?.[1] ?? '';
  const form = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();
  const state = (): string | undefined => {
    const found = [...cluster.things.values()].find(({ metadata }) => metadata.name === name);
    return (found?.['status'] as { state?: string } | undefined)?.state;
  };

  it('shows requests and one of them as the person whose token comes, with none of its own rights, and nothing that somebody wrote as markup', async () => {
    const list = await ask('GET', '/', as('bob-token'));
    assert.equal(list.status, 200);
    assert.match(list.text, /Waiting for you \(1\)/);
    const page = await ask('GET', path, as('bob-token'));
    assert.match(page.text, /value="approve"/);
    assert.match(page.text, /You are bob-token/);
    for (const { text } of [list, page, await ask('GET', '/history', as('bob-token'))]) {
      assert.doesNotMatch(text, /<script|<img|onerror=alert\(2\)>|\u202e/);
      assert.doesNotMatch(text, / style=|<style|javascript:/);
    }
    assert.match(page.text, /&#60;script&#62;alert\(1\)/);
    assert.ok(cluster.seen.length > 5);
    assert.deepEqual(
      cluster.seen.filter((one) => !one.endsWith('Bearer bob-token')),
      [],
    );
    const { headers } = page;
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|script-src/);
    assert.deepEqual(
      ['x-frame-options', 'x-content-type-options', 'cache-control', 'set-cookie'].map((one) => headers[one]),
      ['DENY', 'nosniff', 'no-store', undefined],
    );
  });

  it('decides in the name of that person, once, and says what became of it; who asked is offered nothing', async () => {
    const shown = await ask('GET', path, as('bob-token'));
    const body = form({ mark: markIn(shown), decision: 'approve', reason: 'looked at it' });
    const sent = await ask('POST', path, fromPage('bob-token'), body);
    assert.deepEqual([sent.status, sent.headers['location']], [303, `${path}?done=approve`]);
    assert.equal(state(), 'Approved');
    const twice = await ask('POST', path, fromPage('bob-token'), body);
    assert.equal(twice.status, 409);
    // a link says nothing of what somebody did
    for (const who of ['carol-token', 'alice-token'])
      assert.doesNotMatch((await ask('GET', `${path}?done=approve`, as(who))).text, /role="status"/);
    assert.match((await ask('GET', `${path}?done=approve`, as('bob-token'))).text, /You approved it/);
    assert.doesNotMatch((await ask('GET', `${path}?done=deny`, as('bob-token'))).text, /role="status"/);
    const own = await ask('GET', path, as('alice-token'));
    assert.doesNotMatch(own.text, /<form/);
  });

  it('refuses without a token, with two, with one that the API server does not know, and past the proxy', async () => {
    const none: readonly (readonly [string, Readonly<Record<string, string | string[]>>, number])[] = [
      ['none', {}, 401],
      ['a password', { authorization: 'Basic Ym9iOnNlY3JldA==' }, 401],
      ['two', { ...as('bob-token'), authorization: 'Bearer carol-token' }, 401],
      ['two of a kind', { 'x-forwarded-access-token': ['bob-token', 'carol-token'] }, 401],
      ['one that is none', as('bob token; x'), 401],
      ['one that nobody knows', as('bad-token'), 401],
    ];
    for (const [what, headers, status] of none) {
      for (const [method, to] of [
        ['GET', '/'],
        ['GET', path],
        ['POST', path],
      ] as const) {
        const { status: got, text } = await ask(method, to, headers);
        assert.equal(got, status, `${what}, ${method} ${to}`);
        assert.doesNotMatch(text, /req-0000000001/);
      }
    }
    assert.deepEqual(
      tokenOf({ headers: as('bob-token'), socket: { remoteAddress: '10.9.9.9' } as never }, trustedProxies([])),
      { why: 'proxy' },
    );
    const proxies = trustedProxies(['10.9.9.0/24', 'fd00::/8']);
    for (const remoteAddress of ['10.9.9.9', '::ffff:10.9.9.9', 'fd00::1', '127.0.0.1', '::1'])
      assert.deepEqual(tokenOf({ headers: as('bob-token'), socket: { remoteAddress } as never }, proxies), {
        token: 'bob-token',
      });
    for (const wrong of ['0.0.0.0/0', '::/0', 'proxy.example', '10.9.9.0/33'])
      assert.throws(() => trustedProxies([wrong]), { code: 'usage' }, wrong);
  });

  it('a form that another page sends, that is of another person, of another request, or none at all, does nothing', async () => {
    const mark = markIn(await ask('GET', path, as('bob-token')));
    const good = { mark, decision: 'approve', reason: 'looked at it' };
    const forms: readonly (readonly [string, Record<string, string>, Record<string, string>, number])[] = [
      ['from elsewhere', { ...fromPage('bob-token'), 'sec-fetch-site': 'cross-site' }, good, 403],
      ['from a neighbour', { ...fromPage('bob-token'), 'sec-fetch-site': 'same-site' }, good, 403],
      ['of another origin', { ...fromPage('bob-token'), origin: 'https://evil.example' }, good, 403],
      ['of no origin', { ...fromPage('bob-token'), origin: 'null' }, good, 403],
      ['without a mark', fromPage('bob-token'), { ...good, mark: '' }, 403],
      ["with somebody else's mark", fromPage('bob-token'), { ...good, mark: formMark('carol-token', 'x') }, 403],
      ['with the token of another', fromPage('carol-token'), good, 403],
      ['without a reason', fromPage('bob-token'), { ...good, reason: ' ' }, 400],
      ['of another decision', fromPage('bob-token'), { ...good, decision: 'delete' }, 400],
      ['too long', fromPage('bob-token'), { ...good, reason: 'x'.repeat(40_000) }, 400],
      ['as JSON', { ...fromPage('bob-token'), 'content-type': 'application/json' }, good, 400],
    ];
    for (const [what, headers, fields, status] of forms) {
      const answer = await ask('POST', path, headers, form(fields));
      assert.equal(answer.status, status, what);
      assert.equal(state(), undefined, what);
    }
    const bare = { ...as('bob-token'), 'content-type': 'application/x-www-form-urlencoded' };
    assert.equal((await ask('POST', path, bare, form(good))).status, 403);
    const other = 'req-0000000002';
    cluster.request(other, { spec });
    assert.equal((await ask('POST', `/requests/test/shop/${other}`, fromPage('bob-token'), form(good))).status, 403);
    // as a browser sends it, it goes through
    assert.equal((await ask('POST', path, fromPage('bob-token'), form(good))).status, 303);
  });

  it('what the API server refuses is told, with its words as text, and the reason that was typed is still there', async () => {
    const mark = markIn(await ask('GET', path, as('bob-token')));
    cluster.onCall = (method) => (method === 'PUT' ? 403 : undefined);
    const body = form({ mark, decision: 'approve', reason: `because ${evil}` });
    const { status, text } = await ask('POST', path, fromPage('bob-token'), body);
    assert.equal(status, 403);
    assert.match(text, /role="alert"/);
    assert.match(text, /because &#60;script/);
    assert.equal(state(), undefined);
  });

  it('says so where somebody may not look, and where the right could not be given', async () => {
    assert.match((await ask('GET', '/', as('stranger-token'))).text, /what is below is not all/);
    const mark = markIn(await ask('GET', path, as('bob-token')));
    cluster.onCall = (method, to) => (method === 'POST' && to.endsWith('/rolebindings') ? 422 : undefined);
    const body = form({ mark, decision: 'approve', reason: 'looked at it' });
    const { status, text } = await ask('POST', path, fromPage('bob-token'), body);
    assert.equal(status, 200);
    assert.match(text, /The right to run it could not be given/);
    assert.equal(state(), 'Approved');
  });

  it('knows the namespaces that it is for, and no way but those it has', async () => {
    for (const [method, to, status] of [
      ['GET', '/requests/test/secret/req-0000000001', 404],
      ['GET', '/requests/test/shop/req-1', 404],
      ['GET', '/requests/test/shop/..%2f..%2fx', 404],
      ['GET', '/%E0%A4%A', 404],
      ['DELETE', path, 405],
      ['POST', '/', 405],
    ] as const)
      assert.equal((await ask(method, to, fromPage('bob-token'))).status, status, `${method} ${to}`);
  });

  it('speaks the language that a browser asks for', async () => {
    assert.deepEqual(
      ['de', 'de-AT,de;q=0.9,en;q=0.8', 'en-US,de;q=0.5', 'fr,de;q=0.2', '', undefined, 'de;q=0,en'].map(languageOf),
      ['de', 'de', 'en', 'de', 'en', 'en', 'en'],
    );
    const german = await ask('GET', path, { ...as('bob-token'), 'accept-language': 'de' });
    assert.match(german.text, /<html lang="de">/);
    assert.match(german.text, /Genehmigen/);
    const english = await ask('GET', path, as('bob-token'));
    assert.match(english.text, /<html lang="en">/);
  });

  it('a form counts as its own only where a browser says so', () => {
    const own = { 'sec-fetch-site': 'same-origin', origin: 'https://c.example', host: '127.0.0.1:8080' };
    assert.equal(isOwnForm(own, ['https://c.example']), true);
    assert.equal(isOwnForm(own, []), false);
    assert.equal(isOwnForm({ ...own, 'x-forwarded-host': 'c.example' }, []), true);
    assert.equal(isOwnForm({ ...own, origin: 'https://c.example.evil' }, ['https://c.example']), false);
    assert.equal(isOwnForm({ host: 'c.example' }, []), false);
  });
});
