import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { AppError } from '../../../src/core/errors';
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

  async function fails(error: Error): Promise<void> {
    const { registerCommands } = await import('../../../src/commands/command');
    const log = { error: () => undefined };
    registerCommands([{ id: 'dbFerry.try', run: () => Promise.reject(error) }], { log } as unknown as Services);
    await vscode.registered.get('dbFerry.try')?.();
  }
});
