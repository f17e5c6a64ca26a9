import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'node:util';
import { startCodeServer, type CodeServer } from './codeServer';
import { buildHostSuite } from './hostSuite';
import { editor } from './setting';
import { until } from './until';

describe('editor: the extension host', () => {
  let server: CodeServer;
  before(async () => {
    server = await startCodeServer({ env: { KUBECONFIG: editor.lab.kubeconfig }, forTests: true });
    await server.install(editor.vsix);
  });
  after(() => server.stop());

  it('passes its own suite, with the packaged extension', async function () {
    const [installed] = (await readdir(server.extensions)).filter((name) => name.startsWith('db-ferry.'));
    const remote = `vscode-remote://127.0.0.1:${String(server.port)}`;
    const payload = [
      ['extensionDevelopmentPath', remote + join(server.extensions, installed ?? '')],
      ['extensionTestsPath', remote + (await buildHostSuite(server.folder))],
    ];
    const page = await (await editor.browser()).newPage();
    const said: string[] = [];
    let exitCode: number | undefined;
    await page.exposeFunction('codeAutomationLog', (_kind: string, args: unknown[]) => said.push(format(...args)));
    await page.exposeFunction('codeAutomationExit', (code: number) => (exitCode = code));
    try {
      const query = new URLSearchParams({ folder: server.folder, payload: JSON.stringify(payload) });
      await page.goto(`${server.url}/?${query.toString()}`);
      await until('the end of the suite', () => exitCode, { seconds: 60, seen: () => said.join('\n') });
      // before it, the workbench speaks
      const suite = said.slice(said.findIndex((text) => text.includes('host: '))).join('\n');
      console.log(suite.replaceAll(/^/gm, '      '));
      assert.equal(exitCode, 0, 'the suite of the extension host failed, see above');
    } finally {
      await page.close();
    }
  });
});
