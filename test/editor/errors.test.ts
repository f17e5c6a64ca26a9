import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeKubeconfig } from '../lab/api/kubeconfig';
import { startCodeServer, type CodeServer } from './codeServer';
import { EditorWindow } from './window';
import { editor } from './setting';

describe('editor: what does not work', function () {
  this.timeout(120_000);
  let folder: string;
  let window: EditorWindow;
  let server: CodeServer;
  let silent: Server;
  const sockets = new Set<Socket>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-errors-'));
    silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
    server = await startCodeServer({
      env: { KUBECONFIG: join(folder, 'later', 'config'), XDG_DATA_HOME: join(folder, 'data') },
    });
    await server.install(editor.vsix);
    await server.settings({});
    const context = await (await editor.browser()).newContext({ viewport: { width: 1280, height: 800 } });
    window = await EditorWindow.open(context, `${server.url}/?folder=${encodeURIComponent(folder)}`);
    await window.openSideBar();
  });
  after(async () => {
    await window.close();
    await server.stop();
    for (const socket of sockets) socket.destroy();
    silent.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('without a kubeconfig the view says how one gets clusters', async () => {
    const text = await window.view('Clusters').welcome();
    assert.match(text, /oc login/);
    assert.match(text, /Add Kubeconfig/);
    await window.screenshot('welcome');
  });

  it('a kubeconfig that comes later is seen, its folder too; each failure is a row of its own and hides no cluster', async () => {
    const { api, state } = editor.lab.clusters['cluster-a'];
    state.users.set('expired-token', { name: 'late', expired: true });
    state.users.set('nothing-token', { name: 'nobody', allow: [] });
    const url = `https://127.0.0.1:${String((silent.address() as AddressInfo).port)}`;
    const good = { url: api.url, caPem: api.caPem };
    await mkdir(join(folder, 'later'));
    await writeKubeconfig(join(folder, 'later', 'config'), [
      { contextName: 'a-silent', url, caPem: api.caPem, token: 'x' },
      { contextName: 'b-expired', ...good, token: 'expired-token', user: 'late' },
      { contextName: 'c-forbidden', ...good, token: 'nothing-token', user: 'nobody', namespace: 'shop-prod' },
      { contextName: 'd-good', ...good, token: 'admin-token' },
    ]);
    const clusters = window.view('Clusters');
    await clusters.row('d-good', 'shop-prod', 'postgres-0').until(/./);
    await clusters.row('b-expired').until(/login expired/);
    await clusters.row('a-silent', 'Looking…').until(/./);
    await window.screenshot('errors');
    console.log((await clusters.text()).replaceAll(/^/gm, '      '));
    await clusters.row('c-forbidden').until(/not allowed|no project that you may see/);
    const failure = clusters.row('b-expired', /login|accepted|token|401/i);
    assert.match(await failure.text(), /Click to try again/);
    state.users.set('expired-token', { name: 'late' });
    await failure.click();
    await clusters.row('b-expired').until(/not allowed|no project that you may see|pods in/);
  });
});
