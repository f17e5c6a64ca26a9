import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { keyRing } from '../state/keys';
import { holdFile, manifestFile, partialSuffix, signatureFile, verifiedFolder } from '../store/layout';
import { localStore } from '../store/local';
import { damagedManifest } from './catalog';
import { folderOf, lookForBackups, mustFit, type UnreadableBackup } from './lookForBackups';
import { atOnce, eachOf } from './eachOf';
import type { BackupSummary } from './manifest';
import { readManifest, summarise } from './readBackup';

export type { BackupSummary } from './manifest';

/**
 * Lists backups again and again, for a window that stays open: a backup is read again only when something of it has changed.
 */
export class Summaries {
  #known = new Map<string, Known>();
  #unreadable: readonly UnreadableBackup[] = [];

  /** Folders that could not be read as a backup when it was listed last. */
  get unreadable(): readonly UnreadableBackup[] {
    return this.#unreadable;
  }

  /** The backups under a root, oldest first, as `readCatalog` finds them; a missing root holds none. */
  async list(root: string): Promise<BackupSummary[]> {
    const known = new Map<string, Known>();
    const store = localStore(root);
    const { prefixes, unreadable } = await lookForBackups(store);
    const ring = await keyRing();
    const rings = JSON.stringify(ring);
    await eachOf(prefixes, atOnce, async (prefix) => {
      const folder = folderOf(store, prefix);
      if (folder.endsWith(partialSuffix)) return;
      try {
        const version = `${rings} ${await versionOf(folder)}`;
        const before = this.#known.get(folder);
        known.set(folder, before?.version === version ? before : await read(folder, prefix, version));
      } catch (error) {
        unreadable.push({ folder, error: damagedManifest(folder, error) });
      }
    });
    this.#known = known;
    this.#unreadable = unreadable.sort((a, b) => (a.folder < b.folder ? -1 : 1));
    return [...known.values()].map(({ summary }) => summary).sort(byId);

    async function read(folder: string, prefix: string, version: string): Promise<Known> {
      const manifest = await readManifest({ store, prefix }, ring);
      mustFit(prefix, manifest.short);
      return { version, summary: summarise(folder, manifest) };
    }
  }
}

/** Tells whether something of a backup changed: what was added to its folder changes the folder. */
async function versionOf(folder: string): Promise<string> {
  const all = ['', manifestFile, signatureFile, verifiedFolder, holdFile].map(async (name) =>
    lstat(path.join(folder, name)).then(
      ({ mtimeMs, size, ino }) => `${mtimeMs} ${size} ${ino}`,
      () => '',
    ),
  );
  return (await Promise.all(all)).join(' ');
}

interface Known {
  readonly version: string;
  readonly summary: BackupSummary;
}

function byId(a: BackupSummary, b: BackupSummary): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
