import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { startLab, type Lab, type LabOptions } from '../lab/lab';
import { startChromium } from './chromium';
import { startCodeServer, type CodeServer, type Settings } from './codeServer';
import { packageExtension } from './vsix';
import { EditorWindow } from './window';

export interface EditorOptions {
  readonly lab?: LabOptions;
  /** for the extension; KUBECONFIG is the lab's unless it is given */
  readonly env?: Readonly<Record<string, string>>;
}

export interface WindowOptions {
  /** default: a new, empty folder */
  readonly folder?: string;
  /** user settings beside the calm ones; they hold for all windows, until the next `open` */
  readonly settings?: Settings;
  readonly theme?: 'dark' | 'light' | 'high-contrast';
  /** 2 = everything twice as large */
  readonly zoom?: number;
}

/** A lab, an editor on it with the packaged extension, and a browser. */
export interface Editor {
  readonly lab: Lab;
  readonly server: CodeServer;
  /** started when it is first asked for */
  browser(): Promise<Browser>;
  /** the packaged extension */
  readonly vsix: string;
  /** where the extension keeps backups when nothing else is said */
  readonly root: string;
  /** those that are open */
  readonly windows: readonly EditorWindow[];
  /** A new window of a person who was never here before. */
  open(options?: WindowOptions): Promise<EditorWindow>;
  close(): Promise<void>;
}

/** Starts all; what was started is ended when a part fails. */
export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'dbf-window-'));
    closers.push(() => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
    const [lab, vsix] = await Promise.all([startLab(options.lab), packageExtension(folder)]);
    closers.push(() => lab.close());
    const server = await startCodeServer({
      env: {
        KUBECONFIG: lab.kubeconfig,
        XDG_DATA_HOME: folder,
        XDG_STATE_HOME: process.env['XDG_STATE_HOME'] ?? join(folder, 'state'),
        ...options.env,
      },
    });
    closers.push(() => server.stop());
    await server.install(vsix);
    let started: Promise<Browser> | undefined;
    closers.push(async () => (await started)?.close());
    const browser = (): Promise<Browser> => (started ??= startChromium());
    const windows: EditorWindow[] = [];
    return {
      ...{ lab, server, browser, close, vsix, root: join(folder, 'db-ferry') },
      get windows() {
        return windows.filter(({ page }) => !page.isClosed());
      },
      async open(options) {
        const window = await open(server, await browser(), folder, options);
        windows.push(window);
        return window;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

let opened = 0;
/** for a machine that has more to do */
const patienceMs = 60_000;

async function open(
  server: CodeServer,
  browser: Browser,
  folder: string,
  options: WindowOptions = {},
): Promise<EditorWindow> {
  await server.settings(options.settings ?? {});
  const zoom = options.zoom ?? 1;
  const context = await browser.newContext({
    viewport: { width: 1280 / zoom, height: 800 / zoom },
    deviceScaleFactor: zoom,
    colorScheme: options.theme === 'light' ? 'light' : 'dark',
    forcedColors: options.theme === 'high-contrast' ? 'active' : 'none',
  });
  context.setDefaultTimeout(patienceMs);
  const work = options.folder ?? join(folder, String((opened += 1)), 'shop');
  await mkdir(work, { recursive: true });
  // nothing from outside: what the editor asks of galleries fails at once
  await context.route(
    (url) => url.hostname !== '127.0.0.1' && !url.hostname.endsWith('.vscode-cdn.net'),
    (route) => route.abort(),
  );
  return EditorWindow.open(context, `${server.url}/?folder=${encodeURIComponent(work)}`);
}
