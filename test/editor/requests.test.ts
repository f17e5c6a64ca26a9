import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RootRequests } from '../../src/core/governance/rootRequests';
import { decideRequest } from '../../src/core/governance/requestFlow';
import { dropCopy } from './dropCopy';
import { editor } from './setting';
import type { EditorWindow } from './window';

const source = ['cluster-a', 'shop-prod', 'postgres-0', 'shop'] as const;
const policy = `apiVersion: db-ferry.io/v1alpha1
kind: OperationPolicy
metadata: { name: house }
spec:
  classes:
    - { name: management, when: request.operation == "copy" }
    - { name: automatic, when: 'true' }
  rules:
    management: { approvals: 1, reason: required, ticket: '^OPS-[0-9]+$', waitsAtMost: 3d, validFor: 4h }
    automatic: { approvals: 0 }
`;

describe('editor: requests', function () {
  this.timeout(400_000);
  let window: EditorWindow;
  let file: string;
  before(async () => {
    await mkdir(editor.root, { recursive: true });
    file = join(editor.root, 'policy.yaml');
    await writeFile(file, policy);
    window = await editor.open();
  });
  after(async () => {
    await window.close();
    await rm(file, { force: true });
    await rm(join(editor.root, 'db-ferry.requests'), { recursive: true, force: true });
    await dropCopy(editor.lab.server('pg16'));
  });

  it('a copy that a policy wants approved is asked for, approved by somebody else, and run as it was approved', async () => {
    await window.openSideBar();
    const clusters = window.view('Clusters');
    await clusters.row('cluster-a', 'shop-prod', 'postgres-0').expand();
    await clusters.row(...source).rightClick('Copy To…');
    await window.question('Copy shop from postgres-0').choose(/pg16-0/);
    const modal = window.modal(/Ask for approval\? Copy shop into pg16-0/);
    await window.screenshot('request-asked');
    await modal.press('Ask for Approval: Create 5 Roles and Copy shop…');
    await window.question('Why?').type('a bug that only these rows show');
    await window.question().accept();
    await window.question('The ticket').type('OPS-12');
    await window.question().accept();
    const page = window.webview();
    await page.getByRole('heading', { name: 'copy of' }).waitFor({ timeout: 60_000 });
    await page.getByText('It is not enforced here').waitFor();
    await page.getByText('waits for decisions').waitFor();
    await page.getByText('a bug that only these rows show').waitFor();
    // nobody approves their own
    assert.deepEqual(await page.getByRole('button').allInnerTexts(), ['Withdraw…']);
    await window.screenshot('request-page');

    const mine = new RootRequests(editor.root, 'nobody');
    const [request] = (await mine.readAll()).requests;
    assert.ok(request);
    assert.equal(request.spec.ticket, 'OPS-12');
    await decideRequest(new RootRequests(editor.root, 'bob'), request.metadata.name, 'approve', 'seen');
    await page.getByText('bob approved it').waitFor({ timeout: 90_000 });
    await page.getByText('what was approved holds').waitFor();
    await window.screenshot('request-approved');
    // by the keyboard alone
    const run = page.getByRole('button', { name: 'Run…' });
    await run.focus();
    await window.key('Enter');
    const question = window.modal(/Copy shop from postgres-0/);
    assert.match(await question.text(), /cluster-b\/shop-test\/pg16-0\/shop[^]*OPS-12[^]*not enforced here/);
    await window.screenshot('request-run');
    await question.press('Run');
    await window.notification(/Restored into/).text(120);
    await page.getByText('done', { exact: true }).waitFor({ timeout: 90_000 });
    assert.equal((await mine.get(request.metadata.name))?.status.state, 'Done');
  });

  it('of others are approved and denied with a reason, and what is done is shown before', async () => {
    const bob = new RootRequests(editor.root, 'bob');
    const [first] = (await bob.readAll()).requests;
    assert.ok(first);
    const { spec } = first;
    const made = await bob.create('req-00000000aa', { ...spec, requestedBy: 'bob', reason: 'for the audit' });
    await bob.create('req-00000000bb', { ...spec, requestedBy: 'bob', reason: 'just because' });
    await window.openSideBar();
    await window.palette('DB Ferry: Approve…');
    await window.question('Approve Request').choose(/copy of/);
    const modal = window.modal(/Approve this request\?/);
    assert.match(
      await modal.text(),
      /not enforced here[^]*kept in: the root[^]*where: cluster-a\/shop-prod\/postgres-0\/shop → cluster-b\/shop-test\/pg16-0\/shop[^]*asked by: bob[^]*SHA-256: [0-9a-f]{64}/,
    );
    await window.screenshot('request-approve');
    await modal.press('Approve');
    await window.question('Why is it right?').type('looked at it');
    await window.question().accept();
    await window.notification(/You approved the request req-00000000/).text(60);
    await window.palette('DB Ferry: Deny…');
    await window.question('Deny Request').choose(/copy of/);
    await window.modal(/Deny this request\?/).press('Deny');
    await window.question('Why not?').type('no');
    await window.question().accept();
    await window.question('A few words').type('not by day');
    await window.question().accept();
    await window.notification(/You denied the request req-00000000/).text(60);
    const states = (await bob.readAll()).requests.map(({ status }) => status.state);
    assert.deepEqual(states.sort(), ['Approved', 'Denied', 'Done']);
    assert.notEqual(made.spec.requestedBy, spec.requestedBy);
  });
});
