import { execa, ExecaError } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** The VS Code that the suite drives: code-server 4.x.y carries VS Code 1.x.y. */
const version = '4.139.1';

/** VS Code's own server, its `server-main.js`; installed once (two minutes, 620 MB), then from the cache. */
export async function vscodeServer(): Promise<string> {
  const home = join(editorCache(), `code-server-${version}-node-${process.versions.modules}`);
  const main = join(home, 'node_modules/code-server/lib/vscode/out/server-main.js');
  if (existsSync(main)) return main;
  process.stderr.write(`installing VS Code's server into ${home}, two minutes, once …\n`);
  await mkdir(editorCache(), { recursive: true });
  const work = await mkdtemp(join(editorCache(), 'install-'));
  try {
    await install(work);
    await rm(join(work, 'headers'), { recursive: true });
    // two processes may do this at once: the first rename wins
    await rename(work, home).catch((error: unknown) => {
      if (!existsSync(main)) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return main;
}

/** Outlives `npm ci`. */
export function editorCache(): string {
  const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return process.env['DB_FERRY_EDITOR_CACHE'] ?? join(base, 'db-ferry-editor');
}

/** Its native modules are compiled: with this Node first on the path, and with the headers of npm's package of this very Node. */
async function install(folder: string): Promise<void> {
  const headers = join(folder, 'headers');
  const node = `node-${process.platform}-${process.arch}`;
  const env = { ...withoutNpm(process.env), PATH: dirname(process.execPath) + delimiter + (process.env['PATH'] ?? '') };
  const common = ['--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  try {
    for (const prefix of [folder, headers]) {
      await mkdir(prefix, { recursive: true });
      await writeFile(join(prefix, 'package.json'), '{ "private": true }');
    }
    await execa('npm', ['install', ...common, '--ignore-scripts', `${node}@${process.versions.node}`], {
      ...{ cwd: headers, env, extendEnv: false },
    });
    await execa('npm', ['install', ...common, `code-server@${version}`], {
      ...{ cwd: folder, timeout: 900_000, extendEnv: false },
      env: { ...env, npm_config_nodedir: join(headers, 'node_modules', node) },
    });
  } catch (error) {
    const said = error instanceof ExecaError ? `\n${String(error.stderr).slice(-2000)}` : '';
    throw new Error(
      `The editor tests need npm's code-server ${version}, which could not be installed. It compiles native modules: install a C++ compiler, make, python3, pkg-config and the headers of Kerberos (Debian: apt-get install build-essential python3 pkg-config libkrb5-dev).${said}`,
      { cause: error },
    );
  }
}

/** An `npm run` around us tells every npm below it which Node it runs on itself, and that is asked for. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.toLowerCase().startsWith('npm_')));
}
