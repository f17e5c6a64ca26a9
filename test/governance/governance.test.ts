import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAppError } from '../../src/core/base/errors';
import { checkGovernance } from '../../src/core/governance/checkGovernance';
import { ClusterRequests } from '../../src/core/governance/clusterRequests';
import {
  decideRequest,
  mayBegin,
  beginByRequest,
  endByRequest,
  reviewRequest,
  askFor,
} from '../../src/core/governance/requestFlow';
import { RootRequests } from '../../src/core/governance/rootRequests';
import { readPolicy } from '../../src/core/policy/rules/readPolicy';
import { ask, attempts, exec, spec, wrapped, type Scene, Unprepared } from './attempts';
import { clientOf, kubectl, person, type Person } from './people';

const admin = process.env['DB_FERRY_KUBECONFIG_A'] ?? '';
const deploy = path.join(import.meta.dirname, '../../deploy/governance');
const namespace = 'db-ferry-governed';

const policy = `
apiVersion: db-ferry.io/v1alpha1
kind: OperationPolicy
metadata: { name: default }
spec:
  classes:
    - { name: production, when: 'request.operation == "restore" && !request.emergency' }
    - { name: critical, when: 'target.critical' }
    - { name: planned, when: 'request.inPlace' }
    - { name: ticketed, when: 'request.masked' }
    - { name: oncall, when: 'request.emergency' }
  rules:
    production: { approvals: 1 }
    critical: { approvals: 2 }
    planned: { approvals: 1, noticeHours: 24 }
    ticketed: { approvals: 1, ticket: '^[A-Z]+-[0-9]+$' }
    oncall: { approvals: 1, approvers: ['group:oncall'], fallback: ['group:managers'], escalateAfterMinutes: 1 }
`;

type Answer = { readonly who: string; readonly says: string } | undefined;

/** Who said no, and with which words; undefined: nobody. */
async function tried(run: () => Promise<unknown>): Promise<Answer> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof Unprepared) throw error;
    const says = isAppError(error) ? String((error.data as { message?: unknown }).message) : (error as Error).message;
    const name = /ValidatingAdmissionPolicy '([\w-]+)'/.exec(says)?.[1];
    if (name !== undefined)
      return { who: `admission: ${name}`, says: /denied request: ([^\n]*)/.exec(says)?.[1] ?? says };
    if (/is invalid|Unsupported value|Required value|Duplicate value|cannot be changed/.test(says))
      return { who: 'schema', says };
    if (/forbidden|cannot/i.test(says)) return { who: 'roles', says };
    return { who: 'API server', says };
  }
}

describe('governance on real Kubernetes, as real users', () => {
  let scene: Scene;
  let folder: string;
  const lines: string[] = [];

  before(async () => {
    assert.notEqual(admin, '', 'DB_FERRY_KUBECONFIG_A names the cluster; CONTRIBUTING.md says how to make one');
    folder = await mkdtemp(path.join(tmpdir(), 'db-ferry-people-'));
    for (const file of ['crds', 'roles']) await kubectl(admin, ['apply', '-f', path.join(deploy, `${file}.yaml`)]);
    const image = await kubectl(admin, [
      '-n',
      'demo',
      'get',
      'pod',
      'postgres-0',
      '-o',
      'jsonpath={.spec.containers[0].image}',
    ]);
    const container = { name: 'c', image, imagePullPolicy: 'IfNotPresent', command: ['sleep', '86400'] };
    const objects = [
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: namespace, labels: { 'db-ferry.io/governed': 'true' } },
      },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'database', namespace },
        spec: { containers: [container], terminationGracePeriodSeconds: 0, dnsPolicy: 'Default' },
      },
      ...[
        ['dba', 'db-ferry-request'],
        ['managers', 'db-ferry-approve'],
      ].map(([group, name]) => ({
        ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: group, namespace } },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: group }],
      })),
    ];
    await kubectl(admin, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await kubectl(admin, ['apply', '-f', '-'], policy);
    const everybody: [string, string[]][] = [
      ...([
        ['alice', ['dba']],
        ['mallory', ['dba']],
        ['bob', ['managers']],
        ['carol', ['managers']],
      ] as [string, string[]][]),
      ...([
        ['dave', ['dba', 'managers']],
        ['eve', []],
      ] as [string, string[]][]),
    ];
    const people: Person[] = [];
    for (const [name, groups] of everybody) people.push(await person(admin, folder, name, groups));
    const [alice, mallory, bob, carol, dave, eve] = people as [Person, Person, Person, Person, Person, Person];
    scene = { alice, mallory, bob, carol, dave, eve, namespace, pod: 'database' };
    await kubectl(admin, ['-n', namespace, 'wait', '--for=condition=Ready', 'pod/database', '--timeout=120s']);
  });

  after(async () => {
    await kubectl(admin, ['delete', '-f', path.join(deploy, 'admission.yaml'), '--ignore-not-found']).catch(() => '');
    await kubectl(admin, ['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']).catch(() => '');
    await rm(folder, { recursive: true, force: true });
    const table = process.env['GOVERNANCE_TABLE'];
    if (table !== undefined) await writeFile(table, `${lines.join('\n')}\n`);
  });

  it('the policy of the test can be decided by', () => {
    assert.equal(readPolicy(policy).policy.metadata.name, 'default');
  });

  it('recorded: objects are kept, and what nobody refuses is told, as what is only noticed', async () => {
    const table = await all('recorded');
    // the schema and the roles stand here too
    for (const what of [
      'change the digest after it was approved',
      'somebody without any role approves',
      'delete the request',
      'change the policy',
      "a state of one's own",
    ])
      assert.ok(table.get(what), what);
    const open = [...table].filter(([, answer]) => answer === undefined).map(([what]) => what);
    assert.ok(
      open.includes("approve one's own in another's name"),
      'without admission policies nobody is there to refuse it',
    );
    for (const what of [
      'approve oneself',
      'turn a no into a yes',
      'an approval of an old digest',
      'run it a second time',
    ])
      assert.equal(table.get(what)?.who, 'schema', what);
    // fewer than the policy wants: the job sees it, and does not begin
    const place = new ClusterRequests(scene.alice.client, namespace);
    const name = await ask(scene);
    const request = await place.get(name);
    assert.ok(request);
    await place.decide(
      request,
      { by: 'x', decision: 'approve', digest: spec.digest, at: new Date().toISOString() },
      'Approved',
    );
    await assert.rejects(
      mayBegin(place, name, { digest: spec.digest, approvals: 2 }),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'pending',
    );
  });

  it('recorded, enforced: which it is, is found by trying', async () => {
    const [requester, approver] = [scene.alice.client, scene.bob.client];
    await withoutRights();
    assert.equal((await checkGovernance(requester, namespace)).level, 'recorded');
    const all = await checkGovernance(await clientOf(admin), namespace);
    assert.deepEqual(
      all.trials.map(({ is }) => is),
      ['holds', 'missing', 'missing', 'missing'],
    );
    await kubectl(admin, ['apply', '-f', path.join(deploy, 'admission.yaml')]);
    await enforced();
    await eventually(async () => {
      const f = await checkGovernance(requester, namespace);
      assert.equal(f.level, 'enforced', JSON.stringify(f));
    });
    await eventually(async () => assert.equal((await checkGovernance(approver, namespace)).level, 'enforced'));
    // a binding whose policy is not there denies nothing
    await kubectl(admin, ['delete', 'validatingadmissionpolicy', 'db-ferry-requests']);
    await eventually(async () => assert.equal((await checkGovernance(requester, namespace)).level, 'recorded'));
  });

  it('enforced: each attempt is refused by the API server', async () => {
    await kubectl(admin, ['apply', '-f', path.join(deploy, 'admission.yaml')]);
    // what was given before is no concern of admission: whoever installs it looks at who may exec already
    await withoutRights();
    await enforced();
    const table = await all('enforced');
    const passed = [...table].filter(([, answer]) => answer === undefined).map(([what]) => what);
    assert.deepEqual(passed, []);
    assert.ok(table.size >= 60, `${table.size} attempts`);
  });

  it('enforced: what is asked for, approved by somebody else, and run by who asked, goes through, once, and leaves the right named after it', async () => {
    const [asked, approver] = [
      new ClusterRequests(scene.alice.client, namespace),
      new ClusterRequests(scene.bob.client, namespace),
    ];
    const { requestedBy, ...wanted } = spec;
    assert.equal(requestedBy, 'alice');
    const made = await askFor(asked, wanted);
    const name = made.metadata.name;
    await assert.rejects(
      mayBegin(asked, name, { digest: spec.digest, approvals: 1 }),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'pending',
    );
    // as another program writes it: it is no reason why nobody could decide
    const told = {
      event: 'asked',
      channel: 'chat',
      at: '2026-11-30T12:00:00Z',
      state: 'accepted',
      by: 'alice',
    } as const;
    await asked.setNotices(made, [told]);
    await withoutRights();
    await eventually(async () => assert.rejects(exec(scene, scene.alice, ...wrapped)));
    const { right } = await decideRequest(approver, name, 'approve', 'seen');
    assert.equal(right, `db-ferry-${name}`);
    await assert.rejects(
      decideRequest(approver, name, 'approve', undefined),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'twice',
    );
    await assert.rejects(
      beginByRequest(asked, name, { digest: 'c'.repeat(64), approvals: 1 }),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'digest',
    );
    await assert.rejects(
      beginByRequest(asked, name, { digest: spec.digest, approvals: 2 }),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'pending',
    );
    await beginByRequest(asked, name, { digest: spec.digest, approvals: 1 });
    await eventually(async () => exec(scene, scene.alice, ...wrapped));
    await assert.rejects(
      beginByRequest(asked, name, { digest: spec.digest, approvals: 1 }),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'used',
    );
    await endByRequest(asked, name, 'done');
    await approver.revoke(made);
    await eventually(async () => assert.rejects(exec(scene, scene.alice, ...wrapped)));
    assert.equal((await asked.get(name))?.status.state, 'Done');
  });

  it('enforced: an emergency is done when somebody else has looked at it', async () => {
    const [asked, approver] = [
      new ClusterRequests(scene.alice.client, namespace),
      new ClusterRequests(scene.carol.client, namespace),
    ];
    const { requestedBy, ...wanted } = spec;
    const { metadata } = await askFor(asked, { ...wanted, emergency: true });
    await decideRequest(approver, metadata.name, 'approve', undefined);
    await beginByRequest(asked, metadata.name, { digest: spec.digest, approvals: 1 });
    await endByRequest(asked, metadata.name, 'done');
    assert.equal((await asked.get(metadata.name))?.status.state, 'ReviewDue', requestedBy);
    await assert.rejects(
      reviewRequest(asked, metadata.name, undefined),
      (error) => isAppError(error, 'approval.refused') && error.data.reason === 'self',
    );
    await reviewRequest(approver, metadata.name, 'it was right');
    assert.equal((await asked.get(metadata.name))?.status.state, 'Done');
  });

  it('enforced: who looks after requests does not say that nobody answered while there is time to', async () => {
    const { requestedBy, ...wanted } = spec;
    assert.equal(requestedBy, 'alice');
    const oncall = { class: 'oncall', escalateAfterMinutes: 1 };
    const { name } = (await askFor(new ClusterRequests(scene.alice.client, namespace), { ...wanted, ...oncall }))
      .metadata;
    const who = await kubectl(admin, ['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}']);
    const says = { status: { escalated: { by: who.trim(), at: new Date().toISOString() } } };
    const patch = ['-n', namespace, 'patch', 'operationrequests', name, '--subresource=status', '--type=merge'];
    await assert.rejects(kubectl(admin, [...patch, '-p', JSON.stringify(says)]), /there is still time to answer/);
  });

  it('advisory: files of a root hold the same flow, and refuse nothing that is written past it', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'db-ferry-advisory-'));
    try {
      const [alice, bob] = [new RootRequests(root, 'alice'), new RootRequests(root, 'bob')];
      const { requestedBy, ...wanted } = spec;
      const { metadata } = await askFor(alice, wanted);
      await assert.rejects(
        decideRequest(alice, metadata.name, 'approve', undefined),
        (error) => isAppError(error, 'approval.refused') && error.data.reason === 'self',
      );
      // bob's name is what this side says: a lie costs nothing
      await decideRequest(new RootRequests(root, 'bob'), metadata.name, 'approve', undefined);
      await beginByRequest(alice, metadata.name, { digest: spec.digest, approvals: 1 });
      assert.equal((await bob.get(metadata.name))?.status.state, 'Running', requestedBy);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  async function all(level: string): Promise<Map<string, Answer>> {
    const table = new Map<string, Answer>();
    lines.push('', `## ${level}`, '', '| tried | who said no | in these words |', '|---|---|---|');
    for (const { what, run } of attempts) {
      const answer = await tried(async () => run(scene));
      table.set(what, answer);
      const says = (answer?.says ?? 'it went through').replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 160);
      lines.push(`| ${what} | ${answer?.who ?? 'nobody'} | ${says} |`);
    }
    console.log(lines.join('\n'));
    return table;
  }

  /** Takes all rights away that were given by requests, or past them. */
  async function withoutRights(): Promise<void> {
    const given = await kubectl(admin, ['-n', namespace, 'get', 'rolebindings', '-o', 'name']);
    const all = given.split('\n').filter((one) => !/\/(?:dba|managers)$|^$/.test(one));
    if (all.length > 0) await kubectl(admin, ['-n', namespace, 'delete', ...all]);
  }

  /** A policy needs a moment until it counts: a request that must be denied tells. */
  async function enforced(): Promise<void> {
    await eventually(async () => {
      const refused = await Promise.all([
        tried(async () => ask(scene, scene.mallory, { requestedBy: 'alice' })),
        tried(async () => ask(scene, scene.alice, { class: 'harmless' })),
        tried(async () =>
          kubectl(admin, [
            '-n',
            namespace,
            'create',
            'rolebinding',
            'probe',
            '--dry-run=server',
            '--clusterrole=db-ferry-operate',
            '--group=dba',
          ]),
        ),
      ]);
      assert.ok(refused.every((answer) => answer?.who.startsWith('admission')));
    });
    await sleep(2000);
  }

  async function eventually(check: () => Promise<unknown>): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      try {
        await check();
        return;
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(200);
      }
    }
  }
});

it('deploy/governance is one file, too', async () => {
  const files = await Promise.all(
    ['crds', 'roles', 'admission'].map(async (name) => readFile(path.join(deploy, `${name}.yaml`), 'utf8')),
  );
  assert.equal(await readFile(path.join(deploy, 'all.yaml'), 'utf8'), files.join('---\n'));
});

it('docs/governance.md tells of each attempt, and of no other', async () => {
  const page = await readFile(path.join(deploy, '../../docs/governance.md'), 'utf8');
  const [, rows = ''] = /\n\| tried \| who says no \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  const told = rows
    .trim()
    .split('\n')
    .map((row) => row.split('|')[1]?.trim());
  assert.deepEqual(
    told,
    attempts.map(({ what }) => what),
  );
});
