import { AppError, isAppError } from '../../base/errors';
import type { OpenPod } from '../../pod/databasePod';
import type { ArchiveReading, Comparison } from '../../postgres/archive/reading';
import { compareReadings } from '../../postgres/archive/compare/compareReadings';
import type { Report, Work } from '../../base/progress';
import { analyze, tellUnanalyzed } from './analyze';
import { explained, unexplained } from '../missing';
import { readGeneratedColumns } from '../../compare/readGeneratedColumns';
import { readLive } from '../../compare/readLive';
import type { RestoreFailure } from '../restoreFailures';
import type { Workplace } from '../databaseRow';
import { applicationOf } from '../../postgres/tools/applicationName';

/** What a restore left out or changed on purpose: no difference. */
export interface LeftOut {
  readonly owners: boolean;
  /** grants are restored without owners too, and then compared; default: they are not left out */
  readonly grants?: boolean;
  /** everything is where the database is; default: where it was */
  readonly tablespaces?: boolean;
  /** the backup is masked, and has no comments */
  readonly comments?: boolean;
}

/**
 * Proves that what was restored is the backup: ANALYZE, whose errors are notes, and beside it a dump of the database with the target's own tools, which is
 * compared with the backup's reading. Rows, columns, sequences and large objects must be equal; definitions that differ are returned.
 * The phase is `analyze` until the statistics are there, then `verify`. Throws `restore.differs` { differences }, and what the exec throws.
 */
export async function verifySide(
  server: Workplace,
  pod: OpenPod,
  input: {
    readonly side: string;
    readonly backup: ArchiveReading;
    readonly leftOut: LeftOut;
    readonly job: string;
    /** what the restore went on without: only these may be missing, each with its rows */
    readonly failures?: readonly RestoreFailure[];
    /** it has its statistics */
    readonly isAnalyzed?: boolean;
  },
  work: Work,
): Promise<Comparison> {
  const { side, backup, leftOut, job, failures = [], isAnalyzed: hasStatistics = false } = input;
  work.report({ type: 'phase', phase: 'analyze' });
  let isAnalyzed = false;
  const application = applicationOf(job);
  const failed = new AbortController();
  const signal = AbortSignal.any([work.signal, failed.signal]);
  const gathering = hasStatistics ? Promise.resolve(none) : analyze(server, side, { application, signal });
  const analyzing = gathering.then((left) => {
    isAnalyzed = true;
    tellUnanalyzed(left, work.report);
    work.report({ type: 'phase', phase: 'verify' });
  });
  // one phase at a time: that of the dump has not come yet
  const report: Report = (progress) => {
    if (isAnalyzed) work.report(progress);
  };
  const how = { application, encoding: backup.header.encoding, digest: backup.digest ?? 1, like: backup };
  const reading = readLive(pod, side, how, { ...work, report, signal }).catch((error: unknown) => {
    // what the target's pg_dump says of what was restored is no word about the backup
    if (!isAppError(error, 'archive.damaged')) throw error;
    throw new AppError('exec.answer', { tool: 'pg_dump', message: error.message, database: side }, { cause: error });
  });
  const computing = readGeneratedColumns(server, side, { application, signal });
  try {
    const [restored, generated] = await Promise.all([reading, computing, analyzing]);
    const comparison = compareWithBackup(backup, { ...restored, generated }, leftOut);
    const told = explained(comparison.differences, failures, backup);
    const differences = unexplained(told);
    if (differences.length > 0) throw new AppError('restore.differs', { differences });
    return { ...comparison, equal: told.length === 0, differences: told };
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled([reading, computing, analyzing]);
    if (work.signal.aborted) throw new AppError('cancelled', {}, { cause: error });
    throw error;
  }
}

const none = { skipped: [], failed: [] };

/** The comparison of a backup with what was restored from it. */
export function compareWithBackup(
  backup: ArchiveReading,
  restored: ArchiveReading,
  { owners, grants = false, tablespaces = false, comments = false }: LeftOut,
): Comparison {
  return compareReadings(backup, restored, {
    ignore: {
      ...{ owners, acls: grants, tablespaces, extensionComments: comments },
      ...{ publications: true, subscriptions: true },
    },
  });
}
