import './vscodeDouble';
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
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

  it('nothing in a workspace that is not trusted is looked at, neither as a root nor as a kubeconfig', async () => {
    const { settings } = await import('../../../src/ui/settings');
    const { visibleEnv } = await import('../../../src/model/trusted');
    const folder = await mkdtemp(join(tmpdir(), 'dbf-work-'));
    await mkdir(join(folder, 'real'));
    await symlink(join(folder, 'real'), join(folder, 'clone'));
    const inside = [join(folder, 'clone', 'backups'), join(folder, 'real'), join(folder, 'clone', 'kube', 'config')];
    const outside = join(folder, 'real2', 'kube');
    vscode.workspace.workspaceFolders = [{ uri: { fsPath: join(folder, 'clone') } }];
    try {
      for (const isTrusted of [true, false]) {
        vscode.workspace.isTrusted = isTrusted;
        vscode.settings.set('kubeconfigFiles', [...inside, outside]);
        assert.deepEqual(settings.kubeconfigFiles(), isTrusted ? [...inside, outside] : [outside]);
        const { KUBECONFIG } = visibleEnv({ KUBECONFIG: [...inside, outside].join(':') });
        assert.equal(KUBECONFIG, isTrusted ? [...inside, outside].join(':') : outside);
        assert.equal(visibleEnv({ KUBECONFIG: inside[0] })['KUBECONFIG'], isTrusted ? inside[0] : '/dev/null');
        for (const root of inside) {
          vscode.settings.set('backupFolder', root);
          if (isTrusted) assert.equal(settings.root(), root);
          else assert.throws(() => settings.root(), { code: 'root.refused' });
        }
        vscode.settings.set('backupFolder', outside);
        assert.equal(settings.root(), outside);
      }
    } finally {
      vscode.workspace.isTrusted = true;
      vscode.workspace.workspaceFolders = [];
      await rm(folder, { recursive: true });
    }
  });

  it('kubeconfig files that are added leave the others as they were written, and are added once', async () => {
    const { addKubeconfigFiles } = await import('../../../src/ui/settings');
    vscode.settings.set('kubeconfigFiles', ['~/.kube/production']);
    await addKubeconfigFiles([join(homedir(), '.kube/production'), '/etc/kube', '/etc/kube']);
    assert.deepEqual(vscode.settings.get('kubeconfigFiles'), ['~/.kube/production', '/etc/kube']);
  });
});
