import { listIndexed, type KnownBackups } from './listIndexed';
import type { UnreadableBackup } from './lookForBackups';
import type { BackupSummary } from './manifest';

export type { BackupSummary } from './manifest';

/**
 * Lists backups again and again, for a window that stays open: a backup is read again only when something of it has changed.
 */
export class Summaries {
  #known: KnownBackups = new Map();
  #unreadable: readonly UnreadableBackup[] = [];

  /** Folders that could not be read as a backup when it was listed last. */
  get unreadable(): readonly UnreadableBackup[] {
    return this.#unreadable;
  }

  /** The backups under a root, oldest first, as `readCatalog` finds them; a missing root holds none. */
  async list(root: string): Promise<BackupSummary[]> {
    const { known, unreadable } = await listIndexed(root, {}, { before: this.#known });
    this.#known = known;
    this.#unreadable = unreadable;
    return [...known.values()].map(({ summary }) => summary).sort(byId);
  }
}

function byId(a: BackupSummary, b: BackupSummary): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
