import './vscodeDouble';
import assert from 'node:assert/strict';
import type { JobKind } from '../../../src/core/job/jobEvents';
import type { Job } from '../../../src/core/job/readJob';
import type { Phase } from '../../../src/core/progress';
import type { Jobs } from '../../../src/model/jobs';
import type * as fake from './fakeVscode';

describe('the status bar', () => {
  it('tells the percent of the job, not of its phase', async () => {
    assert.match(await textOf('backup', 'read', { phase: 'read', percent: 40 }), / 95 %$/);
  });

  it('tells none where the last figure is of a phase that is over, or the whole is not known', async () => {
    assert.doesNotMatch(await textOf('restore', 'swap', { phase: 'restore', percent: 100 }), /%/);
    assert.doesNotMatch(await textOf('verify', 'read', { phase: 'read', percent: 100 }), /%/);
  });

  async function textOf(
    kind: JobKind,
    phase: Phase,
    progress: { readonly phase: Phase; readonly percent: number },
  ): Promise<string> {
    const { statusBar } = await import('../../../src/ui/statusBar');
    const { EventEmitter, statusBarItem } = (await import('vscode')) as unknown as typeof fake;
    const changed = new EventEmitter<undefined>();
    const request = { kind, operands: ['a/b/c/d', 'a/b/c/e'], options: {} };
    const job = { state: 'running', request, phase, progress: { type: 'progress', bytes: 1, ...progress } };
    statusBar({ running: [job as unknown as Job], onDidChange: changed.event } as unknown as Jobs);
    changed.fire(undefined);
    return statusBarItem.text;
  }
});
