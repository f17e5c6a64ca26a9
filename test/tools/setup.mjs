// Runs a program of node_modules/.bin with the project's own Node, on a machine where nothing was installed yet:
// `node test/tools/setup.mjs mocha …`. Works with any Node from 18 up, since it is what a fresh machine starts with.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');

/** Installs the packages of the lock file where that was not done yet. */
export function install() {
  if (existsSync(join(root, 'node_modules', '.package-lock.json'))) return;
  process.stderr.write('installing packages …\n');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

/** The environment in which the project's Node and tools come first. */
export function environment() {
  return { ...process.env, PATH: bin + delimiter + process.env.PATH };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  install();
  const [program, ...args] = process.argv.slice(2);
  const child = spawnSync(join(bin, program), args, { cwd: root, stdio: 'inherit', env: environment() });
  process.exit(child.status ?? 1);
}
