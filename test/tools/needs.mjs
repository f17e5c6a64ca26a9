// What the machine must have before anything is installed or downloaded: looked for in a second, said in one sentence.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Ends the process with one sentence where something is missing for what is started with these arguments. */
export function lookFor(args) {
  const wanted = wantedBy(args);
  if (wanted === undefined) return;
  const missing = wanted.needs.filter(({ isThere }) => !isThere());
  if (missing.length === 0) {
    // one's own browser may be elsewhere: this is no reason to stop
    if (wanted.isOpened && !isBrowserThere()) process.stderr.write(`${noBrowser}\n`);
    return;
  }
  process.stderr.write(`${sentence(wanted.name, missing)}\n`);
  process.exit(1);
}

/** What is missing, and how one gets it. */
export function sentence(name, missing) {
  const manager = ['apt-get', 'dnf', 'apk'].find((one) => onPath(one));
  const packages = [...new Set(missing.flatMap((need) => need[manager ?? 'apt-get'].split(' ')))];
  const command = `${manager ?? 'apt-get'} ${manager === 'apk' ? 'add' : 'install'} ${packages.join(' ')}`;
  return `${name} needs ${list(missing.map(({ what }) => what))}, which this machine lacks; nothing was begun. To get it${manager ? '' : ' (Debian)'}: ${command}`;
}

function wantedBy(args) {
  const isEditor = args.includes('--editor') || args.some((arg) => arg.includes('test/editor/'));
  if (args.includes('npm test')) return { name: 'npm test', needs: [...lab, ...editor(), chromium] };
  if (args.includes('test/lab/demo.ts')) {
    return isEditor
      ? { name: 'The demo in the editor', needs: [...lab, ...editor()], isOpened: true }
      : { name: 'The demo', needs: lab };
  }
  if (args.includes('test/lab/rehearse.ts') && args.length > 4) return { name: 'A rehearsal', needs: lab };
  if (args.includes('test/lab/serve.ts')) return { name: 'The lab', needs: lab };
  if (isEditor) return { name: 'The editor suite', needs: [...lab, ...editor(), chromium] };
  return undefined;
}

const lab = [
  {
    what: 'python3 with pip',
    isThere: () => succeeds('python3', ['-m', 'pip', '--version']),
    ...{ 'apt-get': 'python3 python3-pip', dnf: 'python3 python3-pip', apk: 'python3 py3-pip' },
  },
  { what: 'openssl', isThere: () => onPath('openssl'), ...named('openssl') },
];

/** VS Code's server compiles native modules when it is installed; from then on it comes from the cache. */
function editor() {
  const cache =
    process.env.DB_FERRY_EDITOR_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'db-ferry-editor');
  const { version } = JSON.parse(readFileSync(new URL('../editor/codeServer.json', import.meta.url), 'utf8'));
  const folders = existsSync(cache) ? readdirSync(cache) : [];
  if (folders.some((name) => name.startsWith(`code-server-${version}-node-`))) return [];
  return [
    {
      what: 'a C++ compiler',
      isThere: () => compiles(''),
      ...{ 'apt-get': 'build-essential', dnf: 'gcc-c++', apk: 'build-base' },
    },
    {
      what: 'make',
      isThere: () => onPath('make'),
      ...{ 'apt-get': 'build-essential', dnf: 'make', apk: 'build-base' },
    },
    {
      what: 'pkg-config',
      isThere: () => onPath('pkg-config'),
      ...{ 'apt-get': 'pkg-config', dnf: 'pkgconf-pkg-config', apk: 'pkgconf' },
    },
    {
      what: 'the headers of Kerberos (gssapi/gssapi.h)',
      // without a compiler nobody can say; its own line asks for it
      isThere: () => compiles('#include <gssapi/gssapi.h>\n') || !compiles(''),
      ...{ 'apt-get': 'libkrb5-dev', dnf: 'krb5-devel', apk: 'krb5-dev' },
    },
  ];
}

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

const chromium = {
  what: 'Chromium or Chrome (or its path in DB_FERRY_CHROMIUM)',
  isThere: () => (process.env.DB_FERRY_CHROMIUM ?? '') !== '' || browsers.some((name) => onPath(name)),
  ...named('chromium'),
};

const noBrowser =
  'No browser was found on this machine: the demo goes on, and prints at its end how to open it from another one.';

function isBrowserThere() {
  return chromium.isThere() || ['firefox', 'microsoft-edge', 'xdg-open', 'open'].some((name) => onPath(name));
}

function named(name) {
  return { 'apt-get': name, dnf: name, apk: name };
}

function compiles(source) {
  const compiler = process.env.CXX ?? ['c++', 'g++', 'clang++'].find((name) => onPath(name));
  if (compiler === undefined) return false;
  const [program, ...args] = compiler.split(' ');
  const { status } = spawnSync(program, [...args, '-fsyntax-only', '-x', 'c++', '-'], {
    input: source,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return status === 0;
}

function succeeds(program, args) {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, name)));
}

function list(words) {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
