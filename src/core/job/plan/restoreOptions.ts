import { AppError } from '../../base/errors';
import { checkMapping } from '../../restore/preflight/roles';
import type { JobOptions } from '../record/jobEvents';

/**
 * Whether the options of a restore or a copy go together: asked by each host before it makes a job, and by the job itself. Throws `usage`.
 */
export function checkRestoreOptions(options: JobOptions): void {
  const { as, inPlace, gentle, createRoles, mapRoles = {}, goOn, acceptMissing } = options;
  const refuse = (message: string): never => {
    throw new AppError('usage', { message });
  };
  checkMapping(mapRoles);
  if (acceptMissing && as !== 'replace') {
    refuse('--accept-missing needs --as replace: a new database is put in place with the list of what is missing.');
  }
  if (!inPlace) return;
  if (as !== 'replace') refuse('--in-place needs --as replace: it restores into a database that exists.');
  if (gentle !== undefined) {
    refuse('--in-place does not go with --gentle: others wait for its locks until it is done.');
  }
  if (createRoles || Object.keys(mapRoles).length > 0) {
    refuse('--in-place makes and maps no roles. Make them before, or say --no-owner and --no-privileges.');
  }
  if (goOn || acceptMissing) {
    refuse('--in-place does not go with --go-on: it is one transaction, which one error ends.');
  }
}

/** To replace a database by one that lacks something takes going on without it. Pure. */
export function goesOn({ goOn = false, acceptMissing = false }: JobOptions): boolean {
  return goOn || acceptMissing;
}
