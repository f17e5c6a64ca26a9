import assert from 'node:assert/strict';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { cliHints } from '../../../src/cli/hints';
import { AppError, isAppError } from '../../../src/core/base/errors';
import type { Finding } from '../../../src/core/base/finding';
import {
  askFor,
  beginByRequest,
  decideRequest,
  endByRequest,
  withdrawRequest,
} from '../../../src/core/governance/requestFlow';
import { judge, shownState } from '../../../src/core/governance/judge';
import {
  parseOperationRequest,
  workDigest,
  type OperationRequest,
} from '../../../src/core/governance/operationRequest';
import { findingWords } from '../../../src/words/findingWords';
import { RootRequests } from '../../../src/core/governance/rootRequests';
import { ferry } from '../cli/ferry';

const work = { kind: 'restore', target: { cluster: 'prod', namespace: 'shop', pod: 'postgres-0', database: 'shop' } };
const digest = workDigest(work, undefined);
const start = Date.UTC(2026, 10, 30);
const hour = 3_600_000;
const at = (hours: number): string => new Date(start + hours * hour).toISOString();

function requestOf(status: object, change: object = {}): OperationRequest {
  const spec = {
    ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest, class: 'production' },
    ...{ work: JSON.stringify(work) },
    ...{ approvals: 1, requestedBy: 'alice', validMinutes: 240, emergency: false, waitsUntil: at(72), ...change },
  };
  const read = parseOperationRequest({ metadata: { name: 'req-0', creationTimestamp: at(0) }, spec, status });
  assert.ok(read);
  return read;
}

describe('a request', () => {
  const yes = { by: 'bob', decision: 'approve', digest, at: at(10) } as const;
  const asked = { digest, by: 'alice', approvals: 1 };
  const why = (request: OperationRequest, hours: number, more: object = {}): string | undefined =>
    judge(request, { ...asked, now: new Date(start + hours * hour), ...more });

  it('lets run what was approved, for who asked, in its time, once', () => {
    const approved = requestOf({ state: 'Approved', approvals: [yes] });
    assert.equal(why(approved, 11), undefined);
    assert.equal(why(approved, 11, { digest: 'b'.repeat(64) }), 'digest');
    assert.equal(why(approved, 11, { by: 'mallory' }), 'foreign');
    assert.equal(why(approved, 11, { approvals: 2 }), 'pending');
    assert.equal(why(approved, 11, { until: new Date(start + 10.5 * hour) }), 'expired');
    assert.equal(why(approved, 14.1), 'expired');
    assert.equal(why(requestOf({ state: 'Running', approvals: [yes] }), 11), 'used');
    assert.equal(why(requestOf({ state: 'Done', approvals: [yes] }), 11), 'ended');
    assert.equal(why(requestOf({ state: 'Withdrawn', approvals: [yes] }), 11), 'withdrawn');
    assert.equal(why(requestOf({ state: 'TimedOut', approvals: [yes] }), 11), 'tooOld');
    assert.equal(why(requestOf({ state: 'Expired', approvals: [yes] }), 11), 'expired');
    // to the millisecond: its end is still its time
    assert.deepEqual([why(approved, 14), why(approved, 14 + 1 / hour)], [undefined, 'expired']);
    assert.equal(
      why(requestOf({ state: 'Approved', approvals: [yes, { ...yes, by: 'c', decision: 'deny' }] }), 11),
      'denied',
    );
    assert.equal(why(requestOf({ state: 'Pending' }), 11), 'pending');
    assert.equal(why(requestOf({ state: 'Pending' }), 73), 'tooOld');
    const planned = requestOf({ state: 'Approved', approvals: [yes] }, { notBefore: at(24) });
    assert.deepEqual([why(planned, 23), why(planned, 25), why(planned, 28.1)], ['early', undefined, 'expired']);
    assert.equal(shownState(planned, new Date(start + 23 * hour)), 'Waiting');
    assert.equal(shownState(requestOf({}), new Date(start + 71 * hour)), 'Pending');
    assert.equal(shownState(requestOf({}), new Date(start + 73 * hour)), 'TimedOut');
    const denied = { state: 'Approved', approvals: [yes, { ...yes, by: 'c', decision: 'deny' }] };
    assert.equal(shownState(requestOf(denied), new Date(start + 11 * hour)), 'Denied');
    assert.equal(shownState(approved, new Date(start + 20 * hour)), 'Expired');
  });

  it('counts nobody twice, never who asked, and nobody who said yes to something else', () => {
    const decision = fc.record({
      by: fc.constantFrom('alice', 'bob', 'carol', 'dave'),
      decision: fc.constantFrom('approve' as const, 'deny' as const),
      digest: fc.constantFrom(digest, 'b'.repeat(64)),
      at: fc.constant(at(10)),
    });
    fc.assert(
      fc.property(fc.array(decision, { maxLength: 6 }), fc.integer({ min: 1, max: 3 }), (approvals, needed) => {
        const request = requestOf({ state: 'Approved', approvals }, { approvals: needed });
        const people = new Set(
          approvals
            .filter((one) => one.decision === 'approve' && one.digest === digest && one.by !== 'alice')
            .map(({ by }) => by),
        );
        const may = people.size >= needed && !approvals.some((one) => one.decision === 'deny');
        assert.equal(why(request, 11) === undefined, may);
      }),
    );
  });

  it('is for exactly one work: what somebody types to confirm it is no part of it, all else is', () => {
    const work = { kind: 'undo', of: { job: 'x' }, options: {} };
    assert.equal(workDigest({ ...work, confirmed: 'shop' }, undefined), workDigest(work, undefined));
    assert.notEqual(workDigest({ ...work, of: { job: 'y' } }, undefined), workDigest(work, undefined));
    assert.notEqual(workDigest(work, digest), workDigest(work, undefined));
  });
});

describe('requests in a root', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(path.join(tmpdir(), 'requests-'))));
  afterEach(async () => {
    delete process.env['DEVWORKSPACE_NAME'];
    await rm(root, { recursive: true });
  });

  it('are asked for, approved by somebody else and never by oneself, and say at each step that nothing is enforced', async () => {
    process.env['DEVWORKSPACE_NAME'] = 'alices';
    const { spec } = requestOf({}, { waitsUntil: new Date(Date.now() + hour).toISOString() });
    const place = new RootRequests(root, `${userInfo().username}@alices`);
    const { requestedBy, ...wanted } = spec;
    assert.equal(requestedBy, 'alice');
    const { name: request } = (await askFor(place, wanted)).metadata;
    const own = await ferry('approve', request, '--root', root);
    assert.equal(own.exitCode, 4);
    assert.match(own.err, /nobody approves their own request/);
    process.env['DEVWORKSPACE_NAME'] = 'bobs';
    assert.match((await ferry('withdraw', request, '--root', root)).err, /somebody else's/);
    const approved = await ferry('approve', request, '--root', root, '--reason', 'seen');
    assert.equal(approved.exitCode, 0, approved.err);
    assert.match(approved.out, /, approved\n[^]*approved it[^]*seen[^]*not enforced here/);
    assert.match((await ferry('approve', request, '--root', root)).err, /has your decision already/);
    const listed = await ferry('requests', '--root', root);
    assert.match(listed.out, /req-\w+ {2}Approved {2}restore of postgres\/shop/);
    assert.match(listed.err, /not enforced here/);
    process.env['DEVWORKSPACE_NAME'] = 'alices';
    assert.equal((await ferry('withdraw', request, '--root', root)).exitCode, 0);
    assert.match((await ferry('requests', request, '--root', root)).out, /withdrawn/);
    assert.equal((await ferry('requests', 'req-0000000000', '--root', root)).exitCode, 4);
  });

  it('shows what its digest is of, or nobody can approve it, and nothing runs by it', async () => {
    const [alice, bob] = [new RootRequests(root, 'alice'), new RootRequests(root, 'bob')];
    const { requestedBy, ...wanted } = requestOf({}, { waitsUntil: new Date(Date.now() + hour).toISOString() }).spec;
    assert.equal(requestedBy, 'alice');
    const harmless = JSON.stringify({ ...work, target: { ...work.target, cluster: 'test' } });
    const refused = (reason: string) => (error: unknown) =>
      isAppError(error, 'approval.refused') && error.data.reason === reason;
    const titled = [{ operation: 'backup' }, { target: { ...wanted.target, database: 'other' } }];
    for (const change of [
      ...[{ work: harmless }, { work: undefined }, { work: '{' }, { digest: 'c'.repeat(64) }],
      ...titled,
    ]) {
      const { name } = (await askFor(alice, { ...wanted, ...change })).metadata;
      await assert.rejects(decideRequest(bob, name, 'approve', undefined), refused('unshown'));
      // written past it
      const request = await alice.get(name);
      assert.ok(request);
      const yes = {
        by: 'bob',
        decision: 'approve',
        digest: request.spec.digest,
        at: new Date().toISOString(),
      } as const;
      await alice.decide(request, yes, 'Approved');
      const as = { digest: request.spec.digest, approvals: 1 };
      await assert.rejects(beginByRequest(alice, name, as), refused('unshown'));
    }
    const { name } = (await askFor(alice, { ...wanted, digest: workDigest(work, digest), source: { sha256: digest } }))
      .metadata;
    const request = await bob.get(name);
    assert.ok(request);
    const seen = { ...request.spec, reason: 'another' };
    await assert.rejects(decideRequest(bob, name, 'approve', undefined, seen), refused('changed'));
    assert.equal((await decideRequest(bob, name, 'approve', undefined, request.spec)).request.status.state, 'Approved');
  });

  it('take the right away also where it cannot be written that they ended', async () => {
    const place = new RootRequests(root, 'alice');
    await place.create('req-0123456789', requestOf({}).spec);
    const taken: string[] = [];
    const failing = Object.assign(Object.create(place) as RootRequests, {
      get: async (name: string) => place.get(name),
      setState: async () => Promise.reject(new Error('away')),
      revoke: async ({ metadata }: OperationRequest) => Promise.resolve(void taken.push(metadata.name)),
    });
    await assert.rejects(endByRequest(failing, 'req-0123456789', 'done'), /away/);
    assert.deepEqual(taken, ['req-0123456789']);
  });

  it('say that a right may be left which could not be taken away, and of none where none was given', async () => {
    const [alice, bob] = [new RootRequests(root, 'alice'), new RootRequests(root, 'bob')];
    const refusing = (place: RootRequests): RootRequests =>
      Object.assign(place, {
        revoke: async () => Promise.reject(new AppError('cluster.forbidden', { cluster: 'b', message: 'no' })),
      });
    const { requestedBy, ...wanted } = requestOf({}, { waitsUntil: new Date(Date.now() + hour).toISOString() }).spec;
    assert.equal(requestedBy, 'alice');
    const told: Finding[] = [];
    const onRemains = (finding: Finding): void => void told.push(finding);
    const [pending, approved, run] = [
      await askFor(alice, wanted),
      await askFor(alice, wanted),
      await askFor(alice, wanted),
    ];
    await withdrawRequest(refusing(new RootRequests(root, 'alice')), pending.metadata.name, onRemains);
    assert.equal(told.length, 0);
    for (const one of [approved, run]) await decideRequest(bob, one.metadata.name, 'approve', undefined);
    await withdrawRequest(refusing(new RootRequests(root, 'alice')), approved.metadata.name, onRemains);
    await beginByRequest(alice, run.metadata.name, { digest, approvals: 1 });
    await endByRequest(refusing(new RootRequests(root, 'alice')), run.metadata.name, 'done', onRemains);
    assert.deepEqual(
      told.map(({ code, data }) => [code, 'request' in data && data.request]),
      [approved, run].map(({ metadata }) => ['policy.rightRemains', metadata.name]),
    );
    assert.match(
      findingWords(told[0] ?? assert.fail(), cliHints),
      /RoleBinding db-ferry-req-\w+ could not be taken away/,
    );
  });

  it('are what their folder is called', async () => {
    const place = new RootRequests(root, 'alice');
    await place.create('req-0123456789', requestOf({}).spec);
    await rename(
      path.join(root, 'db-ferry.requests', 'req-0123456789'),
      path.join(root, 'db-ferry.requests', 'req-aaaaaaaaaa'),
    );
    await assert.rejects(place.get('req-aaaaaaaaaa'), { code: 'approval.unreadable' });
    assert.equal((await place.readAll()).unreadable.length, 1);
  });

  it('lets one of two jobs begin that were started at once', async () => {
    const [alice, bob] = [new RootRequests(root, 'alice'), new RootRequests(root, 'bob')];
    const { spec } = requestOf({}, { waitsUntil: new Date(Date.now() + hour).toISOString() });
    const { requestedBy, ...wanted } = spec;
    assert.equal(requestedBy, 'alice');
    const { name } = (await askFor(alice, wanted)).metadata;
    await decideRequest(bob, name, 'approve', undefined);
    const begun = await Promise.allSettled(
      [1, 2, 3].map(async () => beginByRequest(alice, name, { digest, approvals: 1 })),
    );
    const refused = begun.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    assert.equal(refused.length, 2);
    for (const error of refused) assert.ok(isAppError(error, 'approval.refused') && error.data.reason === 'used');
    assert.equal((await alice.get(name))?.status.state, 'Running');
  });

  it('that were damaged let nobody run', async () => {
    const place = new RootRequests(root, 'alice');
    const { spec } = requestOf({});
    await place.create('req-0123456789', spec);
    const folder = path.join(root, 'db-ferry.requests', 'req-0123456789');
    assert.deepEqual(await readdir(folder), ['request.json']);
    await writeFile(path.join(folder, '20261130T000000000Z-x.json'), '{"state":"Blessed"}');
    await assert.rejects(place.get('req-0123456789'), { code: 'approval.unreadable' });
    await writeFile(path.join(folder, 'request.json'), '{}');
    await assert.rejects(place.get('req-0123456789'), (error: unknown) => isAppError(error, 'approval.unreadable'));
  });
});
