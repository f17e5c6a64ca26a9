import { openArchive } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import { verifyBackup } from '../../catalog/verifyBackup';
import { AppError, toAppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import type { OpenPod } from '../../pod/databasePod';
import type { ArchiveReading, Comparison, Difference } from '../../postgres/archive/reading';
import { compareReadings } from '../../postgres/archive/compare/compareReadings';
import type { Work } from '../../base/progress';
import { workplace } from '../databaseRow';
import { takeApart } from './inPlaceArchive';
import { aboutInPlace, askInPlace, type InPlaceFacts } from './inPlaceFindings';
import { newMark, runInPlace } from './inPlaceSession';
import { readLive } from '../../compare/readLive';
import { lookAround, PhaseClock, type RestoreRequest, type RestoreResult } from '../restore';
import { applicationOf } from '../../postgres/tools/applicationName';
import { checkRestoreOptions } from '../options';
import { concernsRows } from '../missing';
import { compareWithBackup } from '../side/verifySide';

export interface InPlaceRequest extends RestoreRequest {
  /** takes a verified backup of the live database: the way back. Called while nobody can write to it; its sessions are named by `safetyBackupOf` */
  readonly backUpLive: (signal: AbortSignal) => Promise<BackupEntry>;
}

export interface InPlaceResult extends Pick<
  RestoreResult,
  'outcome' | 'differences' | 'notes' | 'findings' | 'tables' | 'rows' | 'phases'
> {
  /** the backup that holds what was there before */
  readonly before: string;
  /** how long nobody could write, and in its later part nobody could read */
  readonly lockedSeconds: number;
}

/**
 * Restores a backup into the live database itself, for a role that may not create another: one transaction locks out the writers, has the safety
 * backup taken, drops what is there, restores, and reads every row back. Only when tables, rows and sequences are the backup's it is
 * committed; in every other case, a crash included, the server rolls it back. No session is ended; they wait. Definitions are compared after the commit.
 *
 * Throws what `restore` throws but `restore.swap`, and `restore.inPlace` { reason } (rolled back).
 */
export async function restoreInPlace(request: InPlaceRequest, outer: Work): Promise<InPlaceResult> {
  const { backup, target, database, job, cluster, noOwner = false, noPrivileges = false } = request;
  checkRestoreOptions({ ...request, inPlace: true });
  const clock = new PhaseClock(outer);
  const { work } = clock;
  work.report({ type: 'phase', phase: 'read' });
  const reading = await verifyBackup(backup, work);
  const application = applicationOf(job);
  const server = workplace(target, database, application);
  let staying: InPlaceFacts | undefined;
  const { live, findings, withoutTablespaces } = await lookAround(
    server,
    { ...request, inPlace: true },
    { backup, contents: reading, whole: async () => ({ entry: backup, reading }) },
    work,
    async (seen) => {
      if (seen.live?.allowConnections) staying = await askInPlace(server, database, work.signal);
      return aboutInPlace({ target, database, reading, noOwner, seen }, staying);
    },
  );
  if (!live || !staying) throw new AppError('internal', { message: 'a preflight let pass what is not there' });
  const mark = newMark();
  const how = {
    ...{ application, noOwner, noPrivileges, noTablespaces: withoutTablespaces },
    ...{ staying, mark, signal: work.signal },
  };
  const archive = await takeApart(server, await openArchive(backup), reading, how);
  const reference = `${cluster}/${target.pod.namespace}/${target.pod.name}`;
  let before = '';
  let since = Date.now();
  let comparison: Comparison | undefined;
  const onHeld = async (signal: AbortSignal): Promise<void> => {
    since = Date.now();
    const entry = await request.backUpLive(signal);
    before = entry.id;
    work.report({ type: 'note', code: 'inPlace.before', data: { backup: entry.id, folder: entry.folder } });
  };
  const check = (restored: ArchiveReading): void => {
    comparison = compareReadings(reading, restored);
    const differences = comparison.differences.filter(concernsRows);
    if (differences.length > 0) throw new AppError('restore.differs', { differences });
  };
  const session = { database: live, job, reference, mark, reading, archive, onHeld, check };
  const ofCommit = await runInPlace(server, session, work);
  for (const finding of ofCommit) work.report({ type: 'finding', finding });
  const lockedSeconds = (Date.now() - since) / 1000;
  const { tables = 0, rows = 0 } = comparison ?? {};
  const compared = await compareAfterwards(target, { ...request, noTablespaces: withoutTablespaces }, reading, work);
  return {
    outcome: compared.isWhole && compared.differences.length === 0 ? 'done' : 'differences',
    differences: compared.differences,
    notes: [...(comparison?.notes ?? []).filter(({ code }) => code === 'withoutData'), ...compared.notes],
    findings: [...findings, ...ofCommit, ...compared.findings],
    before,
    lockedSeconds,
    tables,
    rows,
    phases: clock.seconds(),
  };
}

interface Afterwards {
  readonly isWhole: boolean;
  readonly differences: readonly Difference[];
  readonly notes: Comparison['notes'];
  readonly findings: readonly Finding[];
}

/** The rows are proven and committed: what happens here is told, and changes nothing of it. */
async function compareAfterwards(
  target: OpenPod,
  { backup, database, job, noOwner = false, noPrivileges = false, noTablespaces = false }: InPlaceRequest,
  reading: ArchiveReading,
  work: Work,
): Promise<Afterwards> {
  // a job that vanishes from here on did replace the database
  work.report({ type: 'phase', phase: 'compare' });
  const { encoding } = reading.header;
  const how = { application: applicationOf(job), encoding, digest: reading.digest ?? 1, schemaOnly: true };
  try {
    const now = await readLive(target, database, how, work);
    const definitions = reading.definitions.filter(({ kind }) => !withRows.has(kind));
    const { differences, notes } = compareWithBackup({ ...reading, definitions }, now, {
      owners: noOwner,
      grants: noPrivileges,
      tablespaces: noTablespaces,
      comments: backup.manifest.masked !== undefined,
    });
    const ofDefinitions = notes.filter(({ code }) => code !== 'withoutData');
    return {
      isWhole: true,
      differences: differences.filter((one) => !concernsRows(one)),
      notes: ofDefinitions,
      findings: [],
    };
  } catch (error) {
    const { code, message } = toAppError(error);
    work.log.warn(`the definitions could not be compared: ${message}`);
    const finding: Finding = { level: 'warn', code: 'inPlace.definitions', data: { code } };
    work.report({ type: 'finding', finding });
    return { isWhole: false, differences: [], notes: [], findings: [finding] };
  }
}

/** Entries that a dump of definitions alone does not have. */
const withRows: ReadonlySet<string> = new Set(['MATERIALIZED VIEW DATA', 'STATISTICS DATA']);
