import './vscodeDouble';
import assert from 'node:assert/strict';
import type { JobKind } from '../../../src/core/job/request';
import type { Job } from '../../../src/core/job/record/readJob';
import type { Phase } from '../../../src/core/base/progress';
import type { Jobs } from '../../../src/model/jobs';
import type * as fake from './fakeVscode';
import { requestOf } from '../job/requestOf';

describe('the status bar', () => {
  it('tells the percent of the job, not of its phase', async () => {
    assert.match(await textOf('backup', 'read', { phase: 'read', percent: 40 }), / 95 %$/);
  });

  it('tells none where the last figure is of a phase that is over, or the whole is not known', async () => {
    assert.doesNotMatch(await textOf('restore', 'swap', { phase: 'restore', percent: 100 }), /%/);
    assert.doesNotMatch(await textOf('undo', 'undo', { phase: 'undo', percent: 100 }), /%/);
  });

  it('knows what each kind of job does, by its options and operands', async () => {
    const read = { phase: 'read', percent: 40 } as const;
    assert.match(await textOf('verify', 'read', read), / 40 %$/);
    assert.match(await textOf('verify', 'read', { ...read, percent: 100 }, { options: { deep: 'a/b/c' } }), / 5 %$/);
    assert.match(await textOf('diff', 'read', read, { operands: ['/x/y', 'b1'] }), / 40 %$/);
    assert.match(await textOf('diff', 'read', read, { operands: ['/x/y', 'a/b/c/d'] }), / 6 %$/);
    assert.match(await textOf('diff', 'verify', { phase: 'verify', percent: 40 }), / 40 %$/);
    assert.match(
      await textOf('restore', 'commit', { phase: 'commit', percent: 0 }, { options: { inPlace: true } }),
      / 96 %$/,
    );
    assert.match(await textOf('clean', 'clean', { phase: 'clean', percent: 50 }), / 50 %$/);
  });

  async function textOf(
    kind: JobKind,
    phase: Phase,
    progress: { readonly phase: Phase; readonly percent: number },
    more: { readonly operands?: readonly string[]; readonly options?: object } = {},
  ): Promise<string> {
    const { statusBar } = await import('../../../src/ui/notify/statusBar');
    const { EventEmitter, statusBarItem } = (await import('vscode')) as unknown as typeof fake;
    const changed = new EventEmitter<undefined>();
    const { operands = ['a/b/c/d', 'a/b/c/e'], options = {} } = more;
    const request = requestOf(kind, operands, { options });
    const job = { state: 'running', request, phase, progress: { type: 'progress', bytes: 1, ...progress } };
    statusBar({ running: [job as unknown as Job], onDidChange: changed.event } as unknown as Jobs);
    changed.fire(undefined);
    return statusBarItem.text;
  }
});
