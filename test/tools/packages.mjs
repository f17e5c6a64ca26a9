// Installs the packages of the lock file: whole or not at all, one run at a time, whatever became of the run before.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Installs what is not there whole. A signal ends npm and takes away what it made; what a killed run left is put right here. */
export async function install(root) {
  if (isWhole(root)) return;
  const lock = join(root, '.cache', 'install.json');
  mkdirSync(join(root, '.cache'), { recursive: true });
  await hold(lock);
  try {
    if (!isWhole(root)) await installNow(root, lock);
  } finally {
    rmSync(lock, { force: true });
  }
}

/** True where every package of the lock file lies in node_modules, in its version, and the project's Node came with it. */
export function isWhole(root) {
  const installed = packagesIn(join(root, 'node_modules', '.package-lock.json'));
  const wanted = packagesIn(join(root, 'package-lock.json'));
  if (installed === undefined || wanted === undefined || !existsSync(join(root, 'node_modules', '.bin', 'node'))) {
    return false;
  }
  return Object.entries(wanted).every(([place, { version, optional, peer }]) => {
    if (place === '') return true;
    // those for other machines are not installed
    return installed[place] === undefined ? optional || peer : installed[place].version === version;
  });
}

function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function installNow(root, lock) {
  const modules = join(root, 'node_modules');
  process.stderr.write('installing packages, a minute or two, once …\n');
  // npm writes it last: while it is not there nothing counts as installed
  rmSync(join(modules, '.package-lock.json'), { force: true });
  // a group of its own: Ctrl-C ends it here, and not npm by itself, which then works on for a minute
  const child = spawn('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 2, 2],
  });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, why: error.message }));
    child.once('exit', (code, signal) => resolve({ code: code ?? 1, why: `npm ci ended with ${code ?? signal}` }));
  });
  if (child.pid !== undefined) writeFileSync(lock, JSON.stringify({ ...self(), npm: child.pid }));
  let stopped;
  const onSignal = (signal) => {
    if (stopped === undefined && child.pid !== undefined) endGroup(child.pid);
    stopped ??= signal;
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, onSignal);
  const { code, why } = await ended;
  if (stopped !== undefined) {
    process.stderr.write('\nstopped: removing what was installed by halves …\n');
    rmSync(modules, { recursive: true, force: true, maxRetries: 5 });
    rmSync(lock, { force: true });
    process.exit(stopped === 'SIGINT' ? 130 : 143);
  }
  for (const signal of signals) process.off(signal, onSignal);
  if (code === 0 && isWhole(root)) return;
  rmSync(lock, { force: true });
  process.stderr.write(
    `The packages could not be installed (${why}): what npm said stands above; nothing else was begun.\n`,
  );
  process.exit(code === 0 ? 1 : code);
}

/** Waits until this run alone may install. What a run that is dead left running is ended first. */
async function hold(lock) {
  for (let told = false; ;) {
    try {
      writeFileSync(lock, JSON.stringify(self()), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = read(lock);
    if (holder !== undefined && startOf(holder.pid) === holder.start) {
      if (!told) process.stderr.write(`another run (process ${holder.pid}) installs the packages: waiting for it …\n`);
      told = true;
      await sleep(500);
      continue;
    }
    // two may find it: who renames it has it
    const own = `${lock}.${process.pid}`;
    try {
      renameSync(lock, own);
    } catch {
      continue;
    }
    if (holder?.npm !== undefined) endGroup(holder.npm);
    rmSync(own, { force: true });
  }
}

function self() {
  return { pid: process.pid, start: startOf(process.pid) };
}

/** When a process began, as the system counts; pids come back. Where there is no /proc: whether it is there. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    try {
      process.kill(pid, 0);
      return existsSync('/proc/self/stat') ? undefined : 'there';
    } catch {
      return undefined;
    }
  }
}

function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function endGroup(leader) {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // it has ended
  }
}
