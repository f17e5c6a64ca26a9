import { watch, type FSWatcher } from 'node:fs';
import * as vscode from 'vscode';
import type { BackupPlace } from '../core/catalog/backupFolder';
import type { BackupEntry } from '../core/catalog/manifest';
import { contextKeys } from '../contributions';

/** The backups of the root, as this window knows them: read when first asked for, again when a job has ended. */
export class Backups implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #entries: readonly BackupEntry[] = [];
  #reading: Promise<readonly BackupEntry[]> | undefined;
  #watcher: FSWatcher | undefined;

  constructor(private readonly root: () => string) {}

  /** All of them, oldest first. */
  all(): Promise<readonly BackupEntry[]> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** When a database was backed up last, UTC, as of the last reading. */
  lastOf(place: BackupPlace): string | undefined {
    return this.#entries.findLast(({ manifest: { source } }) => isOf(source, place))?.manifest.time.snapshot;
  }

  refresh(): void {
    this.#reading = undefined;
    void this.all();
  }

  dispose(): void {
    this.#watcher?.close();
    this.#changed.dispose();
  }

  async #read(): Promise<readonly BackupEntry[]> {
    const { listBackups } = await import('../core/catalog/catalog');
    const root = this.root();
    this.#entries = await listBackups(root).catch(() => []);
    void vscode.commands.executeCommand('setContext', contextKeys.hasBackups, this.#entries.length > 0);
    this.#watch(root);
    this.#changed.fire();
    return this.#entries;
  }

  /** A root that was not there, or whose first cluster comes, is seen; what is deeper comes with its job's end. */
  #watch(root: string): void {
    this.#watcher?.close();
    try {
      this.#watcher = watch(root, () => this.refresh());
      this.#watcher.on('error', () => this.#watcher?.close());
    } catch {
      this.#watcher = undefined;
    }
  }
}

function isOf(source: BackupPlace, place: BackupPlace): boolean {
  return (
    source.cluster === place.cluster &&
    source.namespace === place.namespace &&
    source.workload === place.workload &&
    source.database === place.database
  );
}
