import './vscodeDouble';
import assert from 'node:assert/strict';
import type { FoundRequest } from '../../../src/core/governance/gatherRequests';
import { parseOperationRequest, workDigest } from '../../../src/core/governance/operationRequest';
import { RootRequests } from '../../../src/core/governance/rootRequests';

const work = { kind: 'restore', target: { cluster: 'prod', namespace: 'shop', pod: 'postgres-0', database: 'shop' } };
const digest = workDigest(work, undefined);
const now = new Date(Date.UTC(2026, 10, 30, 12));
const at = (hours: number): string => new Date(now.getTime() + hours * 3_600_000).toISOString();

function found(me: string, status: object, change: object = {}, mayDecide = true): FoundRequest {
  const spec = {
    ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest, class: 'management' },
    ...{ work: JSON.stringify(work) },
    ...{ approvals: 1, requestedBy: 'alice', validMinutes: 240, emergency: false, waitsUntil: at(72), ...change },
  };
  const metadata = { name: 'req-0123456789', creationTimestamp: at(0) };
  const request = parseOperationRequest({ metadata, spec, status });
  assert.ok(request);
  return { request, place: new RootRequests('/nowhere', me), me, now, mayDecide };
}

describe('what can be done with a request', () => {
  it('is what its state, its clocks and who looks allow, and no more', async () => {
    const { actionsOn } = await import('../../../src/core/governance/gatherRequests');
    const can = (...args: Parameters<typeof found>): string =>
      Object.entries(actionsOn(found(...args)))
        .filter(([, is]) => is)
        .map(([name]) => name.replace('can', ''))
        .join(' ');
    const yes = { by: 'bob', decision: 'approve', digest, at: at(0) };
    const approved = { state: 'Approved', approvals: [yes] };
    assert.equal(can('bob', { state: 'Pending' }), 'Approve Deny');
    assert.equal(can('bob', { state: 'Pending' }, {}, false), '');
    assert.equal(can('alice', { state: 'Pending' }), 'Withdraw');
    assert.equal(can('bob', { state: 'Pending' }, { waitsUntil: at(-1) }), '');
    assert.equal(can('bob', { state: 'Pending', approvals: [yes] }, { approvals: 2 }), '');
    assert.equal(can('carol', { state: 'Pending', approvals: [yes] }, { approvals: 2 }), 'Approve Deny');
    assert.equal(can('alice', approved), 'Withdraw Run');
    assert.equal(can('alice', approved, { notBefore: at(1) }), 'Withdraw');
    assert.equal(can('carol', approved), 'Deny');
    assert.equal(can('alice', { state: 'Approved', approvals: [{ ...yes, at: at(-5) }] }), 'Withdraw');
    assert.equal(can('alice', { state: 'Running', approvals: [yes] }), '');
    assert.equal(can('alice', { state: 'ReviewDue', approvals: [yes] }), '');
    assert.equal(can('carol', { state: 'ReviewDue', approvals: [yes] }), 'Review');
    for (const state of ['Done', 'Failed', 'Denied', 'Withdrawn']) assert.equal(can('carol', { state }), '', state);
  });

  it('stands in the group that one looks for it in, each once', async () => {
    const { groupsOf } = await import('../../../src/tree/requestsTree');
    const all = [
      found('bob', { state: 'Pending' }),
      found('alice', { state: 'Pending' }),
      found('bob', { state: 'Approved' }, {}, false),
      found('bob', { state: 'Done' }),
      found('bob', { state: 'Pending' }, { waitsUntil: at(-1) }),
      found('bob', { state: 'ReviewDue' }),
    ];
    assert.deepEqual(
      groupsOf({ requests: all, problems: [] }).map(({ label, requests }) => [
        label,
        requests.map((one) => all.indexOf(one)),
      ]),
      [
        ['Waiting for Me', [0, 5]],
        ['Mine', [1]],
        ['Others', [2]],
        ['Closed', [3, 4]],
      ],
    );
  });
});

describe('the page of a request', () => {
  it('shows whatever others wrote as text, runs one script, and has the buttons of what can be done', async () => {
    const { requestPage, actionOf } = await import('../../../src/ui/requests/requestPage');
    const evil = '</pre><script>alert(1)</script><img src=x onerror=alert(2)> "\'&';
    const page = requestPage(
      found(
        'bob',
        {
          state: 'Pending',
          approvals: [{ by: evil, decision: 'approve', digest: 'b'.repeat(64), at: at(0), reason: evil }],
        },
        {
          ...{ reason: evil, ticket: evil, class: evil, requestedBy: evil, operation: evil },
          ...{ work: JSON.stringify({ kind: evil }), digest: workDigest({ kind: evil }, undefined) },
          target: { workload: evil, database: evil },
          source: { what: evil },
          findings: [
            { level: 'block', code: evil, data: {} },
            { level: 'warn', code: 'policy.class', data: { policy: evil } },
          ],
        },
      ),
      { level: 'recorded', source: 'https://editor', style: 'https://editor/request.css' },
    );
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.doesNotMatch(page, /<img/);
    assert.match(
      page,
      /default-src &#39;none&#39;; style-src https:\/\/editor; script-src &#39;nonce-[0-9a-f]{32}&#39;/,
    );
    assert.deepEqual(
      [...page.matchAll(/data-do="(\w+)"/g)].map(([, action]) => action),
      ['approve', 'deny'],
    );
    assert.match(page, /nobody refuses a decision that is written in another name/);
    assert.equal(actionOf({ do: 'approve' }), 'approve');
    for (const other of [{ do: 'toString' }, { do: 'workbench.action.quit' }, { do: 1 }, 'approve', null])
      assert.equal(actionOf(other), undefined);
  });

  it('that shows other work than its digest is of can be denied and no more, and says from the work where it is done', async () => {
    const { requestPage } = await import('../../../src/ui/requests/requestPage');
    const facts = { level: 'enforced', source: 'https://editor', style: 'https://editor/request.css' } as const;
    const elsewhere = JSON.stringify({ ...work, target: { ...work.target, cluster: 'test' } });
    const page = requestPage(found('bob', { state: 'Pending' }, { work: elsewhere }), facts);
    assert.doesNotMatch(page, /data-do="approve"/);
    assert.match(page, /data-do="deny"/);
    assert.match(page, /<dd>test\/shop\/postgres-0\/shop<\/dd>/);
    assert.match(requestPage(found('bob', { state: 'Pending' }), facts), /<dd>prod\/shop\/postgres-0\/shop<\/dd>/);
  });

  it('is what a link opens: of a name that a request can have, and nothing else', async () => {
    const { addressOfLink } = await import('../../../src/ui/requests/requestLinks');
    const name = 'req-0123456789';
    assert.deepEqual(addressOfLink('/request', `name=${name}`), { name });
    assert.deepEqual(addressOfLink('/request', `name=${name}&cluster=prod&namespace=shop`), {
      ...{ name, cluster: 'prod', namespace: 'shop' },
    });
    for (const query of ['', 'name=x', `name=${name}&cluster=prod`, `name=${name}&cluster=a/b&namespace=c`])
      assert.equal(addressOfLink('/request', query), undefined, query);
    assert.equal(addressOfLink('/approve', `name=${name}`), undefined);
  });
});
