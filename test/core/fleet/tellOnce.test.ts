import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../src/core/base/errors';
import { parseNotifyConfig, type NotifyConfig } from '../../../src/core/fleet/notify/notifyConfig';
import { Leadership } from '../../../src/core/fleet/steward/leadership';
import { tellOnce } from '../../../src/core/fleet/steward/tellOnce';
import { tick, type TickReport } from '../../../src/core/fleet/steward/tick';
import { requestMessages } from '../../../src/cli/requestMessages';
import { stewardMetrics } from '../../../src/report/stewardMetrics';
import { governedCluster } from './governedCluster';

const digest = 'a'.repeat(64);
type Cluster = Awaited<ReturnType<typeof governedCluster>>;

describe('the steward tells people', () => {
  let cluster: Cluster;
  let hook: Server;
  let config: NotifyConfig;
  /** ids of what came, in their order */
  const came: string[] = [];
  let answer = 200;
  const at = (minutes: number): string => new Date(cluster.now + minutes * 60_000).toISOString();

  before(async () => {
    hook = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { id, type } = JSON.parse(body) as { id: string; type: string };
        came.push(`${type.split('.').at(-1) ?? ''} ${request.url ?? ''} ${id}`);
        response.writeHead(answer).end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    process.env['HOOK_OF_TEST'] = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/a`;
    process.env['OTHER_HOOK_OF_TEST'] = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/b`;
    config = parseNotifyConfig(
      JSON.stringify({
        channels: {
          one: { kind: 'webhook', url: { env: 'HOOK_OF_TEST' } },
          two: { kind: 'webhook', url: { env: 'OTHER_HOOK_OF_TEST' } },
        },
        send: [{ to: ['one', 'two'] }],
      }),
      'notify.yaml',
    );
  });
  beforeEach(async () => {
    cluster = await governedCluster();
    came.length = 0;
    answer = 200;
  });
  afterEach(async () => cluster.stop());
  after(() => {
    hook.closeAllConnections();
    hook.close();
  });

  /** Four that somebody has to know of, and one of last year that is no news. */
  function all(): void {
    const yes = { by: 'bob', decision: 'approve', digest, at: at(-90) };
    cluster.request('req-0000000001', { created: at(-40), spec: { emergency: true, escalateAfterMinutes: 30 } });
    cluster.request('req-0000000002', { created: at(-90), spec: { waitsUntil: at(-1) } });
    cluster.request('req-0000000003', { created: at(-90), status: { state: 'ReviewDue', approvals: [yes] } });
    cluster.request('req-0000000004', { created: at(-9) });
    // who decided told people by a channel of their own
    const told = { event: 'approved', channel: 'mine', state: 'accepted', at: at(-9), by: 'bob', tries: 1 };
    const now = { ...yes, at: at(-10) };
    cluster.request('req-0000000006', { status: { state: 'Approved', approvals: [now], notices: [told] } });
    cluster.request('req-0000000005', {
      created: at(-500_000),
      status: { state: 'Approved', approvals: [{ ...yes, at: at(-499_999) }] },
    });
  }
  const due = ['asked', 'emergency', 'escalated', 'review', 'timedOut'];
  const once = async (holder: string, fence: () => void = () => undefined): Promise<TickReport> =>
    tick({
      ...{ client: cluster.client, namespaces: ['shop'], fence },
      tell: async (requests, now) => tellOnce(requests, now, { config, words: requestMessages, holder, fence }),
    });
  const kinds = (): string[] => [...new Set(came.map((one) => one.split(' ')[0] ?? ''))].sort();

  it('each once in each channel, also by two at once and again and again', async () => {
    all();
    const [first, second] = await Promise.all([once('a'), once('b')]);
    await once('a');
    await once('b');
    await once('a');
    assert.deepEqual(
      kinds(),
      due.filter((one) => one !== 'expired'),
    );
    assert.equal(came.length, 10);
    assert.equal(new Set(came).size, 10);
    assert.ok(first.told.accepted + second.told.accepted > 0);
  });

  it('what was taken back is told where nobody told of it, and not of last year', async () => {
    const fields = (minutes: number): object => ({ managedFields: [{ time: at(-900_000) }, { time: at(minutes) }] });
    const told = { event: 'withdrawn', channel: 'mine', state: 'accepted', at: at(-9), by: 'alice' };
    for (const [name, minutes, notices] of [
      ['req-0000000001', -5, []],
      ['req-0000000002', -500_000, []],
      // its own machine may be about to tell of it
      ['req-0000000003', 0, []],
      ['req-0000000004', -5, [told]],
    ] as const) {
      const made = cluster.request(name, { created: at(-600_000), status: { state: 'Withdrawn', notices } });
      Object.assign(made.metadata, fields(minutes));
    }
    await once('a');
    await once('b');
    assert.deepEqual([kinds(), came.length], [['withdrawn'], 2]);
  });

  it('none is lost, and one that comes again has the id that it had, wherever one is ended', async () => {
    let repeated = 0;
    let isEnded = true;
    for (let calls = 3; isEnded; calls += 9) {
      cluster.things.clear();
      came.length = 0;
      all();
      let remaining = calls;
      isEnded = false;
      cluster.onCall = () => {
        remaining -= 1;
        isEnded ||= remaining < 0;
        // nothing that it asks is answered, and it asks for nothing more
        return isEnded ? 400 : undefined;
      };
      const fence = (): void => {
        if (isEnded) throw new AppError('cancelled');
      };
      await once('a', fence).catch(() => undefined);
      cluster.onCall = () => undefined;
      // the next start is another one: what was on its way then may be on its way for a while
      await once('b');
      cluster.now += 100_000;
      await once('b');
      await once('b');
      cluster.now -= 100_000;
      assert.equal(new Set(came).size, 10, `ended after ${calls} calls: ${came.sort().join('\n')}`);
      repeated += came.length - 10;
    }
    // who is ended between what was taken and what is written of it cannot know
    assert.ok(repeated > 0 && repeated < 60, String(repeated));
  });

  it('what a channel does not take is tried again, later and later, and told by the metrics', async () => {
    all();
    answer = 400;
    const { told } = await once('a');
    assert.deepEqual(told, { accepted: 0, pending: 10, problems: [] });
    const tries = came.length;
    await once('a');
    assert.equal(came.length, tries);
    cluster.now += 120_000;
    answer = 200;
    assert.equal((await once('a')).told.accepted, 10);
    const last = await once('a');
    const text = stewardMetrics({ isLeader: true, ticks: { done: 2, failed: 0 }, last });
    assert.match(text, /^dbferry_requests\{state="Pending"\} 2$/m);
    assert.match(text, /^dbferry_requests\{state="TimedOut"\} 1$/m);
    assert.match(text, /^dbferry_messages_pending 0$/m);
    assert.match(text, /^dbferry_request_wait_seconds 2520$/m);
    assert.doesNotMatch(stewardMetrics({ isLeader: false, ticks: { done: 0, failed: 0 }, last }), /dbferry_requests/);
  });
});

describe('of two stewards', () => {
  it('one acts; the other begins when the Lease was not renewed for as long as it is held, and the first has stopped by then', async () => {
    const cluster = await governedCluster();
    try {
      const times = { heldSeconds: 1, countedOnSeconds: 0.5 };
      const [a, b] = [
        new Leadership(cluster.client, 'db-ferry', 'a', times),
        new Leadership(cluster.client, 'db-ferry', 'b', times),
      ];
      const both = await Promise.all([a.seek(), b.seek()]);
      assert.equal(both.filter(Boolean).length, 1);
      const [first, other] = both[0] ? [a, b] : [b, a];
      assert.equal(await other.seek(), false);
      await sleep(300);
      assert.equal(await first.seek(), true);
      let overlaps = 0;
      const began = performance.now();
      // the first does not renew any more, as one that hangs
      while (!(await other.seek())) {
        if (first.holds && other.holds) overlaps += 1;
        assert.ok(performance.now() - began < 20_000);
        await sleep(50);
      }
      assert.deepEqual([overlaps, first.holds, other.holds], [0, false, true]);
      assert.throws(() => first.fence(), { code: 'cancelled' });
      assert.equal(await first.seek(), false);
      await other.release();
      assert.equal(await first.seek(), true);
    } finally {
      await cluster.stop();
    }
  });
});
