import assert from 'node:assert/strict';
import { AppError, isAppError } from '../../../src/core/base/errors';
import { tick } from '../../../src/core/fleet/steward/tick';
import { governedCluster } from './governedCluster';

const digest = 'a'.repeat(64);
const fence = (): void => undefined;
type Cluster = Awaited<ReturnType<typeof governedCluster>>;

describe('the steward', () => {
  let cluster: Cluster;
  /** UTC ISO 8601, so many minutes from the cluster's now */
  const at = (minutes: number): string => new Date(cluster.now + minutes * 60_000).toISOString();
  const yes = (minutes: number): object => ({ by: 'bob', decision: 'approve', digest, at: at(minutes) });
  const states = (): Record<string, string> =>
    Object.fromEntries(
      [...cluster.things.values()]
        .filter(({ kind }) => kind === 'OperationRequest')
        .map(({ metadata, status }) => [
          metadata.name.slice(-1),
          (status as { state?: string } | undefined)?.state ?? '',
        ]),
    );
  const rights = (): string[] =>
    [...cluster.things.keys()]
      .filter((key) => key.includes('/rolebindings/'))
      .map((key) => key.split('/').at(-1) ?? '');

  /** One of each kind, and what is left of them when all is done that is due. */
  function one(): void {
    cluster.request('req-0000000001', { spec: { waitsUntil: at(5) } });
    cluster.request('req-0000000002', { spec: { waitsUntil: at(-1) } });
    cluster.request('req-0000000003', { status: { state: 'Approved', approvals: [yes(-30)] } });
    cluster.request('req-0000000004', { status: { state: 'Approved', approvals: [yes(-61)] } });
    cluster.request('req-0000000005', { status: { state: 'Running', approvals: [yes(-90)] } });
    cluster.request('req-0000000006', { status: { state: 'Done', approvals: [yes(-90)] } });
    // of a version to come: it is left alone, and so is its right
    cluster.request('req-0000000007', { status: { state: 'Pausing' } });
    for (const [number, minutes] of [
      [3, 30],
      [4, 10],
      [5, -30],
      [6, 30],
      [7, 30],
      [9, 30],
    ] as const)
      cluster.right(`req-000000000${number}`, at(minutes));
    cluster.right('view', at(-9));
  }
  const left = {
    states: { 1: '', 2: 'TimedOut', 3: 'Approved', 4: 'Expired', 5: 'Running', 6: 'Done', 7: 'Pausing' },
    rights: ['db-ferry-req-0000000003', 'db-ferry-req-0000000007', 'db-ferry-view'],
  };

  beforeEach(async () => {
    cluster = await governedCluster();
    // a clock that is ten days away from this machine's: only the cluster's own counts
    cluster.now += 10 * 86_400_000;
  });
  afterEach(async () => cluster.stop());

  it('closes what nobody decided and what has expired, removes rights that are over, and does nothing twice', async () => {
    one();
    const first = await tick({ client: cluster.client, namespaces: ['shop'], fence });
    assert.deepEqual([first.timedOut, first.expired], [['shop/req-0000000002'], ['shop/req-0000000004']]);
    assert.deepEqual([states(), rights()], [left.states, left.rights]);
    assert.deepEqual(
      first.removed.map(({ request, why }) => [request.slice(-1), why]),
      [
        ['4', 'closed'],
        ['5', 'expired'],
        ['6', 'closed'],
        ['9', 'unknown'],
      ],
    );
    const before = JSON.stringify([...cluster.things]);
    const second = await tick({ client: cluster.client, namespaces: ['shop'], fence });
    assert.deepEqual([second.timedOut, second.expired, second.removed], [[], [], []]);
    // it is told, for somebody has to look at it, and counts as seen
    assert.deepEqual([second.problems.map(({ error }) => error.code), second.sawAll], [['approval.unreadable'], true]);
    assert.equal(JSON.stringify([...cluster.things]), before);
  });

  it('ended before any of its calls is taken up by the next tick, with the same end', async () => {
    for (let calls = 0; ; calls += 1) {
      cluster.things.clear();
      one();
      let remaining = calls;
      const ended = new AbortController();
      cluster.onCall = () => {
        if (remaining === 0) ended.abort();
        remaining -= 1;
        return ended.signal.aborted ? 400 : undefined;
      };
      // as for one that is gone: nothing that it asks is answered any more
      await tick({ client: cluster.client, namespaces: ['shop'], fence }).catch(() => undefined);
      cluster.onCall = () => undefined;
      await tick({ client: cluster.client, namespaces: ['shop'], fence });
      assert.deepEqual([states(), rights()], [left.states, left.rights], `ended at call ${calls}`);
      if (!ended.signal.aborted) return assert.ok(calls > 8, `${calls} calls`);
    }
  });

  it('does nothing any more when another one may act by now', async () => {
    one();
    const before = JSON.stringify([...cluster.things]);
    const lost = (): never => {
      throw new AppError('cancelled');
    };
    await assert.rejects(tick({ client: cluster.client, namespaces: ['shop'], fence: lost }), (error) =>
      isAppError(error, 'cancelled'),
    );
    assert.equal(JSON.stringify([...cluster.things]), before);
  });

  it('a namespace that does not answer keeps no other from being looked after, and is told', async () => {
    one();
    cluster.onCall = (_, path) => (path.includes('/billing/') ? 403 : undefined);
    const { problems, removed } = await tick({ client: cluster.client, namespaces: ['billing', 'shop'], fence });
    assert.deepEqual(
      problems.map(({ namespace, error }) => [namespace, error.code]),
      [
        ['billing', 'cluster.forbidden'],
        ['billing', 'steward.blind'],
        ['shop', 'approval.unreadable'],
      ],
    );
    assert.equal(removed.length, 4);
    cluster.onCall = (method) => (method === 'DELETE' ? 403 : undefined);
    cluster.right('req-0000000006', at(30));
    const { overdue } = await tick({ client: cluster.client, namespaces: ['shop'], fence });
    assert.deepEqual(
      overdue.map(({ request }) => request),
      ['req-0000000006'],
    );
  });
});
