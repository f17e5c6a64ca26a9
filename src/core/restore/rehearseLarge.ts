import { isAppError, AppError } from '../base/errors';
import type { Work } from '../base/progress';
import { isOurs } from '../catalog/manifest';
import { defined } from '../base/defined';
import { readSameContents } from '../postgres/archive/format/readTableOfContents';
import type { Filling } from './filling';
import type { Workplace } from './databaseRow';
import { goesOn, type RestoreOptions } from './options';
import { longestRehearsal, toldFailures } from './preflight/lookAhead';
import type { Preflight } from './preflight/preflight';
import { rehearseDefinitions } from './preflight/rehearseDefinitions';
import type { RestoreFailure } from './restoreFailures';
import { newSide } from './side/makeNew';

export interface LargeRestore extends Pick<
  RestoreOptions,
  'noOwner' | 'noPrivileges' | 'trustArchive' | 'goOn' | 'acceptMissing'
> {
  readonly database: string;
  readonly job: string;
  readonly isJustMade?: boolean;
  /** bytes of rows from which on it counts as large */
  readonly rehearseFrom?: number;
}

/** bytes of rows that take some twenty times as long as a rehearsal */
const rehearsedText = 1e9;

/**
 * Of a large backup all that the target refuses, also of what comes behind the rows, is found before one of them moves. A backup that was made just now was rehearsed before it was. Throws
 * `restore.cannotMake` { failures, count }, `cancelled`; where no rehearsal can be made the restore itself tells.
 */
export async function rehearseLarge(
  server: Workplace,
  request: LargeRestore,
  filling: Pick<Filling, 'backup' | 'contents' | 'archive'>,
  seen: Preflight,
  work: Work,
): Promise<void> {
  const { rehearseFrom = rehearsedText, isJustMade = false } = request;
  const { textBytes = 0 } = filling.contents;
  if (textBytes < rehearseFrom || isJustMade || goesOn(request)) return;
  const failures = await refusedBy(server, request, filling, seen, work);
  if (failures.length === 0) return;
  throw new AppError('restore.cannotMake', { failures: failures.slice(0, toldFailures), count: failures.length });
}

async function refusedBy(
  server: Workplace,
  request: LargeRestore,
  { backup, contents: reading, archive }: Pick<Filling, 'backup' | 'contents' | 'archive'>,
  seen: Preflight,
  work: Work,
): Promise<readonly RestoreFailure[]> {
  const { database, job, noOwner = false, noPrivileges = false, trustArchive } = request;
  const toc = await readSameContents(archive, reading.contents);
  if (toc.bytes.length > longestRehearsal) return [];
  const rehearsal = {
    ...{ toc, database, job, origin: backup.id, roles: seen.roles, isSigned: isOurs(backup), findings: seen.findings },
    ...defined({ trustArchive }),
    like: seen.live ?? newSide(reading, seen.own),
    leavesOut: { noOwner, noPrivileges, noTablespaces: seen.withoutTablespaces },
  };
  try {
    return await rehearseDefinitions(server, rehearsal, work);
  } catch (error) {
    if (work.signal.aborted || !isAppError(error, 'exec.failed')) throw error;
    work.log.warn(`the definitions could not be rehearsed: ${error.message}`);
    return [];
  }
}
