import path from 'node:path';
import type { BackupDamage } from '../base/damage';
import { AppError, toAppError } from '../base/errors';
import { encodeName, isBackupId, timeIn, type BackupPlace } from '../store/layout';
import type { Store } from '../store/store';
import type { Manifest } from './manifest';
import { isBucketRoot } from './namedStores';

/** A folder that stands where a backup does and cannot be read as one. */
export interface UnreadableBackup {
  readonly folder: string;
  /** why */
  readonly error: AppError;
}

/**
 * The prefixes at the depth of a backup, partial ones too, and what stands there and cannot be looked into. What is hidden is not looked into, and no link
 * is followed: it could lead anywhere. Nothing of a backup itself is read.
 */
export async function lookForBackups(
  store: Store,
  filter: Partial<BackupPlace> = {},
): Promise<{ readonly prefixes: readonly string[]; readonly unreadable: UnreadableBackup[] }> {
  const unreadable: UnreadableBackup[] = [];
  let prefixes = [''];
  const names = [filter.cluster, filter.namespace, filter.workload, filter.database, undefined];
  for (const [depth, name] of names.entries()) {
    const next: string[] = [];
    for (const prefix of prefixes) {
      try {
        const { folders, refused } = await store.level(prefix);
        const wanted = name === undefined ? folders : folders.filter((folder) => folder === encodeName(name));
        next.push(...wanted.map((folder) => `${prefix}${folder}/`));
        if (depth < names.length - 1) continue;
        unreadable.push(...refused.map(({ key, error }) => ({ folder: folderOf(store, key), error })));
      } catch (error) {
        if (prefix === '') throw error;
        unreadable.push({ folder: folderOf(store, prefix), error: toAppError(error) });
      }
    }
    prefixes = next;
  }
  return { prefixes, unreadable };
}

/** What people are told of a prefix: on a disk its folder. */
export function folderOf({ name }: Pick<Store, 'name'>, prefix: string): string {
  const below = prefix.replace(/\/$/, '');
  // a bucket is no path
  return isBucketRoot(name) ? `${name}/${below}` : path.join(name, below);
}

/** The last element of a prefix. */
export function elementOf(prefix: string): string {
  return prefix.slice(prefix.lastIndexOf('/', prefix.length - 2) + 1).replace(/\/$/, '');
}

/** False for a backup that cannot have an id that begins so, by the name of its folder: 0.1.0 named it by a time that the id begins with, or of what it adopted by another one. */
export function mayBe(prefix: string, begin: string): boolean {
  const element = elementOf(prefix);
  return (!isBackupId(element) && prefix.startsWith('adopted/')) || mayBeNamed(element, begin);
}

/** The same by the folder's name alone. */
export function mayBeNamed(element: string, begin: string): boolean {
  if (isBackupId(element)) return element.startsWith(begin);
  const time = timeIn(element);
  return time !== undefined && (time.startsWith(begin) || begin.startsWith(time));
}

/**
 * Throws for a manifest that says it belongs to another folder: by the place it was taken from, and by its id. A copy of a backup that was put elsewhere
 * by hand would pass for another one.
 */
export function mustFit(prefix: string, manifest: Pick<Manifest, 'id' | 'origin' | 'source'>): void {
  const { cluster, namespace, workload, database } = manifest.source;
  const element = elementOf(prefix);
  const place = prefix.slice(0, -element.length - 1);
  if (isBackupId(element) && element !== manifest.id) throw unfit({ reason: 'manifest.folder', of: manifest.id });
  if (manifest.origin === 'adopted') {
    // its folder is named by the file that it was
    if (!place.startsWith('adopted/')) throw unfit({ reason: 'manifest.adopted' });
    return;
  }
  const own = `${[cluster, namespace, workload, database].map(encodeName).join('/')}/`;
  if (own !== place) throw unfit({ reason: 'manifest.place', of: own.slice(0, -1) });
  const time = timeIn(element);
  if (time === undefined || !manifest.id.startsWith(time)) throw unfit({ reason: 'manifest.folder', of: manifest.id });
}

function unfit(damage: BackupDamage): AppError {
  return new AppError('backup.damaged', damage);
}
