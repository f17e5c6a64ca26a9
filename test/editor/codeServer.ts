import { execa } from 'execa';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startDaemon } from '../lab/daemon';
import { vscodeServer } from './install';

/** User settings of a window, as in settings.json. */
export type Settings = Readonly<Record<string, unknown>>;

/** A running VS Code, with data and extensions of its own; windows on it are opened by a browser. */
export interface CodeServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  readonly port: number;
  /** everything it keeps; removed with it */
  readonly folder: string;
  /** where its extensions are unpacked */
  readonly extensions: string;
  /** installs a packaged extension as a person would */
  install(vsix: string): Promise<void>;
  /** writes the user settings, which all windows share and follow */
  settings(settings: Settings): Promise<void>;
  /** what the server and its extension hosts wrote */
  log(): Promise<string>;
  /** false once it has ended */
  isAlive(): boolean;
  stop(): Promise<void>;
}

export interface CodeServerOptions {
  /** added to what extensions see */
  readonly env?: Readonly<Record<string, string>>;
  /** lets a page name a suite for the extension host to run; shows no notifications then */
  readonly forTests?: boolean;
}

/** Starts VS Code's server. */
export async function startCodeServer({ env = {}, forTests = false }: CodeServerOptions = {}): Promise<CodeServer> {
  const main = await vscodeServer();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'dbf-editor-')));
  const extensions = join(folder, 'extensions');
  const data = join(folder, 'data');
  await mkdir(join(data, 'User'), { recursive: true });
  const port = await freePort();
  const places = ['--server-data-dir', folder, '--extensions-dir', extensions, '--user-data-dir', data];
  const writeSettings = (settings: Settings): Promise<void> =>
    writeFile(join(data, 'User', 'settings.json'), JSON.stringify(settings, null, 2));
  await writeSettings(calm);
  const log = join(folder, 'server.log');
  const daemon = await startDaemon(
    [
      ...([process.execPath, main, '--host', '127.0.0.1', '--port', String(port), ...places] as const),
      ...['--without-connection-token', '--accept-server-license-terms'],
      ...['--telemetry-level', 'off', '--force-disable-user-env'],
      // the extension host of a window that was closed ends soon; the default is three hours
      ...['--reconnection-grace-time', '10'],
      ...(forTests ? ['--enable-smoke-test-driver'] : []),
    ],
    { folder, log, run: {}, env },
  );
  const server: CodeServer = {
    ...{ port, folder, extensions, url: `http://127.0.0.1:${port}` },
    async install(vsix) {
      await execa(process.execPath, [main, '--install-extension', vsix, '--force', ...places], { env });
    },
    settings: (settings) => writeSettings({ ...calm, ...settings }),
    log: () => readFile(log, 'utf8'),
    isAlive: () => daemon.isAlive(),
    async stop() {
      await daemon.end('SIGTERM');
      killGroup(daemon.pid);
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
  try {
    await untilItListens(server);
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** No welcome page, no chat, no questions of the editor's own: a window as it looks after a week of work. */
const calm: Settings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.editor.useModal': 'off',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'security.workspace.trust.enabled': false,
  'window.autoDetectColorScheme': true,
  'workbench.tree.enableStickyScroll': false,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
  'files.simpleDialog.enable': true,
};

async function untilItListens(server: CodeServer): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      await fetch(`${server.url}/version`);
      return;
    } catch (error) {
      if (!server.isAlive() || Date.now() > deadline)
        throw new Error(`VS Code's server does not answer:\n${(await server.log()).slice(-2000)}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Extension hosts and watchers end with their server; this ends one that hangs. Jobs lead groups of their own. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // nobody was left
  }
}
