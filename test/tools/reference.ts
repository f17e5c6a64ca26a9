// docs/reference.md, made from what the command line itself reads: `npm run docs` writes it, a test holds it against the sources.
import { fileURLToPath } from 'node:url';
import { contributes } from '../../package.json';
import english from '../../package.nls.json';
import { usageOf, type Command } from '../../src/cli/command';
import { commands } from '../../src/cli/commands/commands';
import { optionForm, sectionsOf } from '../../src/cli/help';
import { cliHints } from '../../src/cli/hints';
import { commonOptions, optionSpecs, type OptionName } from '../../src/cli/options';
import { exitCodes, topics, variables, type Block } from '../../src/cli/topics';
import { errorWords, wordsFor } from '../../src/words/errorWords';
import { openWords, table } from './markdownTable';

/** The page. */
export function reference(): string {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  const blocks = [
    '# Reference',
    'Made by `npm run docs` from the sources of `db-ferry help`; a test fails where this page says something else. It says what there is; [README.md](../README.md) says how it is used.',
    '## Commands',
    ...sectionsOf(visible).flatMap(([heading, own]) => [
      `**${heading}**`,
      table(
        ['command', 'does'],
        own.map((one) => [`[\`${one.name}\`](#${anchor(one.name)})`, one.summary]),
      ),
    ]),
    '### Options of all commands',
    optionTable(commonOptions),
    ...visible.flatMap(ofCommand),
    '## Exit codes',
    table(['code', 'meaning'], exitCodes),
    '## Environment',
    table(
      ['variable', 'meaning'],
      variables.map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    ...topics
      .filter(({ name }) => !['exit-codes', 'environment'].includes(name))
      .flatMap(({ name, summary, blocks: own }) => [`## Topic: ${name}`, sentence(summary), ...own.map(ofBlock)]),
    '## Settings of the editor',
    'What names files, folders, keys and protected places belongs to the machine that runs the jobs: in a workspace it stands under *Remote* of the settings page.',
    table(['setting', 'values', 'default', 'meaning'], settings()),
    '## Error codes',
    'With `--json` the last line holds `{"error":{"code":…,"data":{…}}}`. A code keeps its meaning; the words may change. What differs from case to case is written … here.',
    table(['code', 'says', 'what to do'], Object.keys(errorWords).map(ofCode)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Where it is. */
export const referenceFile = fileURLToPath(new URL('../../docs/reference.md', import.meta.url));

function ofCommand(command: Command): string[] {
  return [
    `### ${command.name}`,
    `\`db-ferry ${usageOf(command)}${command.options.length > 0 ? ' [options]' : ''}\``,
    sentence(command.summary),
    // what has lines of its own is something to be typed
    ...(command.more ?? []).map((text) => (text.includes('\n') ? code(text.split('\n')) : text)),
    ...(command.options.length > 0 ? [optionTable(command.options)] : []),
    code(command.examples),
  ];
}

/** As package.json declares them, with its English words. */
function settings(): string[][] {
  const words: Readonly<Record<string, string>> = english;
  const said = (text: string): string => words[text.replaceAll('%', '')] ?? text;
  return Object.entries(contributes.configuration.properties).map(([name, one]) => {
    const { type, default: preset, markdownDescription } = one;
    const values = 'enum' in one ? one.enum.map((value) => `\`${value}\``).join(', ') : type;
    return [`\`${name}\``, values, `\`${JSON.stringify(preset)}\``, said(markdownDescription)];
  });
}

function optionTable(names: readonly OptionName[]): string {
  return table(
    ['option', 'meaning'],
    names.map((name) => [`\`${optionForm(name)}\``, optionSpecs[name].help]),
  );
}

function ofBlock(block: Block): string {
  if (typeof block === 'string') return block;
  return 'code' in block ? code(block.code) : table(['', ''], block.terms);
}

/** What an error says where its facts are left open. */
function ofCode(name: string): string[] {
  const { what, why, todo } = wordsFor(name, {}, cliHints);
  const says = [openWords(what), openWords(why)].filter((part) => part !== '').join(' ');
  return [`\`${name}\``, says, openWords(todo)];
}

function code(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join('\n');
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}

function anchor(name: string): string {
  return name.replaceAll(' ', '-');
}
