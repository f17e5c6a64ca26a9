import type { KubeClient } from '../../src/core/cluster/kubeClient';
import { makeRequestName, workDigest } from '../../src/core/governance/operationRequest';
import { kubectl, type Person } from './people';

/** Everybody who tries, and where. */
export interface Scene {
  /** requester and nothing else; the same; approver; the same; both; neither */
  readonly alice: Person;
  readonly mallory: Person;
  readonly bob: Person;
  readonly carol: Person;
  readonly dave: Person;
  readonly eve: Person;
  readonly namespace: string;
  readonly pod: string;
}

export interface Attempt {
  readonly what: string;
  readonly run: (scene: Scene) => Promise<unknown>;
  /** the right to exec is part of it, which is given and taken by roles alone */
  readonly byRoles?: true;
}

const group = '/apis/db-ferry.io/v1alpha1';
const work = { kind: 'restore', target: { cluster: 'a', namespace: 'shop', pod: 'postgres-0', database: 'shop' } };
const digest = workDigest(work, undefined);
const other = 'b'.repeat(64);
const at = '2026-11-30T12:00:00Z';

export const spec = {
  ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest, class: 'production' },
  ...{ work: JSON.stringify(work) },
  ...{ approvals: 1, validMinutes: 60, emergency: false, reason: 'rows were lost', requestedBy: 'alice' },
};

const requests = (scene: Scene, name = ''): string =>
  `${group}/namespaces/${scene.namespace}/operationrequests${name === '' ? '' : `/${name}`}`;
const bindings = (scene: Scene, name = ''): string =>
  `/apis/rbac.authorization.k8s.io/v1/namespaces/${scene.namespace}/rolebindings${name === '' ? '' : `/${name}`}`;

/** Asks as somebody does; returns the name. */
export async function ask(scene: Scene, who: Person = scene.alice, change: object = {}): Promise<string> {
  const name = makeRequestName();
  await create(scene, who, name, { requestedBy: who.name, ...change });
  return name;
}

async function create(scene: Scene, who: Person, name: string, change: object, more: object = {}): Promise<unknown> {
  const body = {
    apiVersion: 'db-ferry.io/v1alpha1',
    kind: 'OperationRequest',
    metadata: { name },
    spec: { ...spec, ...change },
  };
  return who.client.post(requests(scene), { ...body, ...more });
}

/** That somebody was told, as who asked says it. */
const asked = { event: 'asked', channel: 'chat', at, state: 'accepted', by: 'alice' };

const yes = (by: string, change: object = {}): object => ({ by, decision: 'approve', digest, at, ...change });
const no = (by: string): object => ({ by, decision: 'deny', digest, at });

const told = { event: 'planned', channel: 'mail', state: 'accepted', at, tries: 1 };
const later = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Writes a status over the one that is there. */
async function put(scene: Scene, who: Person, name: string, change: object): Promise<unknown> {
  const found = await who.client.get<{ status?: object }>(requests(scene, name));
  return who.client.put(`${requests(scene, name)}/status`, { ...found, status: { ...found.status, ...change } });
}

const patch = (scene: Scene, who: Person, name: string, body: object): Promise<unknown> =>
  who.client.patch(requests(scene, name), 'merge', body);

export async function approved(scene: Scene, who: Person = scene.alice, change: object = {}): Promise<string> {
  const name = await ask(scene, who, change);
  await put(scene, scene.bob, name, { state: 'Approved', approvals: [yes('bob')] });
  return name;
}

async function running(scene: Scene, change: object = {}): Promise<string> {
  const name = await approved(scene, scene.alice, change);
  await put(scene, scene.alice, name, { state: 'Running' });
  return name;
}

async function denied(scene: Scene): Promise<string> {
  const name = await ask(scene);
  await put(scene, scene.bob, name, { state: 'Denied', approvals: [no('bob')] });
  return name;
}

async function withdrawn(scene: Scene): Promise<string> {
  const name = await ask(scene);
  await put(scene, scene.alice, name, { state: 'Withdrawn' });
  return name;
}

/** A RoleBinding as approving makes it, with what is changed of it. */
export function right(name: string, to = 'alice', hours = 1): Record<string, unknown> {
  const expires = new Date(Date.now() + hours * 3_600_000).toISOString();
  return {
    ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
    metadata: {
      name: `db-ferry-${name}`,
      annotations: { 'db-ferry.io/request': name, 'db-ferry.io/expires': expires },
    },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'db-ferry-operate' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: to }],
  };
}

const grant = async (scene: Scene, who: Person, body: object): Promise<unknown> =>
  who.client.post(bindings(scene), body);

export const exec = async (scene: Scene, who: Person, ...command: string[]): Promise<unknown> =>
  kubectl(who.kubeconfig, ['-n', scene.namespace, 'exec', scene.pod, '--', ...command]);

/** As our own wrapper is started. */
export const wrapped = ['sh', '-c', 'exec "$2" "$3"', 'x', 'db-ferry', 'echo', 'ran'];

const drop = async (client: KubeClient, path: string): Promise<unknown> => client.delete(path, {});
const admission = '/apis/admissionregistration.k8s.io/v1';

/** A step before an attempt was refused: a fault of the test, and no answer to what it tries. */
export class Unprepared extends Error {}

function prepared<A extends readonly unknown[], R>(step: (...given: A) => Promise<R>): (...given: A) => Promise<R> {
  return async (...given) => {
    try {
      return await step(...given);
    } catch (cause) {
      throw new Unprepared(`before the attempt itself: ${String(cause)}`, { cause });
    }
  };
}

/** What has to go through before it can be tried to cheat. */
const first = {
  ...{ ask: prepared(ask), approved: prepared(approved), running: prepared(running), denied: prepared(denied) },
  ...{ withdrawn: prepared(withdrawn), put: prepared(put), grant: prepared(grant) },
};

/** Each way to cheat, as somebody would try it who knows how it works. */
export const attempts: readonly Attempt[] = [
  // approving
  {
    what: 'approve oneself',
    run: async (s) => put(s, s.alice, await first.ask(s), { state: 'Approved', approvals: [yes('alice')] }),
  },
  {
    what: 'approve oneself, being an approver too',
    run: async (s) => put(s, s.dave, await first.ask(s, s.dave), { state: 'Approved', approvals: [yes('dave')] }),
  },
  {
    what: "approve one's own in another's name",
    run: async (s) => put(s, s.alice, await first.ask(s), { state: 'Approved', approvals: [yes('bob')] }),
  },
  {
    what: "approve one's own in another's name, being an approver too",
    run: async (s) => put(s, s.dave, await first.ask(s, s.dave), { state: 'Approved', approvals: [yes('bob')] }),
  },
  {
    what: "an approver signs in another approver's name",
    run: async (s) => put(s, s.bob, await first.ask(s), { state: 'Approved', approvals: [yes('carol')] }),
  },
  {
    what: 'an approver signs twice, in two names',
    run: async (s) =>
      put(s, s.bob, await first.ask(s, s.alice, { approvals: 2 }), {
        state: 'Approved',
        approvals: [yes('bob'), yes('carol')],
      }),
  },
  {
    what: 'the same approver twice',
    run: async (s) =>
      put(s, s.bob, await first.ask(s, s.alice, { approvals: 2 }), {
        state: 'Approved',
        approvals: [yes('bob'), yes('bob')],
      }),
  },
  {
    what: 'one approval where two are needed',
    run: async (s) =>
      put(s, s.bob, await first.ask(s, s.alice, { approvals: 2 }), { state: 'Approved', approvals: [yes('bob')] }),
  },
  {
    what: 'an approval of an old digest',
    run: async (s) =>
      put(s, s.bob, await first.ask(s), { state: 'Approved', approvals: [yes('bob', { digest: other })] }),
  },
  {
    what: 'an approval without a digest',
    run: async (s) =>
      put(s, s.bob, await first.ask(s), { state: 'Approved', approvals: [{ by: 'bob', decision: 'approve', at }] }),
  },
  {
    what: 'a requester approves a colleague',
    run: async (s) => put(s, s.mallory, await first.ask(s), { state: 'Approved', approvals: [yes('mallory')] }),
  },
  {
    what: 'somebody without any role approves',
    run: async (s) => put(s, s.eve, await first.ask(s), { state: 'Approved', approvals: [yes('eve')] }),
  },
  {
    what: 'approve after it was denied',
    run: async (s) =>
      put(s, s.carol, await first.denied(s), { state: 'Approved', approvals: [no('bob'), yes('carol')] }),
  },
  {
    what: 'approve after it was withdrawn',
    run: async (s) => put(s, s.bob, await first.withdrawn(s), { state: 'Approved', approvals: [yes('bob')] }),
  },
  {
    what: 'approve what runs already',
    run: async (s) => put(s, s.carol, await first.running(s), { approvals: [yes('bob'), yes('carol')] }),
  },
  {
    what: 'turn a no into a yes',
    run: async (s) => put(s, s.bob, await first.denied(s), { state: 'Approved', approvals: [yes('bob')] }),
  },
  {
    what: "take another's no away",
    run: async (s) => put(s, s.carol, await first.denied(s), { state: 'Approved', approvals: [yes('carol')] }),
  },
  {
    what: "take another's yes away",
    run: async (s) => put(s, s.carol, await first.approved(s), { approvals: [yes('carol')] }),
  },
  {
    what: "change the reason of another's decision",
    run: async (s) => put(s, s.carol, await first.approved(s), { approvals: [yes('bob', { reason: 'forged' })] }),
  },
  {
    what: 'empty the list of decisions',
    run: async (s) => put(s, s.alice, await first.denied(s), { state: 'Pending', approvals: [] }),
  },
  { what: "a state of one's own", run: async (s) => put(s, s.bob, await first.ask(s), { state: 'Blessed' }) },
  {
    what: "a decision of one's own",
    run: async (s) => put(s, s.bob, await first.ask(s), { approvals: [{ ...yes('bob'), decision: 'perhaps' }] }),
  },
  // who decides on a class, who stands behind them, who stands for them
  {
    what: 'an approver decides on a class that others decide on, before these were silent for long',
    run: async (s) =>
      put(s, s.bob, await first.ask(s, s.alice, { class: 'oncall', escalateAfterMinutes: 1 }), {
        state: 'Approved',
        approvals: [yes('bob')],
      }),
  },
  {
    what: "decide in another's stead without a delegation",
    run: async (s) =>
      put(s, s.bob, await first.ask(s, s.alice, { class: 'oncall', escalateAfterMinutes: 1 }), {
        state: 'Approved',
        approvals: [yes('bob', { standsFor: 'group:oncall' })],
      }),
  },
  {
    what: "have one's own approved in one's stead",
    run: async (s) =>
      put(s, s.bob, await first.ask(s), { state: 'Approved', approvals: [yes('bob', { standsFor: 'user:alice' })] }),
  },
  {
    what: 'two yeses of one: their own, and that of who stands for them',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.ask(s, s.alice, { approvals: 2 });
      await first.put(s, s.bob, n, { state: 'Pending', approvals: [yes('bob')] });
      const approvals = [yes('bob'), yes('carol', { standsFor: 'user:bob' })];
      return put(s, s.carol, n, { state: 'Approved', approvals });
    },
  },
  {
    what: 'who asked for it says that nobody answered',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.ask(s, s.alice, { class: 'oncall', escalateAfterMinutes: 1 });
      return put(s, s.alice, n, { escalated: { by: 'alice', at: later(1) } });
    },
  },
  {
    what: 'an approver says that nobody answered, to decide as who stands behind',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.ask(s, s.alice, { class: 'oncall', escalateAfterMinutes: 1 });
      return put(s, s.bob, n, { escalated: { by: 'bob', at: later(1) } });
    },
  },
  // notices
  {
    what: 'run what nobody was told of',
    run: async (s) =>
      put(s, s.alice, await first.approved(s, s.alice, { class: 'planned', notBefore: later(30) }), {
        state: 'Running',
      }),
  },
  {
    what: "say in another's name that people were told",
    run: async (s) => put(s, s.alice, await first.ask(s), { notices: [{ ...told, by: 'bob' }] }),
  },
  {
    what: 'take back that people were told',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.ask(s);
      await first.put(s, s.alice, n, { notices: [{ ...told, by: 'alice' }] });
      return put(s, s.alice, n, { notices: [] });
    },
  },
  // states
  { what: 'say that it is approved', run: async (s) => put(s, s.alice, await first.ask(s), { state: 'Approved' }) },
  {
    what: 'say that it is approved, as an approver who says no name',
    run: async (s) => put(s, s.bob, await first.ask(s), { state: 'Approved' }),
  },
  { what: 'run what nobody approved', run: async (s) => put(s, s.alice, await first.ask(s), { state: 'Running' }) },
  { what: 'run what was denied', run: async (s) => put(s, s.alice, await first.denied(s), { state: 'Running' }) },
  { what: 'run what was withdrawn', run: async (s) => put(s, s.alice, await first.withdrawn(s), { state: 'Running' }) },
  {
    what: 'run it a second time',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.running(s);
      await first.put(s, s.alice, n, { state: 'Done' });
      return put(s, s.alice, n, { state: 'Running' });
    },
  },
  {
    what: 'have what runs approved once more, to run it twice',
    run: async (s) => put(s, s.alice, await first.running(s), { state: 'Approved' }),
  },
  {
    what: 'a colleague sets back what runs',
    run: async (s) => put(s, s.mallory, await first.running(s), { state: 'Approved' }),
  },
  {
    what: 'a state left out, of what runs',
    run: async (s) => put(s, s.alice, await first.running(s), { state: undefined }),
  },
  {
    what: 'an emergency that failed after all, to escape its review',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.running(s, { emergency: true });
      await first.put(s, s.alice, n, { state: 'ReviewDue' });
      return put(s, s.alice, n, { state: 'Failed' });
    },
  },
  { what: "run a colleague's", run: async (s) => put(s, s.mallory, await first.approved(s), { state: 'Running' }) },
  { what: 'an approver runs it', run: async (s) => put(s, s.bob, await first.approved(s), { state: 'Running' }) },
  { what: 'call done what never ran', run: async (s) => put(s, s.alice, await first.approved(s), { state: 'Done' }) },
  {
    what: 'turn a failure into a success',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.running(s);
      await first.put(s, s.alice, n, { state: 'Failed' });
      return put(s, s.alice, n, { state: 'Done' });
    },
  },
  {
    what: 'open what was withdrawn again',
    run: async (s) => put(s, s.alice, await first.withdrawn(s), { state: 'Pending' }),
  },
  { what: "withdraw a colleague's", run: async (s) => put(s, s.mallory, await first.ask(s), { state: 'Withdrawn' }) },
  { what: 'withdraw what runs', run: async (s) => put(s, s.alice, await first.running(s), { state: 'Withdrawn' }) },
  { what: 'deny without a decision', run: async (s) => put(s, s.mallory, await first.ask(s), { state: 'Denied' }) },
  // reviews
  {
    what: 'close an emergency without a review',
    run: async (s) => put(s, s.alice, await first.running(s, { emergency: true }), { state: 'Done' }),
  },
  {
    what: "review one's own emergency",
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.running(s, { emergency: true });
      await first.put(s, s.alice, n, { state: 'ReviewDue' });
      return put(s, s.alice, n, { state: 'Done', review: { by: 'alice', at } });
    },
  },
  {
    what: "review one's own emergency in another's name",
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.running(s, { emergency: true });
      await first.put(s, s.alice, n, { state: 'ReviewDue' });
      return put(s, s.alice, n, { state: 'Done', review: { by: 'bob', at } });
    },
  },
  {
    what: 'a colleague without the right reviews',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.running(s, { emergency: true });
      await first.put(s, s.alice, n, { state: 'ReviewDue' });
      return put(s, s.mallory, n, { state: 'Done', review: { by: 'mallory', at } });
    },
  },
  // requests
  { what: "ask in another's name", run: async (s) => ask(s, s.mallory, { requestedBy: 'alice' }) },
  {
    what: 'ask in the name of an approver, to approve it oneself',
    run: async (s) => ask(s, s.dave, { requestedBy: 'alice' }),
  },
  { what: 'ask without the right to', run: async (s) => ask(s, s.eve) },
  { what: 'an approver without the right to asks', run: async (s) => ask(s, s.bob) },
  {
    what: 'a request that is approved as it is made',
    run: async (s: Scene): Promise<unknown> => {
      const name = makeRequestName();
      await create(s, s.alice, name, {}, { status: { state: 'Approved', approvals: [yes('bob')] } });
      return put(s, s.alice, name, { state: 'Running' });
    },
  },
  { what: 'a request that needs no approval', run: async (s) => ask(s, s.alice, { approvals: 0 }) },
  {
    what: 'an approval for a week where the policy has hours',
    run: async (s) => ask(s, s.alice, { validMinutes: 10_080 }),
  },
  {
    what: 'a time that nobody can read, to be overlooked',
    run: async (s) => put(s, s.alice, await first.running(s, { emergency: true }), { run: { ended: 'x' } }),
  },
  {
    what: 'a notice of a time that nobody can read',
    run: async (s) => put(s, s.alice, await first.ask(s), { notices: [{ ...asked, at: '2026-11-30t12:00:00z' }] }),
  },
  {
    what: "say that others were told of one's own review, so that nobody is",
    run: async (s) => put(s, s.alice, await first.ask(s), { notices: [{ ...asked, event: 'review' }] }),
  },
  {
    what: 'so many notices that no other has room',
    run: async (s) =>
      put(s, s.alice, await first.ask(s), {
        notices: Array.from({ length: 31 }, (_, n) => ({ ...asked, channel: `c${n}` })),
      }),
  },
  {
    what: 'fewer approvals than the policy asks for',
    run: async (s) => ask(s, s.alice, { class: 'critical', approvals: 1 }),
  },
  {
    what: 'less time to answer than the policy gives, to have others decide',
    run: async (s) => ask(s, s.alice, { class: 'oncall' }),
  },
  { what: 'of a class that the policy does not have', run: async (s) => ask(s, s.alice, { class: 'harmless' }) },
  {
    what: 'too short a notice',
    run: async (s) => ask(s, s.alice, { class: 'planned', notBefore: new Date(Date.now() + 3_600_000).toISOString() }),
  },
  { what: 'no notice at all', run: async (s) => ask(s, s.alice, { class: 'planned' }) },
  {
    what: 'a clock of the client that is a week ahead: notice that is none',
    run: async (s) =>
      ask(s, s.alice, { class: 'planned', notBefore: new Date(Date.now() - 6 * 86_400_000).toISOString() }),
  },
  { what: 'without the ticket that the policy asks for', run: async (s) => ask(s, s.alice, { class: 'ticketed' }) },
  { what: 'a digest that is none', run: async (s) => ask(s, s.alice, { digest: 'sha' }) },
  {
    what: 'change the digest after it was approved',
    run: async (s) => patch(s, s.alice, await first.approved(s), { spec: { digest: other } }),
  },
  {
    what: 'change the target after it was approved',
    run: async (s) => patch(s, s.alice, await first.approved(s), { spec: { target: { database: 'other' } } }),
  },
  {
    what: 'an approver changes what was asked for',
    run: async (s) => patch(s, s.bob, await first.ask(s), { spec: { digest: other } }),
  },
  {
    what: 'change the digest by way of the status',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      const found = await s.alice.client.get<object>(requests(s, n));
      const sent = { ...found, spec: { ...spec, digest: other } };
      const answer = await s.alice.client.put<{ spec?: { digest?: string } }>(`${requests(s, n)}/status`, sent);
      if (answer.spec?.digest === digest) throw new Error('the API server left the spec as it was');
      return answer;
    },
  },
  { what: 'delete the request', run: async (s) => drop(s.alice.client, requests(s, await first.approved(s))) },
  {
    what: 'an approver deletes the request',
    run: async (s) => drop(s.bob.client, requests(s, await first.approved(s))),
  },
  // rights
  { what: 'exec without a request', byRoles: true, run: async (s) => exec(s, s.mallory, ...wrapped) },
  { what: 'exec as an approver', byRoles: true, run: async (s) => exec(s, s.bob, ...wrapped) },
  {
    what: "exec by a colleague's request",
    byRoles: true,
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      await first.grant(s, s.bob, right(n));
      return exec(s, s.mallory, ...wrapped);
    },
  },
  { what: 'give the right to oneself', run: async (s) => grant(s, s.bob, right(await first.approved(s), 'bob')) },
  { what: 'a requester gives it to oneself', run: async (s) => grant(s, s.alice, right(await first.approved(s))) },
  {
    what: 'give it to a group',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      return grant(s, s.bob, {
        ...right(n),
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'dba' }],
      });
    },
  },
  {
    what: 'give it to two people',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });
      return grant(s, s.bob, { ...right(n), subjects: [user('alice'), user('mallory')] });
    },
  },
  {
    what: 'give it to a service account by its name as a user',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      const name = `system:serviceaccount:${s.namespace}:default`;
      return grant(s, s.bob, {
        ...right(n),
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name }],
      });
    },
  },
  {
    what: 'an approver makes somebody else one',
    run: async (s) =>
      grant(s, s.bob, {
        ...right('x', 'mallory'),
        metadata: { name: 'another-approver' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'db-ferry-approve' },
      }),
  },
  {
    what: 'give it to a service account',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      return grant(s, s.bob, {
        ...right(n),
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: s.namespace }],
      });
    },
  },
  {
    what: 'give it without an end',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      return grant(s, s.bob, {
        ...right(n),
        metadata: { name: `db-ferry-${n}`, annotations: { 'db-ferry.io/request': n } },
      });
    },
  },
  {
    what: 'give it without a request',
    run: async (s) => grant(s, s.bob, { ...right('none'), metadata: { name: 'mine' } }),
  },
  {
    what: 'give it under another name than its request',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      const body = right(n);
      return grant(s, s.bob, { ...body, metadata: { ...(body['metadata'] as object), name: `innocent-${n}` } });
    },
  },
  { what: 'give it for a year', run: async (s) => grant(s, s.bob, right(await first.approved(s), 'alice', 8760)) },
  { what: 'give one that has ended', run: async (s) => grant(s, s.bob, right(await first.approved(s), 'alice', -1)) },
  {
    what: 'prolong its end',
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      await first.grant(s, s.bob, right(n));
      return s.bob.client.patch(bindings(s, `db-ferry-${n}`), 'merge', {
        metadata: { annotations: { 'db-ferry.io/expires': '2030-01-01T00:00:00Z' } },
      });
    },
  },
  {
    what: 'bind a role that may do all',
    run: async (s) =>
      grant(s, s.bob, {
        ...right('x'),
        metadata: { name: 'all' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      }),
  },
  {
    what: 'bind the role edit, which may exec as well',
    run: async (s) =>
      grant(s, s.bob, {
        ...right('x'),
        metadata: { name: 'edit' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      }),
  },
  {
    what: 'bind it in all namespaces',
    run: async (s) =>
      s.bob.client.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        ...right('x'),
        kind: 'ClusterRoleBinding',
        metadata: { name: 'db-ferry-all' },
      }),
  },
  {
    what: 'run psql by hand under the right',
    byRoles: true,
    run: async (s: Scene): Promise<unknown> => {
      const n = await first.approved(s);
      await first.grant(s, s.bob, right(n));
      await polled(s);
      return exec(s, s.alice, 'psql', '-c', 'select 1');
    },
  },
  {
    what: 'attach to the pod under the right',
    byRoles: true,
    run: async (s) => kubectl(s.alice.kubeconfig, ['-n', s.namespace, 'attach', s.pod]),
  },
  {
    what: "make a pod of one's own beside it",
    byRoles: true,
    run: async (s) =>
      s.alice.client.post(`/api/v1/namespaces/${s.namespace}/pods`, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'mine' },
        spec: { containers: [{ name: 'c', image: 'x' }] },
      }),
  },
  {
    what: 'a token of the service account there',
    byRoles: true,
    run: async (s) =>
      s.alice.client.post(`/api/v1/namespaces/${s.namespace}/serviceaccounts/default/token`, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {},
      }),
  },
  // what governs
  {
    what: 'change the policy',
    run: async (s) =>
      s.alice.client.patch(`${group}/operationpolicies/default`, 'merge', {
        spec: { rules: { production: { approvals: 0 } } },
      }),
  },
  {
    what: 'an approver changes the policy',
    run: async (s) =>
      s.bob.client.patch(`${group}/operationpolicies/default`, 'merge', {
        spec: { rules: { production: { approvals: 0 } } },
      }),
  },
  { what: 'delete the policy', run: async (s) => drop(s.bob.client, `${group}/operationpolicies/default`) },
  {
    what: 'remove the binding of an admission policy',
    run: async (s) => drop(s.bob.client, `${admission}/validatingadmissionpolicybindings/db-ferry-requests`),
  },
  {
    what: 'take the label off the namespace',
    run: async (s) =>
      s.bob.client.patch(`/api/v1/namespaces/${s.namespace}`, 'merge', {
        metadata: { labels: { 'db-ferry.io/governed': null } },
      }),
  },
  {
    what: 'widen the role that is bound',
    run: async (s) =>
      s.bob.client.patch('/apis/rbac.authorization.k8s.io/v1/clusterroles/db-ferry-operate', 'merge', {
        rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
      }),
  },
];

/** A right is there a moment after it is given. */
async function polled(scene: Scene): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const ran = await exec(scene, scene.alice, ...wrapped).then(
      () => true,
      () => false,
    );
    if (ran) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the right that was given does not come');
}
