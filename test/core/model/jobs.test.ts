import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobFolder, jobFiles } from '../../../src/core/job/record/jobFolder';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { identify } from '../../../src/core/job/run/processIdentity';
import { requestOf } from '../job/requestOf';

describe('the jobs of a window', () => {
  let root: string;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-jobs-'));
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('tells ends that came before it looked to those alone who tell them to people', async () => {
    const { Jobs } = await import('../../../src/model/jobs');
    const jobs = new Jobs(() => root);
    const ended: string[] = [];
    const endedHere: string[] = [];
    jobs.onDidEnd(({ id }) => ended.push(id));
    const here = new Promise<void>((resolve) => {
      jobs.onDidEndHere(({ id }) => {
        endedHere.push(id);
        resolve();
      });
    });
    const before = await endedJob();
    await jobs.watch();
    assert.deepEqual([ended, endedHere], [[before], []]);
    const since = await endedJob();
    await here;
    assert.deepEqual([ended, endedHere], [[before, since], [since]]);
    jobs.dispose();
  });

  it('tells a job that was interrupted however late it is found, and nothing else that is old', async () => {
    const { Jobs } = await import('../../../src/model/jobs');
    const time = new Date(Date.now() - 48 * 3600 * 1000).toISOString();
    const here = identify();
    assert.ok(here);
    const process = { ...here, startTime: 'of another one' };
    const interrupted = await jobOf({ time, type: 'started', job: 'x', kind: 'backup', process });
    const old = await jobOf({ time, type: 'result', outcome: 'done', exitCode: 0, data: {} });
    const jobs = new Jobs(() => root);
    const ended: string[] = [];
    jobs.onDidEnd(({ id }) => ended.push(id));
    await jobs.watch();
    assert.deepEqual([ended.includes(interrupted), ended.includes(old)], [true, false]);
    jobs.dispose();
  });

  async function endedJob(): Promise<string> {
    const time = new Date().toISOString();
    return jobOf({ time, type: 'result', outcome: 'done', exitCode: 0, data: {} });
  }

  async function jobOf(event: JobEvent): Promise<string> {
    const { id, folder } = await createJobFolder(root, requestOf('backup', ['a/b/c/d'], { root }));
    await writeFile(join(folder, jobFiles.events), `${JSON.stringify(event)}\n`);
    return id;
  }
});
