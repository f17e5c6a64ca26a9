import type { Command } from './command';
import { commonOptions, optionSpecs, type OptionName, type OptionSpec } from './options';

/** Help about all commands. */
export function generalHelp(commands: readonly Command[]): string {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  const width = Math.max(...visible.map(({ name }) => name.length));
  return [
    'DB Ferry moves PostgreSQL databases between clusters, with proof.',
    '',
    'Usage: db-ferry <command> [operands] [options]',
    '',
    ...visible.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'A place is cluster/namespace/pod[/database]; the pod may be its StatefulSet or Deployment.',
    'A backup is an id from the catalog, or a path that starts with / or a dot.',
    '',
    'Examples:',
    '  db-ferry pods',
    '  db-ferry backup prod/shop/postgres-0/shop',
    '  db-ferry restore <backup> test/shop/pg16-0/shop --as replace',
    '  db-ferry copy prod/shop/postgres-0/shop test/shop/pg16-0/shop --create-roles',
    '',
    'Options of all commands:',
    ...optionLines(commonOptions),
    '',
    exitCodes,
    '',
    'db-ferry help <command> says more about one.',
    '',
  ].join('\n');
}

/** Help about one command. */
export function commandHelp(command: Command): string {
  return [
    `Usage: db-ferry ${command.name} ${command.usage}`.trimEnd(),
    '',
    `  ${command.summary}`,
    '',
    ...(command.options.length === 0 ? [] : ['Options:', ...optionLines(command.options), '']),
    'Options of all commands:',
    ...optionLines(commonOptions),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
    exitCodes,
    '',
  ].join('\n');
}

const exitCodes = [
  'Exit codes: 0 done and verified (diff: the same) · 1 failed, nothing changed · 2 bad usage',
  '  3 done with differences listed (diff: different) · 4 refused by preflight',
  '  5 outcome unknown, and how to find out · 130 cancelled, nothing changed',
].join('\n');

function optionLines(names: readonly OptionName[]): string[] {
  const rows = names.map((name) => {
    const spec: OptionSpec = optionSpecs[name];
    const short = spec.short === undefined ? '' : `-${spec.short}, `;
    return { left: `${short}--${name}${spec.value === undefined ? '' : ` ${spec.value}`}`, help: spec.help };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`);
}
