import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { AppError } from '../../../src/core/base/errors';
import type { Command } from '../../../src/commands/command';
import { isLiving, type Job } from '../../../src/core/job/record/readJob';
import type { Services } from '../../../src/services';
import type * as fake from '../ui/fakeVscode';

describe('a command', () => {
  let vscode: typeof fake;
  before(async () => (vscode = (await import('vscode')) as unknown as typeof fake));
  afterEach(() => void (vscode.said.length = 0));

  it('that was given up says nothing, whatever the abort was called', async () => {
    await fails(new AppError('cancelled'));
    await fails(new DOMException('This operation was aborted', 'AbortError'));
    assert.deepEqual(vscode.said, []);
  });

  it('that failed says so', async () => {
    await fails(new AppError('cluster.none'));
    assert.equal(vscode.said.length, 1);
  });

  it('that nothing is named to takes the rows that are selected in its view', async () => {
    assert.deepEqual(await given([], { selection: ['a'] }), ['a', ['a']]);
    assert.deepEqual(
      await given([], { selection: ['a', 'b'] }),
      [undefined, ['a', 'b']],
      'for one, none of two is meant',
    );
    assert.deepEqual(await given([], { selection: [] }), [undefined, []]);
    assert.deepEqual(await given([], {}), [undefined, [undefined]]);
  });

  it('that something is named to takes that', async () => {
    assert.deepEqual(await given(['c'], { selection: ['a'] }), ['c', ['c']]);
    assert.deepEqual(await given(['c', ['c', 'd']], { selection: ['a'] }), ['c', ['c', 'd']]);
  });

  it('for jobs of one kind takes no row of another', async () => {
    const { oneJob } = await import('../../../src/commands/jobTargets');
    const { JobNode } = await import('../../../src/tree/jobNode');
    const ended = new JobNode({ id: 'one', state: 'done' } as Job);
    const services = { jobs: { watch: async () => [ended.job] } } as unknown as Services;
    const ask = { title: 'Cancel Job', filter: isLiving, none: 'No job is running.' };
    assert.equal(await oneJob(services, ended, ask), undefined);
    assert.equal(vscode.said[0]?.text, 'No job is running.');
    assert.equal(await oneJob(services, ended, { ...ask, filter: () => true }), ended.job);
  });

  async function given(args: unknown[], { selection }: { readonly selection?: unknown[] }): Promise<unknown> {
    const { registerCommands } = await import('../../../src/commands/command');
    const seen: unknown[] = [];
    const run: Command['run'] = (_services, target, selected) => void seen.push(target, selected);
    const services = { trees: { clusters: { selection } } } as unknown as Services;
    registerCommands([{ id: 'dbFerry.try', run, ...(selection ? { rowsOf: 'clusters' as const } : {}) }], services);
    await vscode.registered.get('dbFerry.try')?.(...args);
    return seen;
  }

  async function fails(error: Error): Promise<void> {
    const { registerCommands } = await import('../../../src/commands/command');
    const log = { error: () => undefined };
    registerCommands([{ id: 'dbFerry.try', run: () => Promise.reject(error) }], { log } as unknown as Services);
    await vscode.registered.get('dbFerry.try')?.();
  }
});
