import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createJobFolder, jobFiles } from '../../../src/core/job/jobFolder';
import type { JobEvent } from '../../../src/core/job/jobEvents';

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

  async function endedJob(): Promise<string> {
    const asked = { by: 'a test' };
    const request = { kind: 'backup', operands: ['a/b/c/d'], options: {}, kubeconfigs: [], root, asked } as const;
    const { id, folder } = await createJobFolder(root, request);
    const time = new Date().toISOString();
    const result: JobEvent = { time, type: 'result', outcome: 'done', exitCode: 0, data: {} };
    await writeFile(join(folder, jobFiles.events), `${JSON.stringify(result)}\n`);
    return id;
  }
});
