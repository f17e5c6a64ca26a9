import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { identify } from '../../../src/core/job/run/processIdentity';
import { listJobs } from '../../../src/core/job/record/listJobs';
import type { Services } from '../../../src/services';
import type * as fake from '../ui/fakeVscode';
import { requestOf } from '../job/requestOf';

describe('Clean Up', () => {
  let vscode: typeof fake;
  let root: string;
  beforeEach(async () => {
    vscode = (await import('vscode')) as unknown as typeof fake;
    root = await mkdtemp(join(tmpdir(), 'dbf-clean-'));
    vscode.settings.set('backupFolder', root);
  });
  afterEach(async () => {
    vscode.settings.clear();
    vscode.said.length = 0;
    await rm(root, { recursive: true, force: true });
  });

  it('says that there is nothing, and asks nothing', async () => {
    await run();
    assert.deepEqual(vscode.said, [{ text: 'There is nothing to clean up.', buttons: [] }]);
    assert.equal((await listJobs(root)).length, 0);
  });

  it('shows what would go, and leaves it where the question is not answered', async () => {
    const id = await killed();
    await run(id);
    const [question] = vscode.said;
    assert.equal(question?.text, `Clean up after job ${id}?`);
    assert.match(question.detail ?? '', /cannot be seen now:\n• gone\/with\/the-0\/wind: /);
    assert.deepEqual(question.buttons, ['Clean Up']);
    assert.equal((await listJobs(root)).length, 1, 'no job was started');
  });

  async function run(target?: string): Promise<void> {
    const { cleanUp } = await import('../../../src/commands/cleanUp');
    await cleanUp.run({} as Services, target, []);
  }

  /** A job that was killed while it read a database of a cluster that nobody knows. */
  async function killed(): Promise<string> {
    const { id, folder } = await createJobFolder(root, requestOf('backup', ['gone/with/the-0/wind'], { root }));
    const event = { time: new Date().toISOString(), type: 'started', job: id, kind: 'backup' };
    const process = { ...identify(), startTime: '1' };
    await appendFile(join(folder, 'events.ndjson'), `${JSON.stringify({ ...event, process })}\n`);
    return id;
  }
});
