import { parseArgs } from 'node:util';
import { reserveIn } from '../core/catalog/disk';
import { AppError } from '../core/base/errors';
import { some } from '../core/base/some';
import type { Command } from './command';
import { nearest } from './nearest';
import { commonOptions, optionSpecs, type OptionName, type Options, type OptionSpec } from './options';

export interface ParsedArguments {
  /** undefined: help about everything */
  readonly command?: Command;
  readonly operands: readonly string[];
  readonly options: Options;
}

/** Reads the words after `db-ferry`. Throws `usage` for what does not fit the command. */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): ParsedArguments {
  const { values, positionals } = parse(argv);
  const options = values as Options;
  if (options.version === true || positionals[0] === 'version') return { operands: [], options: { version: true } };
  const [first, ...rest] = positionals;
  const name = first === 'help' ? rest[0] : first;
  const help: Options = { ...options, help: true };
  if (name === undefined) {
    if (first === 'help' || options.help === true) return { operands: [], options: help };
    throw new AppError('usage', { message: 'A command is missing.', command: '' });
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) {
    const names = commands.filter(({ hidden }) => hidden !== true).map((one) => one.name);
    throw new AppError('usage', { message: `There is no command "${name}".`, ...meant(name, names) });
  }
  if (first === 'help' || options.help === true) return { command, operands: [], options: help };
  check(command, rest, Object.keys(values) as OptionName[]);
  return { command, operands: rest, options };
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

function parse(argv: readonly string[]): { values: Record<string, unknown>; positionals: string[] } {
  const config = Object.fromEntries(
    Object.entries(optionSpecs).map(([name, spec]: [string, OptionSpec]) => [
      name,
      {
        type: spec.type,
        ...(spec.multiple ? { multiple: true } : {}),
        ...(spec.short === undefined ? {} : { short: spec.short }),
      },
    ]),
  );
  try {
    return parseArgs({ args: [...argv], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Node explains how to pass such a text as an operand, which no command takes
    const command = argv.find((word) => !word.startsWith('-'));
    const option = /'(?:-., )?--([^'= ]+)/.exec(message)?.[1] ?? '';
    const known = Object.keys(optionSpecs);
    const like = known.includes(option) ? {} : meant(option, known, '--');
    throw new AppError('usage', {
      message: message.split('. To specify')[0] ?? message,
      ...(command === undefined ? {} : { command }),
      ...like,
    });
  }
}

function check(command: Command, operands: readonly string[], given: readonly OptionName[]): void {
  const [min, max] = command.operands;
  if (operands.length < min || operands.length > max) {
    const wanted = min === max ? some(min, 'operand') : `${min} or ${some(max, 'operand')}`;
    const given = operands.length === 1 ? '1 was' : `${operands.length} were`;
    const usage = `db-ferry ${command.name} ${command.usage}`.trimEnd();
    const message = `${command.name} takes ${max === 0 ? 'no operand' : wanted}, and ${given} given: ${usage}`;
    throw new AppError('usage', { message, command: command.name });
  }
  const allowed: readonly OptionName[] = [...commonOptions, ...command.options];
  const odd = given.find((name) => !allowed.includes(name));
  if (odd) throw new AppError('usage', { message: `${command.name} takes no --${odd}.`, command: command.name });
}

/** What was meant, most likely, as a fact of the error. */
function meant(word: string, known: readonly string[], before = ''): { readonly meant?: string } {
  const found = nearest(word, known);
  return found === undefined ? {} : { meant: `${before}${found}` };
}
