import type { BackupSummary } from '../core/catalog/summary';
import { backupName, databaseName, sourceName, verifiedState, verifiedWords } from './backupWords';
import { size } from './format';
import { t } from '../words/language';

/** The question before backups are deleted: which, how large, and of what no verified backup is left. */
export function deletionWords(
  chosen: readonly BackupSummary[],
  all: readonly BackupSummary[],
): { readonly message: string; readonly detail: string } {
  const [only] = chosen;
  const message =
    only && chosen.length === 1 ? t`Delete the backup ${backupName(only)}?` : t`Delete these ${chosen.length} backups?`;
  const bytes = chosen.reduce((sum, { manifest }) => sum + manifest.size.archive, 0);
  const lines = chosen.slice(0, mostLines).map((backup) => lineOf(backup, chosen.length > 1));
  const more = chosen.length - lines.length;
  const detail = [
    [...lines, ...(more > 0 ? [t`and ${more} more`] : [])].join('\n'),
    ...lastOnes(chosen, all),
    t`${chosen.length > 1 ? t`${size(bytes)} in all. ` : ''}This cannot be undone.`,
  ].join('\n\n');
  return { message, detail };
}

const mostLines = 12;

function lineOf(backup: BackupSummary, isNamed: boolean): string {
  const { source, size: sizes } = backup.manifest;
  const facts = [sourceName(source), size(sizes.archive), verifiedWords(backup.manifest)];
  return [...(isNamed ? [backupName(backup)] : []), ...facts].join(' · ');
}

/** A sentence for each database that is left without a verified backup by this. */
function lastOnes(chosen: readonly BackupSummary[], all: readonly BackupSummary[]): string[] {
  const gone = new Set(chosen.map(({ folder }) => folder));
  const isVerified = ({ manifest }: BackupSummary): boolean => verifiedState(manifest) !== 'unverified';
  const left = new Set(all.filter((one) => isVerified(one) && !gone.has(one.folder)).map(placeOf));
  const names = new Map(chosen.filter(isVerified).map((one) => [placeOf(one), one]));
  return [...names]
    .filter(([place]) => !left.has(place))
    .map(
      ([, { manifest }]) =>
        t`After this there is no verified backup of ${databaseName(manifest)} (${sourceName(manifest.source)}) any more.`,
    );
}

function placeOf({ manifest: { source } }: BackupSummary): string {
  return JSON.stringify([source.cluster, source.namespace, source.workload, source.database]);
}
