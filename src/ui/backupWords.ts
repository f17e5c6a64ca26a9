import type { Manifest } from '../core/catalog/manifest';
import type { BackupSummary } from '../core/catalog/summary';
import { asItSays } from '../words/provenanceWords';
import { ago, localTime, size } from './format';
import { t } from '../words/language';

/** How far a backup was verified: what its badge, its colour and its words say. */
export type VerifiedState = 'restored' | 'verified' | 'unverified';

/** Where a backup came from, as far as words need it. */
export type Source = Manifest['source'];

/** A line of the list: `2 h ago · 412 MB · verified`, and what was done to what it holds. */
export function backupFacts(backup: BackupSummary): string {
  const { manifest } = backup;
  const verified = asItSays(backup, verifiedWords(manifest));
  const done = [manifest.encryption && t`encrypted`, manifest.masked && t`masked`].filter((one) => one !== undefined);
  return [ago(manifest.time.snapshot), size(manifest.size.archive), verified, ...done].join(' · ');
}

/** `shop of 2026-11-23 05:15:14`; an adopted one by its file. */
export function backupName({ manifest }: Pick<BackupSummary, 'manifest'>): string {
  return t`${databaseName(manifest)} of ${localTime(manifest.time.snapshot)}`;
}

/** The database's name; of an adopted one what its archive says, or else its file's name. */
export function databaseName({
  source,
  archive,
}: {
  readonly source: Source;
  readonly archive: Manifest['archive'];
}): string {
  return [source.database, archive.header.database, archive.file].find((name) => name !== '') ?? '';
}

/** `cluster/project/workload`; where it is not known, that it came from elsewhere. */
export function sourceName({ cluster, namespace, workload }: Source): string {
  return cluster === '' ? t`from elsewhere` : `${cluster}/${namespace}/${workload}`;
}

export function verifiedState({ origin, verified }: Pick<Manifest, 'origin' | 'verified'>): VerifiedState {
  if (verified.some(({ level }) => level === 'restored')) return 'restored';
  return origin === 'adopted' || verified.length === 0 ? 'unverified' : 'verified';
}

/** `verified by a restore 2 h ago` */
export function verifiedWords(manifest: Pick<Manifest, 'origin' | 'verified'>): string {
  const { verified } = manifest;
  const restored = verified.findLast(({ level }) => level === 'restored');
  if (restored) return t`verified by a restore ${ago(restored.time)}`;
  const last = verified.findLast(({ level }) => level !== 'key');
  if (!last) return t`not verified`;
  return `${manifest.origin === 'adopted' ? t`structure read` : t`verified`} ${ago(last.time)}`;
}
