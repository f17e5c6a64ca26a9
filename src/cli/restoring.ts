import { AppError } from '../core/base/errors';
import { defined } from '../core/base/defined';
import { formatReference } from '../core/cluster/reference';
import { formatBackupRef, type RequestOf } from '../core/job/request';
import { checkRestoreOptions, type RestoreOptions } from '../core/restore/options';
import type { RestorePlan } from '../core/job/plan/planRestore';
import { planLines } from '../words/planLines';
import { choice, gentleRate, roleMap } from './arguments';
import type { Call } from './command';
import { cliHints } from './hints';
import type { OptionName, Options } from './options';

/** The options that say how to restore; `copy` takes them too. */
export const restoreFlags = [
  'as',
  'yes',
  'confirm',
  'no-owner',
  'no-privileges',
  'no-tablespaces',
  'go-on',
  'accept-missing',
  'create-roles',
  'trust-settings',
  'trust-archive',
  'map-role',
  'streams',
  'gentle',
  'prepare',
  'in-place',
  'plan',
] as const satisfies readonly OptionName[];

/** They as a job takes them. Throws `usage`. */
export function restoreOptions(options: Options): RestoreOptions {
  const as = choice('as', options.as, ['new', 'replace']);
  const gentle = gentleRate(options.gentle);
  const streams = choice('streams', options.streams, ['1', '2', '3', '4']);
  const asked = defined({
    ...{ as, noOwner: options['no-owner'], noPrivileges: options['no-privileges'] },
    ...{ noTablespaces: options['no-tablespaces'], goOn: options['go-on'] },
    ...{ acceptMissing: options['accept-missing'], createRoles: options['create-roles'] },
    ...{ trustSettings: options['trust-settings'], trustArchive: options['trust-archive'] },
    mapRoles: options['map-role'] === undefined ? undefined : roleMap(options['map-role']),
    streams: streams === undefined ? undefined : Number(streams),
    ...{ gentle, prepare: options.prepare, inPlace: options['in-place'] },
  });
  checkRestoreOptions(asked);
  return asked;
}

/** Whether a database that is replaced may be asked for. Throws `usage` where nobody is there who could be. */
export function mayReplace({ options, terminal, command }: Call & { readonly command?: string }, target: string): void {
  if (options.as !== 'replace' || options.yes === true || options.plan === true || terminal.isInteractive) return;
  // nothing is replaced before the swap, which asks
  if (options.prepare === true) return;
  throw new AppError('usage', {
    message: `Replacing ${target} has to be confirmed, and nobody is there to be asked. A script says --yes.`,
    ...(command === undefined ? {} : { command }),
  });
}

/**
 * Shows the plan of a restore or a copy where it is asked for, or where a database is to be replaced, and has the name of that typed then: after all that was found, so
 * that one knows what one agrees to. With --yes it says what is replaced. Returns an exit code where it ends here: after `--plan`, or where something blocks.
 * Throws `cancelled` when no name was typed, and what looking throws.
 */
export async function confirmReplacing(
  call: Call,
  request: RequestOf<'restore' | 'copy'>,
  plan: (request: RequestOf<'restore' | 'copy'>) => Promise<RestorePlan> = planned,
): Promise<number | undefined> {
  const { options, terminal } = call;
  const from = request.kind === 'restore' ? formatBackupRef(request.backup) : formatReference(request.source);
  const target = formatReference(request.target);
  const { database } = request.target;
  if (options.plan !== true && (options.as !== 'replace' || options.prepare === true)) return undefined;
  if (options.plan !== true && options.yes === true) {
    terminal.info(
      `This replaces the database ${target} with ${request.kind === 'restore' ? `the backup ${from}` : from}. ${means(options)}`,
    );
    return undefined;
  }
  terminal.info('looking at both sides …');
  const seen = await plan(request);
  terminal.event({ type: 'plan', ...seen });
  const lines = planLines(request, seen, cliHints);
  if (options.plan === true) {
    for (const line of lines) terminal.line(line);
    const exitCode = seen.isBlocked ? 4 : 0;
    const outcome = seen.isBlocked ? 'refused' : 'done';
    terminal.event({ type: 'result', outcome, exitCode, data: { target, planned: true } });
    terminal.line(seen.isBlocked ? 'It would be refused. Nothing was changed.' : 'Nothing was changed.');
    return exitCode;
  }
  for (const line of lines) terminal.error(line);
  if (seen.isBlocked) throw new AppError('restore.refused', { findings: seen.findings });
  if (seen.target.exists) {
    terminal.error(means(options));
    if (
      !(await terminal.confirm(`Type the name of the database (${database}) to go on, nothing to leave it: `, database))
    ) {
      throw new AppError('cancelled');
    }
  }
  return undefined;
}

/**
 * The request with the name that was typed: what a protected place asks for. By --confirm where that was given; with --yes alone nobody typed one.
 */
export function withConfirmed<Request extends RequestOf<'restore' | 'copy'>>(
  request: Request,
  { options }: Call,
): Request {
  const [named] = options.confirm ?? [];
  const typed =
    options.yes === true || options.as !== 'replace' || options.prepare === true ? undefined : request.target.database;
  return { ...request, ...defined({ confirmed: named ?? typed }) };
}

function means(options: Options): string {
  return options['in-place']
    ? 'It is done in place: writers wait from the beginning, readers too while it is restored, and the only way back is the backup that is taken first.'
    : 'All its sessions end, open transactions roll back.';
}

async function planned(request: RequestOf<'restore' | 'copy'>): Promise<RestorePlan> {
  const { planJob } = await import('../core/job/plan/planJob');
  const stop = new AbortController();
  const onSignal = (): void => stop.abort(new AppError('cancelled'));
  process.once('SIGINT', onSignal);
  try {
    return await planJob(request, stop.signal);
  } finally {
    process.off('SIGINT', onSignal);
  }
}
