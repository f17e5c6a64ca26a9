import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArguments, type ParsedArguments } from '../../../src/cli/arguments';
import { commands } from '../../../src/cli/commands/commands';
import { commonOptions, optionSpecs, type OptionName } from '../../../src/cli/options';
import { isAppError } from '../../../src/core/base/errors';
import { anchorsOf, callsOf, linksOf, readPages, repository, snippetsOf, type Page } from '../../tools/pages';

/** What somebody who is new reads. */
const isForReaders = ({ path }: Page): boolean => !path.startsWith('test/');

/** Options of other programs that pages speak of. */
const foreign: readonly string[] = ['runs', 'only', 'scale'];

/** Folders that are there when something was run. */
const made = ['test/editor/screenshots'];

describe('the pages', () => {
  const pages = readPages();
  const snippets = pages.filter(isForReaders).flatMap(snippetsOf);

  it('lead to pages, headings and files that are there', () => {
    const anchors = new Map(pages.map((page) => [page.path, anchorsOf(page)]));
    const broken = pages.flatMap(linksOf).filter(({ path, anchor }) => {
      if (path === undefined) return false;
      if (!existsSync(join(repository, path))) return true;
      return anchor !== '' && anchors.get(path)?.has(anchor) !== true;
    });
    assert.deepEqual(broken.map(shown), []);
    // what alerts and roles name by their address on the web
    const addresses = readdirSync(join(repository, 'deploy'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .flatMap(
        (file) => readFileSync(join(repository, 'deploy', file), 'utf8').match(/\/blob\/main\/[^\s'")]+/g) ?? [],
      );
    assert.ok(addresses.length > 4);
    const lost = addresses.filter((address) => {
      const [path = '', anchor = ''] = address.replace('/blob/main/', '').split('#');
      return !existsSync(join(repository, path)) || (anchor !== '' && anchors.get(path)?.has(anchor) !== true);
    });
    assert.deepEqual(lost, []);
  });

  it('are found from README, all of docs', () => {
    const seen = new Set<string>();
    const walk = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      const page = pages.find((one) => one.path === path);
      if (page) for (const link of linksOf(page)) if (link.path !== undefined) walk(link.path);
    };
    walk('README.md');
    const lost = pages.filter(({ path }) => path.startsWith('docs/') && !seen.has(path));
    assert.deepEqual(
      lost.map(({ path }) => path),
      [],
    );
  });

  it('stand in docs/index.md, of which the menu of the site is made', () => {
    const index = pages.filter(({ path }) => path === 'docs/index.md').flatMap(linksOf);
    const lost = pages.filter(
      ({ path }) => path.startsWith('docs/') && path !== 'docs/index.md' && !index.some((link) => link.path === path),
    );
    assert.deepEqual(
      lost.map(({ path }) => path),
      [],
    );
  });

  it('say of every room and every folder of tests what is in it', () => {
    const { text = '' } = pages.find(({ path }) => path === 'docs/architecture.md') ?? {};
    const folders = ['src', 'src/core', 'test'].flatMap((folder) =>
      readdirSync(join(repository, folder), { withFileTypes: true })
        .filter((one) => one.isDirectory() && one.name !== 'core')
        .map(({ name }) => `${folder}/${name}`),
    );
    assert.deepEqual(
      folders.filter((folder) => !text.includes(`\`${folder}\``)),
      [],
    );
  });

  it('show commands that the command line takes', () => {
    const calls = snippets.flatMap((one) => callsOf('db-ferry', one).map((words) => ({ ...one, words })));
    assert.ok(calls.length > 200, String(calls.length));
    const wrong = calls.flatMap(({ words, inline, ...where }) => {
      const why = refused(words, inline);
      return why === undefined ? [] : [`${shown(where)}: ${why}`];
    });
    assert.deepEqual(wrong, []);
  });

  it('name options that a command has', () => {
    const wrong = snippets.filter(({ text, inline }) => {
      if (!inline || text.startsWith('db-ferry')) return false;
      const [first = '', second = ''] = text.split(' ');
      const command = commands.find(({ name }) => name === first || name === `${first} ${second}`);
      const given = [...text.matchAll(/(?<=^|[\s[])--([a-z][\w-]*)/g)].map(([, name = '']) => name);
      if (command) return given.some((name) => ![...command.options, ...commonOptions].includes(name as OptionName));
      return text.startsWith('--') && given.some((name) => !(name in optionSpecs) && !foreign.includes(name));
    });
    assert.deepEqual(wrong.map(shown), []);
  });

  it('speak of scripts, settings, variables and files that are there', () => {
    const manifest = readFileSync(join(repository, 'package.json'), 'utf8');
    const { scripts } = JSON.parse(manifest) as { scripts: Readonly<Record<string, string>> };
    const wrong = snippets.filter(({ text }) => {
      const script = /^(?:[A-Z_]+=\S+ )*npm run ([\w:-]+)/.exec(text)?.[1];
      if (script !== undefined && scripts[script] === undefined) return true;
      const setting = /^dbFerry\.\w+$/.exec(text)?.[0];
      if (setting !== undefined && !manifest.includes(`"${setting}"`)) return true;
      const file = /^(?:src|test|deploy|docs|media|release)\/[\w./-]+$/.exec(text)?.[0];
      return file !== undefined && !made.includes(file) && !existsSync(join(repository, file));
    });
    assert.deepEqual(wrong.map(shown), []);
    const sources = ['src', 'test', '.ci'].flatMap((folder) =>
      readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
        .filter((one) => /\.[cm]?[jt]s$|^run$/.test(one))
        .map((one) => readFileSync(join(repository, folder, one), 'utf8')),
    );
    const known = new Set(sources.join('\n').match(/DB_FERRY_[A-Z_]+\b/g));
    const named = pages.flatMap(({ path, text }) =>
      (text.match(/\bDB_FERRY_[A-Z_]+\b/g) ?? []).map((name) => ({ path, name })),
    );
    assert.deepEqual(
      named.filter(({ name }) => !known.has(name)),
      [],
    );
  });
});

/** What speaks against a call; a name alone, and a call that leaves something open, may lack operands. */
function refused(words: readonly string[], inline: boolean): string | undefined {
  const isOpen = words.includes('…') || words.includes('[options]');
  const said = words.filter((word) => word !== '…' && word !== '[options]');
  // `help <topic>` stands for all of them
  if (said.length === 0 || (said[0] === 'help' && said[1]?.startsWith('<') === true)) return undefined;
  try {
    const parsed = parseArguments(said, commands);
    return isOpen ? undefined : oddOperand(parsed);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'usage') throw error;
    const { message } = error.data as { message: string };
    const isName = inline && said.length <= 2 && / takes \w+( or \w+)* operands?, and|^[\w-]+ takes /.test(message);
    return isName || (isOpen && / takes .*operand/.test(message)) ? undefined : message;
  }
}

/** What of a call could not be meant, though it can be read: a pod where a database is wanted. */
function oddOperand({ command, operands, options }: ParsedArguments): string | undefined {
  const parts: Readonly<Partial<Record<string, number>>> = { database: 4, pod: 3 };
  for (const [at, { name, takes, words }] of (command?.operands ?? []).entries()) {
    const given = operands[at];
    if (given === undefined || /[<[]|^[A-Z]$/.test(given)) continue;
    if (words && !words.includes(given)) return `${given} is none of ${words.join(', ')}`;
    const wanted = takes.map((kind) => parts[kind]);
    const count = given.split('/').length;
    const isNoPlace = count === 1 && (takes.length > 1 || name.startsWith('schedule'));
    if (!wanted.includes(undefined) && !wanted.includes(count) && !isNoPlace) return `${given} is no ${name}`;
  }
  for (const option of ['as', 'format', 'output', 'streams'] as const) {
    const words: readonly string[] = optionSpecs[option].words;
    const given = options[option];
    if (given !== undefined && !given.startsWith('<') && !words.includes(given)) return `--${option} ${given}`;
  }
  return undefined;
}

function shown({ page, line, ...rest }: { page: string; line: number; text?: string; target?: string }): string {
  return `${page}:${line} ${rest.text ?? rest.target ?? ''}`;
}
