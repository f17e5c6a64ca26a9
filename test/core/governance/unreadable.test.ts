import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cliHints } from '../../../src/cli/hints';
import { requestList } from '../../../src/cli/console/pages';
import { isAppError } from '../../../src/core/base/errors';
import { note, warn } from '../../../src/core/base/finding';
import { tick } from '../../../src/core/fleet/steward/tick';
import { actionsOn, gatherRequests } from '../../../src/core/governance/gatherRequests';
import { readOperationRequest, workDigest } from '../../../src/core/governance/operationRequest';
import { askFor, beginByRequest, decideRequest } from '../../../src/core/governance/requestFlow';
import { RootRequests } from '../../../src/core/governance/rootRequests';
import { writtenFindings } from '../../../src/core/governance/writtenFindings';
import { requestBody } from '../../../src/report/requestBody';
import { ferry } from '../cli/ferry';
import { governedCluster } from '../fleet/governedCluster';

const [good, bad] = ['req-0000000001', 'req-0000000002'];
const work = { kind: 'restore', target: { database: 'shop' } };
const spec = {
  ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest: workDigest(work, undefined) },
  ...{ work: JSON.stringify(work), class: 'x', approvals: 1, validMinutes: 60, emergency: false },
};
const unreadable = (error: unknown): boolean => isAppError(error, 'approval.unreadable');
const many = (count: number): object[] => Array.from({ length: count }, () => ({ level: 'note', code: 'x' }));

/** What makes of a request one that cannot be read, and the field that is named. */
const damages: readonly (readonly [object, string])[] = [
  [{ approvals: -1 }, 'spec.approvals'],
  [{ validMinutes: 'long' }, 'spec.validMinutes'],
  [{ findings: many(201) }, 'spec.findings'],
  [{ findings: [{ level: 'note', code: 'x', data: { roles: 'x'.repeat(5000) } }] }, 'spec.findings.0.data'],
  [{ work: 'x'.repeat(200_001) }, 'spec.work'],
  [{ requestedBy: 'x'.repeat(1001) }, 'spec.requestedBy'],
];

describe('requests that cannot be read', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(path.join(tmpdir(), 'unreadable-'))));
  afterEach(async () => rm(root, { recursive: true }));

  it('are rows of a root that say which, why and what to do, hide no other, and are never decided on or run', async () => {
    const place = new RootRequests(root, 'bob');
    await place.create(good, { ...spec, requestedBy: 'alice' });
    const folder = path.join(root, 'db-ferry.requests', bad);
    await mkdir(folder);
    for (const [change, at] of damages) {
      const made = { metadata: { name: bad, creationTimestamp: new Date().toISOString() } };
      await writeFile(
        path.join(folder, 'request.json'),
        JSON.stringify({ ...made, spec: { ...spec, requestedBy: 'alice', ...change } }),
      );
      const { requests, unreadable: rows } = await place.readAll();
      assert.deepEqual(
        [requests.map(({ metadata }) => metadata.name), rows.map(({ name, error }) => [name, error.code, error.data])],
        [[good], [[bad, 'approval.unreadable', { request: bad, at }]]],
      );
      await assert.rejects(decideRequest(place, bad, 'approve', 'seen'), unreadable);
      await assert.rejects(beginByRequest(place, bad, { digest: spec.digest, approvals: 0 }), unreadable);
    }
    const { out, exitCode } = await ferry('requests', '--root', root);
    assert.equal(exitCode, 0);
    assert.match(out, new RegExp(`${good} {2}Pending`));
    assert.match(out, new RegExp(`${bad} {2}unreadable {2}.*cannot be read.*spec.requestedBy.*ask anew`));
    const one = await ferry('requests', bad, '--root', root);
    assert.equal(one.exitCode, 4);
    assert.match(one.err, /cannot be read/);
  });

  it('are rows of a cluster, in the editor, in the console, and a problem of the steward, who sees all the same', async () => {
    const { problemNodes } = await import('../../../src/tree/requestsTree');
    const cluster = await governedCluster();
    try {
      cluster.request(good, { spec });
      for (const [at, [change]] of damages.entries()) cluster.request(`req-bad000000${at}`, { spec: change });
      const gathered = await gatherRequests([{ client: cluster.client, namespaces: ['shop'] }]);
      assert.deepEqual(
        gathered.requests.map(({ request }) => request.metadata.name),
        [good],
      );
      assert.equal(gathered.problems.length, damages.length);
      const page = requestList(gathered).text;
      for (const { name, error } of gathered.problems) {
        assert.equal(error.code, 'approval.unreadable');
        assert.ok(page.includes(`The request ${name ?? ''} cannot be read`));
      }
      const rows = problemNodes(gathered).map((node) => node.item());
      assert.deepEqual(
        rows.map(({ label }) => label),
        gathered.problems.map(({ name }) => `${cluster.client.cluster.alias}/shop/${name ?? ''}`),
      );
      for (const { tooltip, command } of rows) {
        assert.match(tooltip as string, /cannot be read.*ask anew/s);
        assert.equal(command, undefined);
      }
      const flood = { ...gathered, problems: Array.from({ length: 90 }, () => gathered.problems[0] ?? assert.fail()) };
      assert.equal(problemNodes(flood).at(-1)?.item().label, '40 more cannot be read');
      const seen = await tick({ client: cluster.client, namespaces: ['shop'], fence: () => undefined });
      assert.deepEqual([seen.sawAll, seen.requests.length, seen.problems.length], [true, 1, damages.length]);
    } finally {
      await cluster.stop();
    }
  });
});

describe('what was found, in a request', () => {
  it('is written as long as it is read: the gravest first, what is left out is counted', async () => {
    const names = Array.from({ length: 5000 }, (_, at) => `role ${at}`);
    const long = warn('policy.rightRemains', { right: 'x'.repeat(9000), request: 'y', because: 'z' });
    const written = writtenFindings([
      ...Array.from({ length: 300 }, () => note('policy.moreFindings', { count: 1 })),
      long,
      warn('backup.roles' as never, { names } as never),
    ]);
    assert.equal(written.length, 200);
    assert.deepEqual(
      written.slice(0, 2).map(({ level }) => level),
      ['warn', 'warn'],
    );
    assert.deepEqual(written.at(-1)?.data, { count: 103 });
    assert.equal((written[1]?.data as { leftOut?: number }).leftOut, 4980);
    const whole = [note('policy.moreFindings', { count: 7 })];
    assert.deepEqual(writtenFindings(whole), [{ level: 'note', code: 'policy.moreFindings', data: { count: 7 } }]);
    const metadata = { name: good, creationTimestamp: new Date().toISOString() };
    const request = readOperationRequest({ metadata, spec: { ...spec, requestedBy: 'alice', findings: written } });
    const place = new RootRequests('/nowhere', 'bob');
    const found = { request, place, me: 'bob', now: new Date(), mayDecide: true };
    assert.equal(actionsOn(found).canApprove, true);
    const page = requestBody(found, { level: 'advisory', hints: cliHints, actions: undefined }).text;
    assert.match(page, /<li>150 more<\/li>/);
    assert.ok(page.length < 30_000, String(page.length));
    // what is too long is refused before it is written, in words
    const root = await mkdtemp(path.join(tmpdir(), 'unreadable-'));
    try {
      const bob = new RootRequests(root, 'bob');
      const asking = askFor(bob, { ...spec, reason: 'x'.repeat(4001) });
      await assert.rejects(
        asking,
        (error: unknown) => isAppError(error, 'request.invalid') && error.data.at === 'spec.reason',
      );
      const { name } = (await askFor(new RootRequests(root, 'alice'), spec)).metadata;
      await assert.rejects(decideRequest(bob, name, 'approve', 'x'.repeat(2001)), (error: unknown) =>
        isAppError(error, 'approval.refused'),
      );
      assert.deepEqual(
        (await bob.readAll()).requests.map(({ status }) => status.approvals),
        [[]],
      );
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
