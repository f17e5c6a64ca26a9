import assert from 'node:assert/strict';
import { editor } from './setting';
import type { EditorWindow } from './window';

describe('editor: the side bar', () => {
  let window: EditorWindow;
  before(async () => {
    window = await editor.open();
  });
  after(() => window.close());

  it('is installed from its package and active', async () => {
    await window.palette('Developer: Show Running Extensions');
    const row = window.page.locator('.runtime-extensions-editor .extension', { hasText: 'DB Ferry' });
    await row.waitFor();
    const time = row.locator('.activation-time', { hasText: /^(Startup )?Activation: \d+ms$/ });
    // it says Activating... until then
    await time.waitFor();
    console.log(`      ${await time.innerText()}`);
  });

  it('shows both clusters after one click', async () => {
    window.actions.restart();
    await window.openSideBar();
    await window.view('Clusters').row('cluster-a').until(/./);
    await window.view('Clusters').row('cluster-b').until(/./);
    assert.equal(window.actions.clicks, 1, String(window.actions));
    await window.screenshot('clusters');
  });

  it('shows clusters in a folder that is not trusted', async () => {
    const careful = await editor.open({
      settings: { 'security.workspace.trust.enabled': true, 'security.workspace.trust.startupPrompt': 'always' },
    });
    await careful.modal(/trust/i).press("No, I don't trust the authors");
    await careful.openSideBar();
    await careful.view('Clusters').row('cluster-a').until(/pods/);
    await careful.close();
  });
});
