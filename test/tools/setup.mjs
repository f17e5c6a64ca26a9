// Runs a program of node_modules/.bin with the project's own Node, on a machine where nothing was installed yet:
// `node test/tools/setup.mjs mocha …`. Works with any Node from 18 up, since it is what a fresh machine starts with.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lookFor } from './needs.mjs';
import { install as installIn } from './packages.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');

/** Installs the packages of the lock file where that was not done yet. */
export async function install() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18) {
    process.stderr.write(`This needs Node 18 or newer to begin with, and this is Node ${process.versions.node}.\n`);
    process.exit(1);
  }
  await installIn(root);
}

/** The environment in which the project's Node and tools come first. */
export function environment() {
  return { ...process.env, PATH: bin + delimiter + process.env.PATH };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [program, ...args] = process.argv.slice(2);
  lookFor(args);
  await install();
  const child = spawn(join(bin, program), args, { cwd: root, stdio: 'inherit', env: environment() });
  // the prompt comes back when all has ended; Ctrl-C reaches the program by itself
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    process.stderr.write(`${program} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.once('close', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 1)));
}
