import path from 'node:path';
import { version } from '../../package.json';
import { AppError, isAppError, toAppError } from '../core/base/errors';
import { isPublicKey } from '../core/state/keys';
import { reserveVariable } from '../core/catalog/disk';
import { parseArguments, reserve, type ParsedArguments } from './arguments';
import { commands } from './commands/commands';
import { commandHelp, generalHelp, groupHelp, topicHelp } from './help';
import { errorLines } from './errorLines';
import { Terminal, type TerminalStreams } from './terminal';

/** Runs one command line and returns its exit code. Never throws. */
export async function main(argv: readonly string[], streams: TerminalStreams): Promise<number> {
  // known before the arguments are: a script is answered in JSON also when they are wrong
  const terminal = new Terminal(streams, argv.includes('--json'), argv.includes('--quiet'));
  try {
    const parsed = parseArguments(argv, commands);
    const { command, operands, options } = parsed;
    if (options.version === true) {
      terminal.print(version);
      return 0;
    }
    if (options.help === true) {
      terminal.print(helpText(parsed).trimEnd());
      return 0;
    }
    if (!command) return 2;
    trustKeys(options['trust-key'] ?? []);
    const free = reserve(options.reserve);
    // the jobs that are started inherit it
    if (free !== undefined) process.env[reserveVariable] = free;
    if (options.identity !== undefined) await unlock(options.identity, terminal);
    const call = { operands, options, terminal };
    const changes = command.changes?.(call);
    if (changes === undefined) return await command.run(call);
    const { runAudited } = await import('./auditedCall');
    return await runAudited(command, changes, call);
  } catch (error) {
    return fail(error, terminal);
  }
}

function helpText({ command, group, topic }: ParsedArguments): string {
  if (command) return `${commandHelp(command)}${topic === undefined ? '' : `\n${topicHelp(topic)}`}`;
  if (topic) return topicHelp(topic);
  return group === undefined ? generalHelp(commands) : groupHelp(group, commands);
}

/** For this process and the jobs that it starts. Throws `usage` for what is no key. */
function trustKeys(keys: readonly string[]): void {
  const odd = keys.find((key) => !isPublicKey(key));
  if (odd !== undefined)
    throw new AppError('usage', { message: `--trust-key wants ed25519: and a key, not "${odd}".` });
  if (keys.length === 0) return;
  process.env['DB_FERRY_TRUSTED_KEYS'] = [process.env['DB_FERRY_TRUSTED_KEYS'] ?? '', ...keys].join(' ').trim();
}

/** For this process and the jobs that it starts: a passphrase is asked for here, where somebody is. Throws `identity.unusable`. */
async function unlock(file: string, terminal: Terminal): Promise<void> {
  const { readIdentities } = await import('../core/encrypt/identity');
  const { useIdentities } = await import('../core/encrypt/ownIdentities');
  const ask = async (asked: string): Promise<string | undefined> => terminal.askSecret(`Passphrase of ${asked}: `);
  useIdentities(await readIdentities(path.resolve(file), ask));
}

function fail(error: unknown, terminal: Terminal): number {
  const { code, data, cause } = toAppError(error);
  const [outcome, exitCode] = endings[code] ?? (['failed', 1] as const);
  terminal.event({ type: 'result', outcome, exitCode, error: { code, data }, data: {} });
  // who types the name alone wants to know what there is
  if (code === 'usage' && data['command'] === '') terminal.error(`${generalHelp(commands)}\n`);
  terminal.error(errorLines(code, data));
  if (code === 'internal' && cause instanceof Error) terminal.error(cause.stack ?? '');
  else if (isAppError(cause)) terminal.error(`(${cause.code})`);
  return exitCode;
}

/** Errors of the command line itself that end otherwise than `failed`; those of jobs are the job's to judge. */
const endings: Readonly<Partial<Record<string, readonly [outcome: string, exitCode: number]>>> = {
  usage: ['usage', 2],
  'reference.invalid': ['usage', 2],
  cancelled: ['cancelled', 130],
  'policy.refused': ['refused', 4],
  'policy.unreadable': ['refused', 4],
  'approval.refused': ['refused', 4],
  'approval.unknown': ['refused', 4],
  'approval.unreadable': ['refused', 4],
};
