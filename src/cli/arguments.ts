import { Command as Parser, CommanderError, Option } from 'commander';
import { reserveIn } from '../core/catalog/disk';
import { AppError } from '../core/base/errors';
import { some } from '../core/base/some';
import { operandCount, usageOf, type Command } from './command';
import { nearest } from './nearest';
import { commonOptions, optionSpecs, type OptionName, type Options, type OptionSpec } from './options';
import { topics, type Topic } from './topics';

export interface ParsedArguments {
  /** undefined: help about everything, or about `topic` or `group`; help may be about a command and a topic of one name */
  readonly command?: Command;
  readonly topic?: Topic;
  /** the word that several commands begin with: `keys` */
  readonly group?: string;
  readonly operands: readonly string[];
  readonly options: Options;
}

/** Reads the words after `db-ferry`. Throws `usage` for what does not fit the command. */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): ParsedArguments {
  const words = commandFirst(argv);
  const [first, ...rest] = words;
  if (first === 'version') return version;
  if (first === 'help') return helpAbout(rest, commands);
  const seen: Seen = { given: {}, operands: [] };
  try {
    parserOf(commands, seen).parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return answered(error, seen, commands);
  }
  const { command, operands, given } = seen;
  if (!command) throw missingCommand();
  return { command, operands, options: given as Options };
}

/** `--map-role a=b` as a record. Throws `usage`. */
export function roleMap(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1 || at === pair.length - 1) {
        throw new AppError('usage', { message: `--map-role wants a=b, not "${pair}".` });
      }
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** An option that takes one of some words. Throws `usage`. */
export function choice<Word extends string>(
  option: OptionName,
  value: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (value === undefined) return undefined;
  const found = words.find((word) => word === value);
  if (!found) throw new AppError('usage', { message: `--${option} takes ${words.join(' or ')}, not "${value}".` });
  return found;
}

/** `--gentle`: megabytes a second, 1 to 10000, as bytes. Throws `usage`. */
export function gentleRate(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const rate = Number(value);
  if (rate >= 1 && rate <= 10_000) return rate * 1e6;
  throw new AppError('usage', { message: `--gentle takes megabytes a second, 1 to 10000, not "${value}".` });
}

/** `--compress`: auto, none, zstd:1..22, gzip:1..9. Throws `usage`. */
export function compression(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const match = /^(?:auto|none|(zstd|gzip):(\d{1,2}))$/.exec(value);
  const level = Number(match?.[2] ?? 1);
  if (!match || level < 1 || level > (match[1] === 'zstd' ? 22 : 9)) {
    throw new AppError('usage', { message: `--compress takes auto, zstd:N, gzip:N or none, not "${value}".` });
  }
  return value;
}

/** `--reserve`: a size, or a part of the volume. Throws `usage`. */
export function reserve(value: string | undefined): string | undefined {
  if (value === undefined || reserveIn(value, 1) !== undefined) return value;
  throw new AppError('usage', { message: `--reserve takes a size (200MB, 2GiB, 5%, 0), not "${value}".` });
}

/** What was read until an error, or the end. */
interface Seen {
  readonly given: Partial<Record<OptionName, true | string | string[]>>;
  command?: Command;
  operands: readonly string[];
  /** what the error is about */
  at?: Place;
}

/** A command, a group of them, or, where it is neither, all. */
interface Place {
  readonly command?: Command;
  readonly group?: string;
}

const version: ParsedArguments = { operands: [], options: { version: true } };

/**
 * The words with the command's name first, since options may stand anywhere, also before it. Throws `usage` for an option whose value looks like an option: `--to
 * --json` forgot something.
 */
function commandFirst(argv: readonly string[]): readonly string[] {
  let command: number | undefined;
  for (let at = 0; at < argv.length && argv[at] !== '--'; at += 1) {
    const word = argv[at] ?? '';
    if (!isOption(word)) {
      command ??= at;
      continue;
    }
    const spec = specOf(word);
    // what it is about nobody knows: the parser says so
    if (!spec && command === undefined) return argv;
    if (spec?.type !== 'string' || word.includes('=')) continue;
    at += 1;
    const value = argv[at];
    if (value === undefined || !isOption(value)) continue;
    const message = `${word} wants a value, and ${value} looks like an option. A value that begins so is given as ${word}=${value}.`;
    const name = argv[command ?? -1];
    throw new AppError('usage', { message, ...(name === undefined ? {} : { command: name }) });
  }
  if (command === undefined || command === 0) return argv;
  return [argv[command] ?? '', ...argv.slice(0, command), ...argv.slice(command + 1)];
}

function isOption(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

function specOf(word: string): OptionSpec | undefined {
  const specs: [string, OptionSpec][] = Object.entries(optionSpecs);
  return specs.find(([name, { short }]) => word.split('=')[0] === `--${name}` || word === `-${short ?? ''}`)?.[1];
}

function helpAbout(words: readonly string[], commands: readonly Command[]): ParsedArguments {
  const help = { operands: [], options: { help: true } };
  const [name, second] = words.filter((word) => !isOption(word));
  if (name === undefined) return help;
  const command = commands.find((one) => one.name === name || one.name === `${name} ${second ?? ''}`);
  const topic = topics.find((one) => one.name === name);
  if (command) return { ...help, command, ...(topic === undefined ? {} : { topic }) };
  if (commands.some((one) => groupOf(one) === name)) return { ...help, group: name };
  if (topic) return { ...help, topic };
  const known = [...firstWords(commands), ...topics.map((one) => one.name)];
  throw new AppError('usage', { message: `There is no help about "${name}".`, ...meant(name, known) });
}

/** The parser of the library, made from the table. What it reads goes into `seen`; it prints nothing. */
function parserOf(commands: readonly Command[], seen: Seen): Parser {
  const made = (parser: Parser, at: Place): Parser =>
    parser
      .exitOverride((error) => {
        seen.at = at;
        seen.operands = parser.args;
        throw error;
      })
      .showSuggestionAfterError(false)
      .helpCommand(false)
      .configureOutput({ writeOut: () => undefined, writeErr: () => undefined, outputError: () => undefined });
  const program = made(new Parser('db-ferry'), {}).version('', '-V, --version');
  addOptions(program, commonOptions, seen);
  const groups = new Map<string, Parser>();
  for (const command of commands) {
    const group = groupOf(command);
    if (group !== undefined && !groups.has(group)) groups.set(group, made(program.command(group), { group }));
    const parent = group === undefined ? program : (groups.get(group) ?? program);
    const parser = made(parent.command(command.name.split(' ').at(-1) ?? ''), { command });
    addOptions(parser, command.options, seen);
    command.operands.forEach((_, at) => parser.argument(at < operandCount(command)[0] ? `<${at}>` : `[${at}]`));
    parser.action(() => {
      seen.command = command;
      seen.operands = parser.args;
    });
  }
  return program;
}

function addOptions(parser: Parser, names: readonly OptionName[], { given }: Seen): void {
  for (const name of names) {
    // the library's own
    if (name === 'help' || name === 'version') continue;
    const { type, short, multiple }: OptionSpec = optionSpecs[name];
    const flags = `${short === undefined ? '' : `-${short}, `}--${name}`;
    parser.addOption(new Option(type === 'string' ? `${flags} <value>` : flags));
    parser.on(`option:${name}`, (value: string | null) => {
      if (type === 'boolean' || value === null) given[name] = true;
      else given[name] = multiple === true ? [...(Array.isArray(given[name]) ? given[name] : []), value] : value;
    });
  }
}

/** What the library ended with, in our words. Throws `usage` for all but help and the version. */
function answered(
  { code, message }: CommanderError,
  { at = {}, given, operands }: Seen,
  commands: readonly Command[],
): ParsedArguments {
  const [first] = operands;
  const isWord = first !== undefined && !isOption(first);
  switch (code) {
    case 'commander.version':
      return version;
    case 'commander.helpDisplayed':
      if (at.command === undefined && isWord) throw unknownWord(first, at, commands);
      return { ...at, operands: [], options: { ...(given as Options), help: true } };
    case 'commander.help':
      throw at.group === undefined ? missingCommand() : unknownWord(undefined, at, commands);
    case 'commander.unknownCommand':
      throw unknownWord(first, at, commands);
    case 'commander.unknownOption':
      throw unknownOption(/^error: unknown option '(.*)'$/s.exec(message)?.[1] ?? '', at);
    case 'commander.optionMissingArgument':
      throw usage(`${/--[\w-]+/.exec(message)?.[0] ?? 'An option'} wants a value.`, at);
    case 'commander.missingArgument':
    case 'commander.excessArguments':
      if (at.command !== undefined) throw wrongCount(at.command, operands.length);
  }
  throw usage(message.replace(/^error: /, ''), at);
}

function missingCommand(): AppError {
  return new AppError('usage', { message: 'A command is missing.', command: '' });
}

function unknownWord(word: string | undefined, { group }: Place, commands: readonly Command[]): AppError {
  if (group === undefined) {
    const message = `There is no command "${word ?? ''}".`;
    return new AppError('usage', { message, ...meant(word ?? '', firstWords(commands)) });
  }
  const words = commands.filter((one) => groupOf(one) === group).map(({ name }) => name.slice(group.length + 1));
  const message = `${group} takes ${words.join(', ')}${word === undefined ? '.' : `, not "${word}".`}`;
  return usage(message, { group }, word === undefined ? {} : meant(word, words, `${group} `));
}

function unknownOption(word: string, at: Place): AppError {
  const [name = ''] = word.replace(/^-*/, '').split('=');
  const spec = specOf(word);
  const allowed: readonly string[] = [...commonOptions, ...(at.command?.options ?? [])];
  if (spec && at.command && !allowed.includes(name)) return usage(`${at.command.name} takes no --${name}.`, at);
  if (spec && word.includes('=')) return usage(`--${name} takes no value.`, at);
  return usage(`There is no option ${word}.`, at, meant(name, Object.keys(optionSpecs), '--'));
}

function wrongCount(command: Command, count: number): AppError {
  const [min, max] = operandCount(command);
  const wanted = min === max ? some(min, 'operand') : `${min} or ${some(max, 'operand')}`;
  const given = count === 1 ? '1 was' : `${count} were`;
  const message = `${command.name} takes ${max === 0 ? 'no operand' : wanted}, and ${given} given: db-ferry ${usageOf(command)}`;
  return usage(message, { command });
}

function usage(message: string, { command, group }: Place, more: { readonly meant?: string } = {}): AppError {
  const name = command?.name ?? group;
  return new AppError('usage', { message, ...(name === undefined ? {} : { command: name }), ...more });
}

/** `keys` of `keys trust`. */
export function groupOf({ name }: Pick<Command, 'name'>): string | undefined {
  const [first, second] = name.split(' ');
  return second === undefined ? undefined : first;
}

/** What may follow `db-ferry`, each once. */
export function firstWords(commands: readonly Command[]): string[] {
  const visible = commands.filter(({ hidden }) => hidden !== true);
  return [...new Set(visible.map((one) => groupOf(one) ?? one.name)), 'help', 'version'];
}

/** What was meant, most likely, as a fact of the error. */
function meant(word: string, known: readonly string[], before = ''): { readonly meant?: string } {
  const found = nearest(word, known);
  return found === undefined ? {} : { meant: `${before}${found}` };
}
