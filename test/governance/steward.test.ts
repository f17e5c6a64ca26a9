import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../../src/core/base/errors';
import { ClusterRequests } from '../../src/core/governance/clusterRequests';
import { mochaGlobalSetup as bundle } from '../tools/bundle';
import { ask, spec, type Scene } from './attempts';
import { clientOf, kubectl, person } from './people';
import { accountConfig, startLine, startReceiver, startSteward, type Steward } from './stewards';

const admin = process.env['DB_FERRY_KUBECONFIG_A'] ?? '';
const deploy = path.join(import.meta.dirname, '../../deploy');
const namespace = 'db-ferry-tended';
const own = 'db-ferry';
const place = `lab/${own}`;

describe('the steward on real Kubernetes, with the rights of its role and no others', () => {
  let folder = '';
  let scene: Scene;
  let config = '';
  let hook: Awaited<ReturnType<typeof startReceiver>>;
  let env: Readonly<Record<string, string>>;
  const running = new Set<Steward>();

  before(async () => {
    await bundle();
    folder = await mkdtemp(path.join(tmpdir(), 'db-ferry-steward-'));
    for (const file of ['governance/crds', 'governance/roles', 'governance/admission'])
      await kubectl(admin, ['apply', '-f', path.join(deploy, `${file}.yaml`)]);
    const label = { 'db-ferry.io/governed': 'true' };
    const roles: readonly [string, string][] = [
      ['dba', 'db-ferry-request'],
      ['managers', 'db-ferry-approve'],
    ];
    const binding = (name: string, role: string, subject: object): object => ({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name, namespace } },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
      subjects: [subject],
    });
    const objects = [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: own } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: label } },
      ...roles.map(([name, role]) =>
        binding(name, role, { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name }),
      ),
      binding(own, 'db-ferry-steward', { kind: 'ServiceAccount', name: 'db-ferry-steward', namespace: own }),
    ];
    await kubectl(admin, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await kubectl(admin, ['apply', '-f', path.join(deploy, 'steward/steward.yaml')]);
    // its image is a name to be put in
    await kubectl(admin, ['-n', own, 'scale', 'deployment/db-ferry-steward', '--replicas=0']);
    const [alice, mallory, bob] = [
      await person(admin, folder, 'alice', ['dba']),
      await person(admin, folder, 'mallory', ['dba']),
      await person(admin, folder, 'bob', ['managers']),
    ];
    scene = { alice, mallory, bob, carol: bob, dave: bob, eve: mallory, namespace, pod: 'none' };
    config = await accountConfig(admin, path.join(folder, 'steward.yaml'), {
      namespace: own,
      name: 'db-ferry-steward',
    });
    hook = await startReceiver();
    const notify = path.join(folder, 'notify.yaml');
    const channels = { chat: { kind: 'webhook', url: { env: 'CHAT_URL' } } };
    await writeFile(notify, JSON.stringify({ channels, send: [{ to: ['chat'] }] }), { mode: 0o600 });
    const state = path.join(folder, 'state');
    await mkdir(state, { mode: 0o700 });
    env = { DB_FERRY_NOTIFY: notify, CHAT_URL: hook.url, XDG_STATE_HOME: state, HOME: folder };
    await sleep(3000);
  });

  after(async () => {
    for (const one of running) await one.end('SIGKILL');
    hook.stop();
    for (const file of ['steward/steward', 'governance/admission'])
      await kubectl(admin, ['delete', '-f', path.join(deploy, `${file}.yaml`), '--ignore-not-found']).catch(() => '');
    await kubectl(admin, ['delete', 'namespace', namespace, own, '--ignore-not-found', '--wait=false']).catch(() => '');
    await rm(folder, { recursive: true, force: true });
  });

  function start(kubeconfig = config): Steward {
    const args = ['--for', namespace, '--every', '0.5', '--lease', '3', '--listen', '127.0.0.1:0'];
    const one = startSteward(kubeconfig, place, args, env);
    running.add(one);
    return one;
  }

  async function end(one: Steward, signal: NodeJS.Signals): Promise<void> {
    await one.end(signal);
    running.delete(one);
  }

  /** What they are by now, and which rights stand. */
  async function found(): Promise<{ readonly states: Map<string, string>; readonly rights: string[] }> {
    const { requests: all } = await new ClusterRequests(scene.bob.client, namespace).readAll();
    const states = all.map(({ metadata, status }) => [metadata.name, status.state] as const);
    const given = await kubectl(admin, ['-n', namespace, 'get', 'rolebindings', '-o', 'name']);
    const rights = given.split('\n').filter((one) => one.includes('db-ferry-req-'));
    return { states: new Map(states), rights };
  }

  async function grant(name: string, seconds: number): Promise<void> {
    const expires = new Date(Date.now() + seconds * 1000).toISOString();
    await scene.bob.client.post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
      metadata: {
        name: `db-ferry-${name}`,
        annotations: { 'db-ferry.io/request': name, 'db-ferry.io/expires': expires },
      },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'db-ferry-operate' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'alice' }],
    });
  }

  async function metric(one: Steward, name: string): Promise<number> {
    const text = await (await fetch(`${await one.at}/metrics`)).text();
    return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  }

  async function until(what: string, check: () => Promise<boolean>, seconds = 240): Promise<void> {
    for (const deadline = Date.now() + seconds * 1000; !(await check()); await sleep(300))
      if (Date.now() > deadline)
        assert.fail(
          `${what}: ${[...running]
            .map((one) => one.printed())
            .join('\n---\n')
            .slice(-6000)}`,
        );
  }

  it('may close what is over and remove what was given for requests, and nothing else', async () => {
    const client = await clientOf(config);
    const name = await ask(scene);
    const requests = new ClusterRequests(client, namespace);
    const request = await requests.get(name);
    assert.ok(request);
    const refused = async (act: () => Promise<unknown>, what: string): Promise<void> =>
      assert.rejects(
        act(),
        (error) => isAppError(error, 'cluster.forbidden') || isAppError(error, 'cluster.api'),
        what,
      );
    const at = new Date().toISOString();
    const me = await requests.whoAmI();
    const yes = { by: me, decision: 'approve' as const, digest: spec.digest, at };
    await refused(async () => requests.decide(request, yes, 'Approved'), 'approve');
    await refused(async () => requests.setState(request, 'Running'), 'run');
    await refused(async () => requests.setState(request, 'Withdrawn'), 'withdraw');
    await refused(async () => requests.setState(request, 'Expired'), 'expire what nobody approved');
    await refused(async () => requests.setState(request, 'TimedOut'), 'time out what may wait for ever');
    await refused(async () => requests.grant(request, new Date(Date.now() + 60_000)), 'give a right');
    const bindings = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`;
    await refused(async () => client.delete(`${bindings}/managers`, {}), 'remove another right');
    await refused(async () => client.get(`/api/v1/namespaces/${namespace}/secrets`), 'read Secrets');
    await refused(async () => client.get(`/api/v1/namespaces/${namespace}/pods`), 'read pods');
    // nobody else closes requests, or says that somebody was told
    await refused(
      async () => new ClusterRequests(scene.alice.client, namespace).setState(request, 'TimedOut'),
      'alice',
    );
  });

  it('killed at 40 random points of its work, two at once: rights end, no message that must come is lost, none comes twice as another one', async () => {
    hook.came.length = 0;
    let [first, second] = [start(), start()];
    await Promise.all([first.at, second.at]);
    const timed: string[] = [];
    const given: string[] = [];
    // nobody answers this one within a minute: those who stand behind them are told, and may decide
    const emergency = { emergency: true, escalateAfterMinutes: 1, fallback: ['group:directors'] };
    const urgent = await ask(scene, scene.alice, emergency);
    let kills = 0;
    for (let round = 0; kills < 40; round += 1) {
      for (const seconds of [1, 2, 3]) {
        const waitsUntil = new Date(Date.now() + seconds * 1000).toISOString();
        timed.push(await ask(scene, scene.alice, { waitsUntil }));
      }
      const right = await ask(scene);
      await grant(right, 3);
      given.push(right);
      // the one that acts has the work; each third time the other one, to be fair
      const acts = (await metric(first, 'dbferry_steward_leader').catch(() => 0)) === 1 ? first : second;
      const victim = round % 3 === 2 ? (acts === first ? second : first) : acts;
      await sleep(Math.random() * 1500);
      await end(victim, 'SIGKILL');
      kills += 1;
      const next = start();
      if (victim === first) first = next;
      else second = next;
      // now and then it is ended before it has begun
      if (Math.random() < 0.8) await next.at;
    }
    await Promise.all([first.at, second.at]);
    await until('rights end, and what nobody decided is closed', async () => {
      const { states, rights } = await found();
      return rights.length === 0 && timed.every((name) => states.get(name) === 'TimedOut');
    });
    const told = (): string[] => hook.came.filter(({ event }) => event === 'timedOut').map(({ request }) => request);
    await until('everybody is told', async () => Promise.resolve(timed.every((name) => told().includes(name))));
    const escalated = (): string[] =>
      hook.came.filter(({ event, request }) => event === 'escalated' && request === urgent).map(({ id }) => id);
    await until('those behind them are told', async () => Promise.resolve(escalated().length > 0));
    assert.equal(new Set(escalated()).size, 1);
    const { status } = (await new ClusterRequests(scene.bob.client, namespace).get(urgent)) ?? {};
    assert.equal(status?.escalated?.by, `system:serviceaccount:${own}:db-ferry-steward`);
    await until('nothing is on its way any more', async () => {
      const acts = (await metric(first, 'dbferry_steward_leader')) === 1 ? first : second;
      return (await metric(acts, 'dbferry_messages_pending')) === 0;
    });
    const ofTimed = hook.came.filter(({ event }) => event === 'timedOut');
    const ids = new Set(ofTimed.map(({ id }) => id));
    // one message for each of them: what came again came with its id
    assert.equal(ids.size, timed.length);
    const again = ofTimed.length - ids.size;
    console.log(
      `${kills} kills, ${timed.length} messages, ${again} came again with the same id; ${given.length} rights ended`,
    );
    assert.ok(again < kills / 2, `${again}`);
    await end(first, 'SIGTERM');
    await end(second, 'SIGTERM');
  });

  it('cut off from the API server it stops, another one goes on, and when it is back it does nothing twice', async () => {
    const view = JSON.parse(await kubectl(admin, ['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
      clusters: { cluster: { server: string } }[];
    };
    const line = await startLine(new URL(view.clusters[0]?.cluster.server ?? ''));
    try {
      const account = { namespace: own, name: 'db-ferry-steward', server: line.url };
      const far = start(await accountConfig(admin, path.join(folder, 'far.yaml'), account));
      await until('it acts', async () => (await metric(far, 'dbferry_steward_leader')) === 1);
      const near = start();
      await near.at;
      line.cut(true);
      await until('it has stopped', async () => (await metric(far, 'dbferry_steward_leader')) === 0);
      await until('the other one acts', async () => (await metric(near, 'dbferry_steward_leader')) === 1);
      hook.came.length = 0;
      const names: string[] = [];
      for (let one = 0; one < 5; one += 1)
        names.push(await ask(scene, scene.alice, { waitsUntil: new Date(Date.now() + 1000).toISOString() }));
      await grant(names[0] ?? '', 2);
      line.cut(false);
      await until('all is done', async () => {
        const { states, rights } = await found();
        const told = hook.came.filter(({ event, request }) => event === 'timedOut' && names.includes(request));
        return rights.length === 0 && names.every((name) => states.get(name) === 'TimedOut') && told.length >= 5;
      });
      await sleep(3000);
      const told = hook.came.filter(({ event, request }) => event === 'timedOut' && names.includes(request));
      assert.equal(told.length, 5);
      assert.deepEqual(
        [await metric(far, 'dbferry_steward_leader'), await metric(near, 'dbferry_steward_leader')],
        [0, 1],
      );
      await end(far, 'SIGTERM');
      await end(near, 'SIGTERM');
    } finally {
      line.stop();
    }
  });
});
