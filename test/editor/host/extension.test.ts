import assert from 'node:assert/strict';
import * as vscode from 'vscode';

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

describe('host: the extension', () => {
  it('activates', async () => {
    const extension = own();
    const wasActive = extension.isActive;
    const started = performance.now();
    await extension.activate();
    assert.ok(extension.isActive);
    console.log(wasActive ? 'it was active already' : `activated in ${(performance.now() - started).toFixed(0)} ms`);
  });

  it('has a function for every command of its manifest', async () => {
    const extension = own();
    await extension.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const declared = extension.packageJSON.contributes.commands.map(({ command }) => command);
    assert.ok(declared.length > 0);
    assert.deepEqual(
      declared.filter((command) => !registered.has(command)),
      [],
    );
  });
});

function own(): Omit<vscode.Extension<unknown>, 'packageJSON'> & { readonly packageJSON: Manifest } {
  const extension = vscode.extensions.getExtension('db-ferry.db-ferry');
  assert.ok(extension, 'the extension is installed');
  return extension;
}
