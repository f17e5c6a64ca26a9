import type { BackupEntry } from '../../catalog/manifest';
import { follows, gentleOf, operandsOf } from '../request';
import type { Job } from '../record/readJob';

/** How long a restore is expected to take. */
export interface ExpectedRestore {
  readonly seconds: number;
  readonly basis: 'last run' | 'size';
}

/**
 * From the last job of the same kind and pace that restored into the same database, scaled by rows where both are known; else from the
 * size in bytes, which is a guess. A copy is a backup and a restore.
 */
export function expectRestore(
  jobs: readonly Job[],
  what: {
    readonly kind: 'restore' | 'copy';
    readonly target: string;
    readonly bytes: number;
    readonly rows?: number;
    /** as the job's options have it, bytes a second */
    readonly gentle?: number | undefined;
    /** the restore follows the dump */
    readonly follows?: boolean;
  },
): ExpectedRestore {
  const last = jobs
    .filter(({ request, result }) => request.kind === what.kind && result !== undefined && isWhole(result.outcome))
    .filter(({ request }) => operandsOf(request)[1] === what.target && gentleOf(request) === what.gentle)
    .filter(({ request }) => follows(request) === (what.follows ?? false))
    .map(({ result }) => ({ seconds: numberOf(result?.data['seconds']), rows: numberOf(result?.data['rows']) }))
    .find(({ seconds }) => seconds !== undefined);
  if (last?.seconds !== undefined) {
    const scale = last.rows !== undefined && last.rows > 0 && what.rows !== undefined ? what.rows / last.rows : 1;
    return { seconds: last.seconds * Math.max(scale, leastScale), basis: 'last run' };
  }
  const perSecond = what.kind === 'copy' ? copySpeed : restoreSpeed;
  // what moves goes at its pace: there, and back for the comparison; a copy comes from somewhere, too
  const moves =
    what.gentle === undefined ? 0 : ((what.kind === 'copy' ? 3 : 2) * what.bytes * archiveShare) / what.gentle;
  return { seconds: 5 + Math.max(what.bytes / perSecond, moves), basis: 'size' };
}

/** The same of a backup, as its manifest knows it. */
export function expectRestoreOf(
  jobs: readonly Job[],
  backup: BackupEntry,
  target: string,
  gentle?: number,
): ExpectedRestore {
  const { size } = backup.manifest;
  const rows = rowsOf(backup);
  const bytes = size.database ?? Math.max(size.text, size.archive) * 1.5;
  return expectRestore(jobs, { kind: 'restore', target, bytes, gentle, ...(rows === undefined ? {} : { rows }) });
}

/** An adopted archive whose data nobody read has no rows to speak of. */
export function rowsOf({ manifest }: BackupEntry): number | undefined {
  return manifest.verified.length === 0 ? undefined : manifest.tables.reduce((sum, { rows }) => sum + rows, 0);
}

/** What does not shrink with the rows: starting, looking, exchanging. */
const leastScale = 0.1;

/** How much of a database's bytes its archive has, about. */
const archiveShare = 0.35;

/** Bytes of the database a second, restored and compared, as measured on one core without a network. */
const restoreSpeed = 15e6;
const copySpeed = 11e6;

function isWhole(outcome: string): boolean {
  return outcome === 'done' || outcome === 'differences' || outcome === 'prepared';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
