import path from 'node:path';
import { AppError, isAppError, toAppError } from '../../base/errors';
import { groupBy } from '../../base/groupBy';
import { writeDurably } from '../../catalog/backupFolder';
import { readCatalog, removeBackup, type UnreadableBackup } from '../../catalog/catalog';
import { atOf } from '../../catalog/atOf';
import { noteDeleted } from '../../catalog/deletedBackups';
import { holdOf } from '../../catalog/hold';
import { isOurs, type BackupSummary } from '../../catalog/manifest';
import {
  checkRetention,
  retain,
  type RetainedBackup,
  type RetentionReason,
  type RetentionRules,
} from '../../catalog/retention';
import { manifestFile } from '../../store/layout';
import { prepareRootState } from '../../state/stateFolder';
import { listJobs } from '../record/listJobs';
import type { Job } from '../record/readJob';
import { jobUsing } from './inUse';

/** What becomes of one backup, and why. */
export interface RetentionRow {
  readonly backup: BackupSummary;
  readonly stays: boolean;
  readonly reasons: readonly RetentionReason[];
}

/** What retention would do to a root: a reason for each that stays and each that goes. */
export interface RetentionPlan {
  readonly rules: RetentionRules;
  /** by database, newest first */
  readonly rows: readonly RetentionRow[];
  /** what could not be read is not touched */
  readonly unreadable: readonly UnreadableBackup[];
}

/**
 * Decides for every database of a root by itself. Backups that are not ours are as they are: only what a key that counts here signed is counted or removed. What a job reads, or the undo of a
 * restore in place would need, stays. Reads, and changes nothing. Throws `usage` { rule } for rules that are none.
 */
export async function planRetention(
  root: string,
  rules: RetentionRules,
  isMeant: (backup: BackupSummary) => boolean = () => true,
): Promise<RetentionPlan> {
  checkRetention(rules);
  const { entries, unreadable } = await readCatalog(root);
  const jobs = await listJobs(root);
  const groups = groupBy(entries.filter(isMeant), ({ manifest: { source, masked } }) =>
    // masked rows stand for no others
    JSON.stringify([source.cluster, source.namespace, source.workload, source.database, masked !== undefined]),
  );
  const rows: RetentionRow[] = [];
  for (const group of groups.values()) {
    const ours = new Map<string, BackupSummary>();
    const seen: RetainedBackup[] = [];
    for (const backup of group) {
      if (!isOurs(backup)) {
        rows.push({ backup, stays: true, reasons: [{ code: 'notOurs' }] });
        continue;
      }
      ours.set(backup.id, backup);
      const lock = await lockOf(backup);
      seen.push({
        id: backup.id,
        time: new Date(backup.manifest.time.snapshot),
        isGood: isGood(backup),
        held: isAhead(backup) || lock === 'hold' || (await holdOf(backup)) !== undefined,
        usedBy: userOf(backup, jobs),
        ...(lock instanceof Date ? { lockedUntil: lock } : {}),
      });
    }
    for (const { backup, stays, reasons } of retain(seen, rules)) {
      const found = ours.get(backup.id);
      if (found) rows.push({ backup: found, stays, reasons });
    }
  }
  return { rules, rows, unreadable };
}

/** What became of a plan: what the store keeps by a lock is no error. */
export interface RetentionOutcome {
  readonly removed: readonly string[];
  readonly retained: readonly { readonly id: string; readonly until: Date }[];
  readonly failed: readonly { readonly id: string; readonly error: AppError }[];
  /** where the plan is written down */
  readonly plan: string;
}

/**
 * Removes what a plan says, after the plan was written down. What is held, or read by a job, since then stays. Throws what the state folder says; of single backups the errors are in the outcome.
 */
export async function applyRetention(root: string, { rules, rows }: RetentionPlan): Promise<RetentionOutcome> {
  const folder = await prepareRootState(root, 'retention');
  const plan = path.join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
  const said = rows.map(({ backup, stays, reasons }) => ({ backup: backup.id, folder: backup.folder, stays, reasons }));
  await writeDurably(
    plan,
    `${JSON.stringify({ format: 'db-ferry-retention', formatVersion: 1, root, rules, backups: said }, undefined, 1)}\n`,
  );
  const removed: string[] = [];
  const retained: { id: string; until: Date }[] = [];
  const failed: { id: string; error: AppError }[] = [];
  for (const { backup, stays } of rows) {
    if (stays) continue;
    try {
      const job = userOf(backup, await listJobs(root));
      if (job !== undefined) throw new AppError('target.busy', { reference: backup.folder, job });
      const removal = await removeBackup(backup);
      if (removal.state === 'retained') retained.push({ id: backup.id, until: removal.until });
      else {
        removed.push(backup.id);
        await noteDeleted(backup);
      }
    } catch (error) {
      failed.push({ id: backup.id, error: toAppError(error) });
    }
  }
  return { removed, retained, failed, plan };
}

/** Verified, with nothing shown to the contrary since, and of a time that has been. */
function isGood(backup: BackupSummary): boolean {
  const shown = backup.drills?.findLast(({ outcome }) => outcome !== 'notProved');
  return backup.manifest.verified.length > 0 && shown?.outcome !== 'disproved' && !isAhead(backup);
}

/** Of a time that is to come: a clock was wrong. It counts for no rule, and by none it is removed. */
function isAhead({ manifest }: BackupSummary): boolean {
  return Date.parse(manifest.time.snapshot) > Date.now() + 60_000;
}

/** What its store keeps a backup by: until when, or a hold of the store's own that has no end. Its manifest was written last. */
async function lockOf(backup: BackupSummary): Promise<Date | 'hold' | undefined> {
  const { store, prefix } = atOf(backup);
  try {
    return await store.keptUntil?.(prefix + manifestFile);
  } catch (error) {
    if (isAppError(error, 'store.failed') && error.data.code === 'LegalHold') return 'hold';
    throw error;
  }
}

/** The job that reads a backup now, or a restore in place whose way back it may be. */
function userOf(backup: BackupSummary, jobs: readonly Job[]): string | undefined {
  return (jobUsing(jobs, backup) ?? jobs.find((job) => mayGoBackTo(backup, job)))?.id;
}

function mayGoBackTo({ id }: BackupSummary, { request, result }: Job): boolean {
  const isInPlace = (request.kind === 'restore' || request.kind === 'copy') && request.options.inPlace === true;
  return isInPlace && result?.outcome !== 'cancelled' && JSON.stringify(result ?? {}).includes(id);
}
