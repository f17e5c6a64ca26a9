import { groupOf } from './arguments';
import { usageOf, type Command } from './command';
import { commonOptions, optionSpecs, type OptionName, type OptionSpec } from './options';
import { exitCodes, topics, type Block, type Topic } from './topics';
import { wrapped } from './wrapped';

/** Help about all commands. */
export function generalHelp(commands: readonly Command[]): string {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  return [
    'DB Ferry moves PostgreSQL databases between clusters, with proof.',
    '',
    'Usage: db-ferry <command> [operands] [options]',
    '',
    ...sectionsOf(visible).flatMap(([heading, own]) => [
      `${heading}:`,
      ...terms(
        own.map(({ name, summary }) => [name, summary]),
        Math.max(...visible.map(({ name }) => name.length)),
      ),
      '',
    ]),
    ...wrapped('A place is cluster/namespace/pod[/database]; the pod may be its StatefulSet or Deployment.', width),
    ...wrapped(
      'A backup is an id from the catalog, the beginning of one, latest, or a path that starts with / or a dot.',
      width,
    ),
    '',
    'Examples:',
    '  db-ferry pods',
    '  db-ferry backup prod/shop/postgres-0/shop',
    '  db-ferry restore latest:prod/shop test/shop/pg16-0/shop --as replace',
    '  db-ferry copy prod/shop/postgres-0/shop test/shop/pg16-0/shop --create-roles',
    '',
    'Options of all commands:',
    ...optionLines(commonOptions),
    '',
    ...exitCodeLines,
    '',
    'db-ferry help <command> says more about one, db-ferry help <topic> about:',
    ...terms(topics.map(({ name, summary }) => [name, summary])),
    '',
  ].join('\n');
}

/** What comes from here on in the list of commands is about this. */
export const headings: Readonly<Partial<Record<string, string>>> = {
  clusters: 'Looking around',
  backup: 'Backups',
  send: 'Stores, and what is kept',
  diff: 'Restoring',
  clean: 'Jobs',
  protect: 'Protection and keys',
  'mask plan': 'Masking',
  'deploy runner': 'Jobs in the cluster',
  'audit verify': 'What was done',
  'policy check': 'Policies',
  'notify preview': 'Messages',
  request: 'Requests and approvals',
  'schedule add': 'Schedules and status',
  completion: 'This terminal',
};

/** Commands in the order of their list, under their headings. */
export function sectionsOf(commands: readonly Command[]): [heading: string, commands: Command[]][] {
  const sections: [string, Command[]][] = [];
  for (const command of commands) {
    const heading = headings[command.name];
    if (heading !== undefined) sections.push([heading, []]);
    sections.at(-1)?.[1].push(command);
  }
  return sections;
}

/** Help about one command. */
export function commandHelp(command: Command): string {
  return [
    ...usageLines(command),
    '',
    ...wrapped(command.summary, width, '  '),
    '',
    ...(command.more ?? []).flatMap((paragraph) => [...paragraphLines(paragraph), '']),
    ...(command.options.length === 0 ? [] : ['Options:', ...optionLines(command.options), '']),
    'Options of all commands:',
    ...optionLines(commonOptions),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
    ...exitCodeLines,
    '',
  ].join('\n');
}

/** What has lines of its own is something to be typed: it stays as it is. */
function paragraphLines(text: string): string[] {
  return text.includes('\n') ? text.split('\n').map((line) => `    ${line}`) : wrapped(text, width, '  ');
}

/** Help about the commands that begin with the same word. */
export function groupHelp(group: string, commands: readonly Command[]): string {
  const own = commands.filter((one) => groupOf(one) === group);
  return [
    ...own.map((one, at) => `${at === 0 ? 'Usage:' : '      '} db-ferry ${usageOf(one)}`),
    '',
    ...terms(own.map(({ name, summary }) => [name, summary])),
    '',
    `db-ferry help ${own[0]?.name ?? ''} says more about one.`,
    '',
  ].join('\n');
}

/** A page of help about something that several commands share. */
export function topicHelp({ name, summary, blocks }: Topic): string {
  return [`${name}: ${summary}`, '', ...blocks.flatMap((block) => [...blockLines(block), ''])].join('\n');
}

/** How an option is written: `-o, --output <form>`. */
export function optionForm(name: OptionName): string {
  const { short, value }: OptionSpec = optionSpecs[name];
  return `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** Columns that any terminal has, and those of a first column at most. */
const width = 80;
const widestTerm = 26;

function usageLines(command: Command): string[] {
  const begin = `Usage: db-ferry ${usageOf(command)}`;
  const options = command.options.map((name) => {
    const { value }: OptionSpec = optionSpecs[name];
    return `[--${name}${value === undefined ? '' : `\u00a0${value}`}]`;
  });
  return wrapped([begin, ...options].join(' '), width, '', '         ').map((line) => line.replaceAll('\u00a0', ' '));
}

const exitCodeLines = ['Exit codes:', ...terms(exitCodes)];

function optionLines(names: readonly OptionName[]): string[] {
  return terms(names.map((name) => [optionForm(name), optionSpecs[name].help]));
}

function blockLines(block: Block): readonly string[] {
  if (typeof block === 'string') return wrapped(block, width);
  return 'code' in block ? block.code.map((line) => `  ${line}`) : terms(block.terms);
}

/** Two columns; one that is too long for the first has a line of its own. */
function terms(
  rows: readonly (readonly [term: string, meaning: string])[],
  longest = Math.max(...rows.map(([term]) => term.length)),
): string[] {
  const most = Math.min(longest, widestTerm);
  const indent = ' '.repeat(most + 4);
  return rows.flatMap(([term, meaning]) => {
    const [first = '', ...rest] = wrapped(meaning, width, indent);
    if (term.length > most) return [`  ${term}`, first, ...rest];
    return [`  ${term.padEnd(most)}  ${first.slice(indent.length)}`, ...rest];
  });
}
