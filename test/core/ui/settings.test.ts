import './vscodeDouble';
import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type * as fake from './fakeVscode';

describe('the settings', () => {
  let vscode: typeof fake;
  before(async () => (vscode = (await import('vscode')) as unknown as typeof fake));
  afterEach(() => vscode.settings.clear());

  it('paths are absolute, or below the home folder', async () => {
    const { settings } = await import('../../../src/ui/settings');
    vscode.settings.set('kubeconfigFiles', ['~/.kube/production', '/etc/kube', 'kube/test', '~other']);
    assert.deepEqual(settings.kubeconfigFiles(), [
      join(homedir(), '.kube/production'),
      '/etc/kube',
      join(homedir(), 'kube/test'),
      join(homedir(), '~other'),
    ]);
    for (const [written, meant] of [
      ['~', homedir()],
      [' ~/backups ', join(homedir(), 'backups')],
      ['backups', join(homedir(), 'backups')],
      ['/projects/b', '/projects/b'],
    ]) {
      vscode.settings.set('backupFolder', written);
      assert.equal(settings.root(), meant);
    }
  });

  it('kubeconfig files that are added leave the others as they were written, and are added once', async () => {
    const { addKubeconfigFiles } = await import('../../../src/ui/settings');
    vscode.settings.set('kubeconfigFiles', ['~/.kube/production']);
    await addKubeconfigFiles([join(homedir(), '.kube/production'), '/etc/kube', '/etc/kube']);
    assert.deepEqual(vscode.settings.get('kubeconfigFiles'), ['~/.kube/production', '/etc/kube']);
  });
});
