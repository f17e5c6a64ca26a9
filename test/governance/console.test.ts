import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { formMark } from '../../src/cli/console/login';
import { ClusterRequests } from '../../src/core/governance/clusterRequests';
import type { OperationRequest } from '../../src/core/governance/operationRequest';
import { startChromium } from '../editor/chromium';
import { mochaGlobalSetup as bundle } from '../tools/bundle';
import { ask, type Scene } from './attempts';
import { logIn, providerHere, startProxy, type Provider } from './loginProxy';
import { clientOf, kubectl } from './people';
import { accountConfig, startSteward, tokenConfig, type Steward } from './stewards';

const admin = process.env['DB_FERRY_KUBECONFIG_A'] ?? '';
const deploy = path.join(import.meta.dirname, '../../deploy');
const namespace = 'db-ferry-console';
const own = 'db-ferry';
const evil = `<script>document.title='taken'</script><img src=x onerror="document.title='taken'">`;

describe('the console on real Kubernetes, behind a proxy that logs people in by OIDC', () => {
  let provider: Provider;
  let folder = '';
  let browser: Browser;
  let console_: Steward;
  let upstream = '';
  let proxy: Awaited<ReturnType<typeof startProxy>>;
  let scene: Scene;
  const contexts: BrowserContext[] = [];
  const shots = process.env['GOVERNANCE_SHOTS'];

  before(async () => {
    const here = providerHere();
    assert.ok(
      here,
      'this needs an OIDC provider that the API server of DB_FERRY_KUBECONFIG_A believes: OIDC_TOKEN_URL, OIDC_CA, OIDC_CLIENT, OIDC_PASSWORD; users alice (dba), carol (approvers, dba)',
    );
    provider = here;
    await bundle();
    folder = await mkdtemp(path.join(tmpdir(), 'db-ferry-console-'));
    for (const file of ['governance/crds', 'governance/roles', 'governance/admission'])
      await kubectl(admin, ['apply', '-f', path.join(deploy, `${file}.yaml`)]);
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: own } },
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: { 'db-ferry.io/governed': 'true' } },
      },
      ...(
        [
          ['dba', 'db-ferry-request'],
          ['approvers', 'db-ferry-approve'],
        ] as const
      ).map(([name, role]) => ({
        ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name, namespace } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name }],
      })),
    ];
    await kubectl(admin, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await kubectl(admin, ['apply', '-f', path.join(deploy, 'steward/steward.yaml')]);
    await kubectl(admin, ['-n', own, 'scale', 'deployment/db-ferry-steward', '--replicas=0']);
    const account = { namespace: own, name: 'db-ferry-steward' };
    const config = await accountConfig(admin, path.join(folder, 'steward.yaml'), account);
    const people = await Promise.all(
      ['alice', 'carol'].map(async (name) => {
        const token = await logIn(provider, name, provider.password);
        const kubeconfig = await tokenConfig(admin, path.join(folder, `${name}.yaml`), token);
        return { name, kubeconfig, client: await clientOf(kubeconfig) };
      }),
    );
    const [alice, carol] = people;
    assert.ok(alice && carol);
    scene = { alice, carol, mallory: alice, bob: carol, dave: carol, eve: alice, namespace, pod: 'none' };
    proxy = await startProxy(provider, () => upstream);
    const state = path.join(folder, 'state');
    await mkdir(state, { mode: 0o700 });
    // the steward's own account may nothing in this namespace: what is shown and decided there is by people's tokens
    const args = ['--for', namespace, '--listen', '127.0.0.1:0', '--console', '127.0.0.1:0', '--origin', proxy.url];
    console_ = startSteward(config, `lab/${own}`, args, { XDG_STATE_HOME: state, HOME: folder, TZ: 'UTC' });
    await console_.at;
    for (let tries = 0; upstream === '' && tries < 200; tries += 1) {
      upstream = [...console_.printed().matchAll(/"type":"listening","at":"([^"]+)"/g)][1]?.[1] ?? '';
      await sleep(100);
    }
    browser = await startChromium();
    await sleep(2000);
  });

  after(async () => {
    // without a provider nothing was started
    if (folder === '') return;
    for (const one of contexts) await one.close().catch(() => undefined);
    await browser.close();
    proxy.stop();
    await console_.end('SIGTERM');
    for (const file of ['steward/steward', 'governance/admission'])
      await kubectl(admin, ['delete', '-f', path.join(deploy, `${file}.yaml`), '--ignore-not-found']).catch(() => '');
    await kubectl(admin, ['delete', 'namespace', namespace, own, '--ignore-not-found', '--wait=false']).catch(() => '');
    await rm(folder, { recursive: true, force: true });
  });

  async function as(user: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false, ...options });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(proxy.url);
    await page.getByLabel('user').fill(user);
    await page.getByLabel('password').fill(provider.password);
    await page.getByRole('button', { name: 'Log in' }).click();
    return page;
  }

  async function requestOf(name: string): Promise<OperationRequest> {
    const request = await new ClusterRequests(scene.alice.client, namespace).get(name);
    assert.ok(request);
    return request;
  }

  async function shoot(page: Page, name: string): Promise<void> {
    if (shots === undefined) return;
    await mkdir(shots, { recursive: true });
    await writeFile(path.join(shots, `${name}.png`), await page.screenshot({ fullPage: true }));
  }

  it('a manager approves on a phone, without JavaScript, and who asked has the right to run it, by the API server', async () => {
    const name = await ask(scene, scene.alice, { reason: evil, ticket: 'OPS-12' });
    const page = await as('carol', { viewport: { width: 390, height: 844 }, locale: 'de-DE', colorScheme: 'dark' });
    assert.match(await page.locator('h2').first().innerText(), /Wartet auf Sie \(1\)/);
    await shoot(page, 'phone-dark-list');
    await page
      .getByRole('link', { name: /restore/ })
      .first()
      .click();
    assert.equal(await page.locator('script, img').count(), 0);
    assert.ok((await page.locator('main').innerText()).includes(evil));
    assert.notEqual(await page.title(), 'taken');
    await shoot(page, 'phone-dark-request');
    // nothing is wider than the phone
    const widths = await page.locator('main, header, h1, dd, pre, form, button').all();
    for (const one of widths) {
      const box = await one.boundingBox();
      assert.ok(box === null || box.x + box.width <= 390.5, JSON.stringify(box));
    }
    await page.getByRole('textbox').fill('mit dem Shop-Team angesehen');
    await page.getByRole('button', { name: 'Genehmigen' }).click();
    assert.match(await page.locator('[role=status]').innerText(), /Sie haben genehmigt/);
    await shoot(page, 'phone-dark-approved');
    const { status } = await requestOf(name);
    assert.equal(status.state, 'Approved');
    assert.deepEqual(
      status.approvals.map(({ by, decision, reason }) => [by, decision, reason]),
      [['carol', 'approve', 'mit dem Shop-Team angesehen']],
    );
    const binding = await kubectl(admin, [
      '-n',
      namespace,
      'get',
      'rolebinding',
      `db-ferry-${name}`,
      '-o',
      'jsonpath={.subjects[0].name}',
    ]);
    assert.equal(binding, 'alice');
    assert.equal(await page.getByRole('button', { name: 'Genehmigen' }).count(), 0);
  });

  it('denies, shows who did what, and is read by keyboard alone on a desk', async () => {
    const name = await ask(scene, scene.alice, {});
    const page = await as('carol', { viewport: { width: 1280, height: 900 }, colorScheme: 'light', locale: 'en-US' });
    await shoot(page, 'desk-light-list');
    await page.goto(`${proxy.url}/requests/lab/${namespace}/${name}`);
    await shoot(page, 'desk-light-request');
    await page.keyboard.press('Tab');
    assert.match(await page.locator(':focus').innerText(), /To the content/);
    for (let tabs = 0; tabs < 20; tabs += 1) {
      if ((await page.locator('textarea:focus').count()) > 0) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.type('not this week');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.match(await page.locator(':focus').innerText(), /Deny/);
    await page.keyboard.press('Enter');
    await page.locator('[role=status]').waitFor();
    assert.equal((await requestOf(name)).status.state, 'Denied');
    await page.goto(`${proxy.url}/history`);
    assert.match(await page.locator('main').innerText(), /carol denied it: not this week/);
    await shoot(page, 'desk-light-history');
    await page.goto(`${proxy.url}/fleet`);
    assert.match(await page.locator('main').innerText(), /may not see the schedules/);
  });

  it('who asked is offered nothing, and is refused by the API server when they send the form all the same', async () => {
    // asked by carol; alice may ask, and not approve
    const name = await ask(scene, scene.carol, {});
    const page = await as('alice');
    await page.goto(`${proxy.url}/requests/lab/${namespace}/${name}`);
    assert.equal(await page.locator('form').count(), 0);
    const token = await logIn(provider, 'alice', provider.password);
    const mine = await ask(scene, scene.alice, {});
    for (const [which, status, says] of [
      [name, 403, /may not approve here/],
      [mine, 409, /your own|themsel|own request/i],
    ] as const) {
      const { metadata, spec } = await requestOf(which);
      const what = `${namespace}/${which} ${spec.digest} ${metadata.creationTimestamp}`;
      const body = new URLSearchParams({ mark: formMark(token, what), decision: 'approve', reason: 'for myself' });
      const answer = await fetch(`${upstream}/requests/lab/${namespace}/${which}`, {
        ...{ method: 'POST', redirect: 'manual', body },
        headers: { 'x-forwarded-access-token': token, origin: proxy.url, 'sec-fetch-site': 'same-origin' },
      });
      const text = await answer.text();
      assert.equal(answer.status, status, text);
      assert.match(text, says);
      assert.equal((await requestOf(which)).status.approvals.length, 0);
    }
  });

  it('another page that a manager visits sends the form in vain; no token and a bent one show nothing', async () => {
    const name = await ask(scene, scene.alice, {});
    const target = `${proxy.url}/requests/lab/${namespace}/${name}`;
    const page = await as('carol', { javaScriptEnabled: true });
    await page.goto(target);
    const mark = await page.locator('input[name=mark]').getAttribute('value');
    // it has even seen the form, and the cookie goes along
    const form = `<form method="post" action="${target}"><input name="mark" value="${mark ?? ''}"><input name="decision" value="approve"><input name="reason" value="from elsewhere"><button>win</button></form>`;
    const other: Server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(form),
    );
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    await page.getByRole('button').click();
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /another page/);
    other.close();
    const framed = await page.goto(target);
    assert.match(framed?.headers()['content-security-policy'] ?? '', /frame-ancestors 'none'/);
    assert.equal((await requestOf(name)).status.approvals.length, 0);
    const token = await logIn(provider, 'carol', provider.password);
    const bent = `${token.slice(0, -6)}AAAAAA`;
    const tries: readonly (readonly [Record<string, string>, number])[] = [
      [{}, 401],
      [{ 'x-forwarded-access-token': bent }, 401],
      [{ 'x-forwarded-access-token': token, authorization: `Bearer ${bent}` }, 401],
    ];
    for (const [headers, status] of tries) {
      const answer = await fetch(`${upstream}/`, { headers });
      assert.equal(answer.status, status);
      assert.doesNotMatch(await answer.text(), /req-/);
    }
  });
});
