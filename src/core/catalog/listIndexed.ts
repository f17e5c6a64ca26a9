import { createHash } from 'node:crypto';
import { lstat } from 'node:fs';
import path from 'node:path';
import { keyRing } from '../state/keys';
import { manifestFile, partialSuffix, verifiedFolder, type BackupPlace } from '../store/layout';
import { localStore } from '../store/local';
import type { Store } from '../store/store';
import { readIndex, writeIndex, type Indexed } from './catalogIndex';
import { damagedManifest } from './damagedManifest';
import { atOnce, eachOf } from './eachOf';
import { elementOf, folderOf, lookForBackups, mustFit, type UnreadableBackup } from './lookForBackups';
import type { BackupSummary } from './manifest';
import { readManifest, summarise } from './readBackup';

/** What is known of backups on this disk, by their folders. */
export type KnownBackups = ReadonlyMap<string, { readonly version: string; readonly summary: BackupSummary }>;

/**
 * The backups under a root. A manifest is read only where something of the backup has changed since it was read last: by `before`, or by the index in this user's state, which is
 * kept of databases with many. Throws what the file system says of the root itself.
 */
export async function listIndexed(
  root: string,
  filter: Partial<BackupPlace> = {},
  { before, store = localStore(root) }: { readonly before?: KnownBackups; readonly store?: Store } = {},
): Promise<{ readonly known: KnownBackups; readonly unreadable: UnreadableBackup[] }> {
  const known = new Map<string, { version: string; summary: BackupSummary }>();
  const { prefixes, unreadable } = await lookForBackups(store, filter);
  const keys = await keyRing();
  const ring = createHash('sha256').update(JSON.stringify(keys)).digest('hex').slice(0, 16);
  for (const [database, own] of byDatabase(prefixes)) {
    const isLarge = own.length >= worthAnIndex;
    let index: Promise<Map<string, Indexed>> | undefined;
    let added = 0;
    await eachOf(own, atOnce, async (prefix) => {
      const folder = folderOf(store, prefix);
      try {
        const version = `${ring} ${await versionOf(folder)}`;
        const seen = before?.get(folder);
        if (seen?.version === version) return void known.set(folder, seen);
        if (isLarge) index ??= readIndex(root, database, ring);
        const indexed = (await index)?.get(prefix);
        if (indexed?.version === version) {
          return void known.set(folder, { version, summary: { ...indexed.summary, folder } });
        }
        const read = await readManifest({ store, prefix }, keys);
        mustFit(prefix, read.short);
        known.set(folder, { version, summary: summarise(folder, read) });
        added += 1;
      } catch (error) {
        unreadable.push({ folder, error: damagedManifest(folder, error) });
      }
    });
    if (isLarge && added > 0) await writeIndex(root, database, ring, indexOf(store, own, known));
  }
  unreadable.sort((a, b) => (a.folder < b.folder ? -1 : 1));
  return { known, unreadable };
}

function indexOf(store: Store, prefixes: readonly string[], known: KnownBackups): Map<string, Indexed> {
  return new Map(
    prefixes.flatMap((prefix) => {
      const found = known.get(folderOf(store, prefix));
      if (!found) return [];
      const { folder, ...summary } = found.summary;
      return folder === '' ? [] : [[prefix, { version: found.version, summary }] as const];
    }),
  );
}

/** Prefixes of backups by that of their database; those that are not finished are left out. */
function byDatabase(prefixes: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const prefix of prefixes) {
    const element = elementOf(prefix);
    if (element.endsWith(partialSuffix)) continue;
    const database = prefix.slice(0, -element.length - 1);
    const list = found.get(database);
    if (list) list.push(prefix);
    else found.set(database, [prefix]);
  }
  return found;
}

/** Tells whether something of a backup has changed: what is added to its folder, or replaced in it, changes the folder; what is written in place, the file. */
async function versionOf(folder: string): Promise<string> {
  return (
    await Promise.all(['', manifestFile, verifiedFolder].map(async (name) => stampOf(path.join(folder, name))))
  ).join(' ');
}

/** '' for what is not there. With a callback it takes half the time of a promise of Node's, which makes an error with a stack of each name that is missing. */
async function stampOf(name: string): Promise<string> {
  return new Promise((resolve) => {
    lstat(name, (error, found) => {
      resolve(error ? '' : `${found.ctimeMs} ${found.mtimeMs} ${found.size} ${found.ino}`);
    });
  });
}

/** Backups of a database from which on an index is kept of it. */
const worthAnIndex = 50;
