import { execa, ExecaError } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { makeWorkFolder } from '../lab/workFolder';
// the VS Code that the suite drives: code-server 4.x.y carries VS Code 1.x.y
import { version } from './codeServer.json';

/** VS Code's own server, its `server-main.js`; installed once (two minutes, 620 MB), then from the cache. */
export async function vscodeServer(): Promise<string> {
  const home = join(editorCache(), `code-server-${version}-node-${process.versions.modules}`);
  const main = join(home, 'node_modules/code-server/lib/vscode/out/server-main.js');
  if (existsSync(main)) return main;
  process.stderr.write(`installing VS Code's server into ${home}, two minutes or more, once …\n`);
  const work = await makeWorkFolder(editorCache(), 'install-');
  try {
    await install(work.folder);
    await rm(join(work.folder, 'headers'), { recursive: true });
    // two processes may do this at once: the first rename wins
    await rename(work.folder, home).catch((error: unknown) => {
      if (!existsSync(main)) throw error;
    });
  } finally {
    await work.remove();
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
    const said = error instanceof ExecaError ? String(error.stderr).slice(-2000) : '';
    // the sentence last: it is what one sees
    throw new Error(
      `${said}\n\nnpm's code-server ${version}, which the editor is, could not be installed: what npm said stands above. It compiles native modules with a C++ compiler, make, python3, pkg-config and the headers of Kerberos.`,
      { cause: error },
    );
  }
}

/**
 * An `npm run` around us tells every npm below it about itself: which Node it runs on, its package, its places. What a person or a company set
 * (registry, cache, proxy, certificates, the files of the configuration) stays.
 */
export function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([key]) => {
      const name = key.toLowerCase();
      return !name.startsWith('npm_') || (name.startsWith('npm_config_') && !ofTheRun.includes(name));
    }),
  );
}

const ofTheRun: readonly string[] = [
  ...['npm_config_user_agent', 'npm_config_node_gyp', 'npm_config_npm_version', 'npm_config_init_module'],
  ...['npm_config_prefix', 'npm_config_local_prefix', 'npm_config_global_prefix', 'npm_config_nodedir'],
];
