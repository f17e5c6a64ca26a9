// `npm run site`: docs/ as pages for a browser, in dist/site. It needs python3 with pip (and venv), and its package index once.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = join(root, 'test/tools/site');
const cache = join(root, '.cache/site');
const source = join(cache, 'docs');
const output = join(root, 'dist/site');

/** Pages of the repository that are pages of the site, too. */
const more = { 'CHANGELOG.md': 'changelog.md', 'CONTRIBUTING.md': 'contributing.md', 'SECURITY.md': 'security.md' };

const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const web = `${repository.url.replace(/\.git$/, '')}/blob/main/`;

const mkdocs = join(tools(), 'bin/mkdocs');
gather();
const { status } = spawnSync(
  mkdocs,
  ['build', '--strict', '--quiet', '--config-file', join(cache, 'mkdocs.yml'), '--site-dir', output],
  // it warns of a version of itself that there is not
  { stdio: 'inherit', env: { ...process.env, NO_MKDOCS_2_WARNING: 'true' } },
);
if (status !== 0) process.exit(status ?? 1);
console.log(`${relative(process.cwd(), join(output, 'index.html'))} is the first page.`);

/** A folder with the packages of requirements.txt, made when they change. */
function tools() {
  const pinned = join(here, 'requirements.txt');
  const folder = join(cache, `tools-${createHash('sha256').update(readFileSync(pinned)).digest('hex').slice(0, 12)}`);
  if (existsSync(join(folder, 'whole'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
  console.log('installing mkdocs-material, once …');
  run('python3', ['-m', 'venv', folder]);
  run(join(folder, 'bin/python'), [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    '--no-deps',
    '-r',
    pinned,
  ]);
  writeFileSync(join(folder, 'whole'), '');
  return folder;
}

function run(program, args) {
  const { status: code, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (code === 0) return;
  console.error(
    `The site needs python3 with venv and pip (Debian: apt-get install python3-venv python3-pip), and pip its index. ${program} ended with ${error?.code ?? code}.`,
  );
  process.exit(1);
}

/** The pages in a folder of their own, where links to files of the repository lead to the repository. */
function gather() {
  rmSync(source, { recursive: true, force: true });
  cpSync(join(root, 'docs'), source, { recursive: true });
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => [join('docs', name), name]);
  for (const [from, to] of [...pages, ...Object.entries(more)]) {
    writeFileSync(join(source, to), linked(readFileSync(join(root, from), 'utf8'), from, to));
  }
  const settings = readFileSync(join(here, 'mkdocs.yml'), 'utf8');
  const placed = settings.replace('docs_dir: docs', `docs_dir: ${JSON.stringify(source)}`);
  writeFileSync(join(cache, 'mkdocs.yml'), `${placed}nav: ${JSON.stringify(menu())}\n`);
}

/** The menu is docs/index.md: its headings, and the pages that each names. */
function menu() {
  const [, ...parts] = linked(readFileSync(join(root, 'docs/index.md'), 'utf8'), 'docs/index.md', 'index.md').split(
    /^## /m,
  );
  return [
    { Start: 'index.md' },
    ...parts.map((part) => {
      const links = [...part.matchAll(/\[([^\]]+)\]\(([^):#]+\.md)\)/g)];
      return { [part.split('\n')[0]]: links.map(([, title, to]) => ({ [title.replaceAll('`', '')]: to })) };
    }),
  ];
}

function linked(text, from, to) {
  return text.replaceAll(/\]\(([^)\s#:]+)(#[^)\s]*)?\)/g, (_whole, target, anchor = '') => {
    const path = normalize(join(dirname(from), target)).replace(/\/$/, '');
    const page = path.startsWith('docs/') ? path.slice('docs/'.length) : more[path];
    if (page === undefined) return `](${web}${path}${anchor})`;
    return `](${relative(dirname(to), page) || page}${anchor})`;
  });
}
