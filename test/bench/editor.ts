import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { startEditor } from '../editor/editor';
import { until } from '../editor/until';
import { repository } from '../editor/vsix';
import type { EditorWindow } from '../editor/window';
import { startApiServer, type LabApiServer } from '../lab/api/apiServer';
import { fakeCluster, fakePod } from '../lab/api/fakeCluster';
import { writeKubeconfig, type KubeconfigEntry } from '../lab/api/kubeconfig';
import type { LabClusterState } from '../lab/labPod';

const namespaces = 250;
const podsEach = 20;

/**
 * `tsx test/bench/editor.ts`: sizes of the bundles, time of activation, and the tree on two clusters with 500 namespaces and 10,000
 * database pods between them, beside a third cluster that accepts connections and never answers.
 */
async function main(): Promise<void> {
  for (const name of [
    'extension.cjs',
    'client-node.cjs',
    'execa.cjs',
    'ws.cjs',
    'db-ferry.cjs',
    'inspector.js',
    'inspectWorker.cjs',
  ]) {
    const { size } = await stat(join(repository, 'dist', name));
    print(`bundle ${name}`, `${(size / 1e6).toFixed(2)} MB`, '<= 3 MB');
  }
  const folder = await mkdtemp(join(tmpdir(), 'dbf-bench-editor-'));
  const dead = createServer((socket) => open.add(socket));
  const open = new Set<Socket>();
  dead.listen(0, '127.0.0.1');
  const servers = await Promise.all(['big-a', 'big-b'].map(async (name) => startApiServer(bigCluster(name))));
  const kubeconfig = join(folder, 'config');
  try {
    const entries = servers.map(({ url, caPem }, index): KubeconfigEntry => ({
      ...{ contextName: index === 0 ? 'big-a' : 'big-b', url, caPem, token: 'admin' },
    }));
    const url = `https://127.0.0.1:${String((dead.address() as AddressInfo).port)}`;
    await writeKubeconfig(kubeconfig, [
      { contextName: 'a-dead-one', url, caPem: entries[0]?.caPem ?? '', token: 'x' },
      ...entries,
    ]);
    await tree(kubeconfig, servers);
  } finally {
    for (const socket of open) socket.destroy();
    dead.close();
    await Promise.all(servers.map((server) => server.close()));
    await rm(folder, { recursive: true, force: true });
  }
}

async function tree(kubeconfig: string, servers: readonly LabApiServer[]): Promise<void> {
  const editor = await startEditor({ lab: { only: ['source'], seed: false }, env: { KUBECONFIG: kubeconfig } });
  try {
    const window = await editor.open();
    await activations(window);
    const before = await memory(kubeconfig);
    await watchFrames(window.page);
    print('longest frame of the editor alone, its commands', `${await framesOfPalette(window)} ms`, '');
    const started = performance.now();
    await window.openSideBar();
    const view = window.view('Clusters');
    await view.row('big-a', /^ns-0/).until(/./);
    const shown = performance.now();
    const answered = Math.min(...servers.flatMap(({ answers }) => answers.filter(isPageOfPods)).map(({ at }) => at));
    print('tree: click to first rows', `${(shown - started).toFixed(0)} ms`, '');
    print("tree: the API's first page to first rows", `${(shown - answered).toFixed(0)} ms`, '<= 1000 ms');
    await view.row('big-a').until(/5,?000 pods/, 'to be complete', 60);
    await view.row('big-b').until(/5,?000 pods/, 'to be complete', 60);
    print('tree: all 10,000 pods', `${(performance.now() - started).toFixed(0)} ms`, '');
    print('tree: what the dead cluster shows', await view.row('a-dead-one').text(), 'delays nothing');
    const box = await window.page.locator('.pane .monaco-list[role="tree"]').first().boundingBox();
    await scroll(window.page, box);
    print(
      'tree: longest frame while loading and scrolling',
      `${(await longestFrame(window.page)).toFixed(0)} ms`,
      '<= 100 ms',
    );
    print('extension host', `${before.toFixed(0)} -> ${(await memory(kubeconfig)).toFixed(0)} MB`, '');
  } finally {
    await editor.close();
  }
}

function bigCluster(name: string): LabClusterState {
  const state: LabClusterState = { ...fakeCluster(), name };
  state.namespaces.length = 0;
  state.pods.length = 0;
  for (let n = 0; n < namespaces; n += 1) {
    state.namespaces.push(`ns-${String(n)}`);
    for (let p = 0; p < podsEach; p += 1) state.pods.push(fakePod(`ns-${String(n)}`, `postgres-${String(p)}`));
  }
  return state;
}

const isPageOfPods = ({ request }: { readonly request: string }): boolean =>
  /^GET \/api\/v1\/pods\?.*limit=(?!1\b)/.test(request);

/** Of this extension, and of those that the editor brings along: what this machine makes of an activation just now. */
async function activations(window: EditorWindow): Promise<void> {
  await window.palette('Developer: Show Running Extensions');
  const rows = window.page.locator('.runtime-extensions-editor .extension');
  const own = rows.filter({ hasText: 'DB Ferry' });
  print('activation', `${milliseconds(await own.locator('.activation-time').innerText())} ms`, '<= 100 ms');
  const others = await rows.filter({ hasNotText: 'DB Ferry' }).all();
  for (const other of others) {
    const name = await other.locator('.name').first().innerText();
    const time = milliseconds(await other.locator('.activation-time').innerText());
    if (time > 0) print(`  beside it: ${name}`, `${time} ms`, '');
  }
}

function milliseconds(text: string): number {
  return Number(/(\d+)ms/.exec(text)?.[1] ?? 0);
}

async function framesOfPalette(window: EditorWindow): Promise<string> {
  const { page } = window;
  await page.keyboard.press('F1');
  const list = page.locator('.quick-input-list .monaco-list');
  await list.waitFor();
  await scroll(page, await list.boundingBox());
  await page.keyboard.press('Escape');
  const longest = (await longestFrame(page)).toFixed(0);
  await page.evaluate('globalThis.dbFerryLongest = 0');
  return longest;
}

async function scroll(page: Page, box: { readonly x: number; readonly y: number } | null): Promise<void> {
  await page.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + 60);
  for (let turn = 0; turn < 40; turn += 1) {
    await page.mouse.wheel(0, turn % 8 === 7 ? -2000 : 600);
    await page.waitForTimeout(50);
  }
}

/** Frames as the browser draws them; what stands between two is a freeze. */
async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    let last = performance.now();
    globalThis.dbFerryLongest = 0;
    const next = (now) => {
      globalThis.dbFerryLongest = Math.max(globalThis.dbFerryLongest, now - last);
      last = now;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })()`);
}

async function longestFrame(page: Page): Promise<number> {
  return Number(await page.evaluate('globalThis.dbFerryLongest'));
}

/** Resident memory of the extension host, MB. */
async function memory(kubeconfig: string): Promise<number> {
  return until('the extension host', async () => {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const read = async (name: string): Promise<string> =>
        readFile(join('/proc', pid, name), 'latin1').catch(() => '');
      if (!(await read('cmdline')).includes('--type=extensionHost')) continue;
      if (!(await read('environ')).includes(`KUBECONFIG=${kubeconfig}`)) continue;
      return Number(/VmRSS:\s+(\d+)/.exec(await read('status'))?.[1]) / 1024;
    }
    return undefined;
  });
}

function print(what: string, figure: string, bar: string): void {
  console.log(`${what.padEnd(50)}${figure.padEnd(36)}${bar}`);
}

await main();
