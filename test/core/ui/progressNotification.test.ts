import './vscodeDouble';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobFiles } from '../../../src/core/job/record/jobFolder';
import type * as fake from './fakeVscode';
import { requestOf } from '../job/requestOf';

describe('the progress of a job', () => {
  it('says once that others wait for its locks, and offers to stop', async () => {
    const { showProgress } = await import('../../../src/ui/notify/progressNotification');
    const { said } = (await import('vscode')) as unknown as typeof fake;
    said.splice(0);
    const folder = await mkdtemp(join(tmpdir(), 'ferry-job-'));
    try {
      const data = {
        sessions: 4,
        seconds: 12,
        table: 'shop.orders',
        mode: 'AccessExclusiveLock',
        user: 'app',
        application: '',
      };
      const note = { time: new Date().toISOString(), type: 'note', code: 'locks.waiting', data };
      const result = { time: note.time, type: 'result', outcome: 'done', exitCode: 0, data: {} };
      const lines = [note, note, result].map((event) => `${JSON.stringify(event)}\n`);
      await writeFile(join(folder, jobFiles.events), lines.join(''));
      const request = requestOf('backup', ['a/b/c/d']);
      showProgress({ folder, request }, 'Back up shop');
      for (let tries = 0; tries < 100 && said.length === 0; tries++) await new Promise((wake) => setTimeout(wake, 50));
      assert.deepEqual(said, [
        {
          text: 'Back up shop: app and 3 behind it wait for a lock that this dump holds to its end: AccessExclusiveLock on shop.orders, 12 s so far.',
          buttons: ['Cancel Job', 'Let Them Wait'],
        },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
