import { AppError } from '../core/errors';
import type { JobOptions } from '../core/job/jobEvents';
import { checkRestoreOptions } from '../core/job/restoreOptions';
import { choice, gentleRate, roleMap } from './arguments';
import type { Call } from './command';
import type { OptionName, Options } from './options';

/** The options that say how to restore; `copy` takes them too. */
export const restoreFlags = [
  'as',
  'yes',
  'no-owner',
  'no-privileges',
  'no-tablespaces',
  'go-on',
  'accept-missing',
  'create-roles',
  'trust-settings',
  'map-role',
  'streams',
  'gentle',
  'in-place',
] as const satisfies readonly OptionName[];

/** They as a job takes them. Throws `usage`. */
export function restoreOptions(options: Options): JobOptions {
  const as = choice('as', options.as, ['new', 'replace']);
  const gentle = gentleRate(options.gentle);
  const streams = choice('streams', options.streams, ['1', '2', '3', '4']);
  const asked: JobOptions = {
    ...(as === undefined ? {} : { as }),
    ...(options['no-owner'] === undefined ? {} : { noOwner: options['no-owner'] }),
    ...(options['no-privileges'] === undefined ? {} : { noPrivileges: options['no-privileges'] }),
    ...(options['no-tablespaces'] === undefined ? {} : { noTablespaces: options['no-tablespaces'] }),
    ...(options['go-on'] === undefined ? {} : { goOn: options['go-on'] }),
    ...(options['accept-missing'] === undefined ? {} : { acceptMissing: options['accept-missing'] }),
    ...(options['create-roles'] === undefined ? {} : { createRoles: options['create-roles'] }),
    ...(options['trust-settings'] === undefined ? {} : { trustSettings: options['trust-settings'] }),
    ...(options['map-role'] === undefined ? {} : { mapRoles: roleMap(options['map-role']) }),
    ...(streams === undefined ? {} : { streams: Number(streams) }),
    ...(gentle === undefined ? {} : { gentle }),
    ...(options['in-place'] === undefined ? {} : { inPlace: options['in-place'] }),
  };
  checkRestoreOptions(asked);
  return asked;
}

/**
 * Has the database's name typed before it is replaced; with --yes says what is replaced. Throws `usage` where neither
 * is possible, `cancelled` when another name, or none, was typed.
 */
export async function confirmReplacing(call: Call, target: string, by: string): Promise<void> {
  const { options, terminal } = call;
  if (options.as !== 'replace') return;
  const database = target.split('/').slice(3).join('/');
  const means = options['in-place']
    ? 'It is done in place: writers wait from the beginning, readers too while it is restored, and the only way back is the backup that is taken first.'
    : 'All its sessions end, open transactions roll back.';
  const says = `This replaces the database ${target} with ${by}. ${means}`;
  if (options.yes === true) {
    terminal.info(says);
    return;
  }
  if (!terminal.isInteractive) {
    throw new AppError('usage', {
      message: `Replacing ${target} has to be confirmed, and nobody is there to be asked. A script says --yes.`,
    });
  }
  terminal.error(says);
  const typed = await terminal.ask(`Type the name of the database (${database}) to go on: `);
  if (typed !== database) throw new AppError('cancelled');
}
