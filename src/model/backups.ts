import { constants, watch, type FSWatcher } from 'node:fs';
import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { BackupPlace } from '../core/catalog/backupFolder';
import type { UnreadableBackup } from '../core/catalog/catalog';
import type { BackupSummary, Summaries } from '../core/catalog/summary';
import { AppError, toAppError } from '../core/base/errors';
import { contextKeys } from '../contributions';

/** The backups of the root, as this window knows them: read when first asked for, again when a job has ended. */
export class Backups implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #list: readonly BackupSummary[] = [];
  #failure: AppError | undefined;
  #isRead = false;
  #reading: Promise<readonly BackupSummary[]> | undefined;
  /** counts the readings, so that one that ends late overwrites none that began after it */
  #turn = 0;
  #summaries: Summaries | undefined;
  #watcher: FSWatcher | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(private readonly root: () => string) {}

  /** All of them, oldest first; none where the root cannot be read, see `failure`. */
  all(): Promise<readonly BackupSummary[]> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** By database, each newest first, as of the last reading; adopted ones are one group, the last. */
  get groups(): readonly (readonly [BackupSummary, ...BackupSummary[]])[] {
    return groupsOf(this.#list);
  }

  /** Folders that could not be read as a backup, as of the last reading. */
  get unreadable(): readonly UnreadableBackup[] {
    return this.#failure ? [] : (this.#summaries?.unreadable ?? []);
  }

  /** Why the root could not be read. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  /** When a database was backed up last, UTC, as of the last reading; `never`; undefined before one, and where none could be read. */
  lastOf(place: BackupPlace): string | undefined {
    const last = this.#list.findLast(({ manifest: { source } }) => isOf(source, place));
    return last?.manifest.time.snapshot ?? (this.#isRead && !this.#failure ? 'never' : undefined);
  }

  /** What is known is old: read again when somebody asks, and in a moment, since changes come in flocks. */
  refresh(): void {
    this.#reading = undefined;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => void this.all(), settlingMs);
  }

  dispose(): void {
    clearTimeout(this.#settling);
    this.#watcher?.close();
    this.#changed.dispose();
  }

  async #read(): Promise<readonly BackupSummary[]> {
    const turn = (this.#turn += 1);
    let root: string | undefined;
    let list: readonly BackupSummary[] = [];
    let failure: AppError | undefined;
    try {
      root = this.root();
      list = await this.#listed(root);
    } catch (error) {
      failure = toAppError(error);
      if (failure.code === 'internal') {
        failure = new AppError(
          'root.unreadable',
          { root: root ?? '?', message: failure.data.message ?? '' },
          { cause: error },
        );
      }
    }
    if (turn !== this.#turn) return this.all();
    this.#list = list;
    this.#failure = failure;
    this.#isRead = true;
    void vscode.commands.executeCommand('setContext', contextKeys.hasBackups, this.#list.length > 0);
    if (root !== undefined && !failure) this.#watch(root);
    this.#changed.fire();
    return this.#list;
  }

  async #listed(root: string): Promise<readonly BackupSummary[]> {
    const [{ Summaries }, { checkRoot }] = await Promise.all([
      import('../core/catalog/summary'),
      import('../core/catalog/root'),
    ]);
    await checkRoot(root);
    this.#summaries ??= new Summaries();
    // a root that is there and may not be read is no empty one
    await access(root, constants.R_OK | constants.X_OK).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
    return this.#summaries.list(root);
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

const settlingMs = 250;

type Group = [BackupSummary, ...BackupSummary[]];

/** By database, each newest first; adopted ones are one group, the last. Pure. */
export function groupsOf(list: readonly BackupSummary[]): Group[] {
  const groups = new Map<string, Group>();
  for (const backup of list.toReversed()) {
    const { origin, source } = backup.manifest;
    const { cluster, namespace, workload, database } = source;
    const key = origin === 'adopted' ? '' : JSON.stringify([cluster, namespace, workload, database]);
    const group = groups.get(key);
    if (group) group.push(backup);
    else groups.set(key, [backup]);
  }
  const isAdopted = ([{ manifest }]: Group): number => (manifest.origin === 'adopted' ? 1 : 0);
  return [...groups.values()].sort((a, b) => isAdopted(a) - isAdopted(b));
}

function isOf(source: BackupPlace, place: BackupPlace): boolean {
  return (
    source.cluster === place.cluster &&
    source.namespace === place.namespace &&
    source.workload === place.workload &&
    source.database === place.database
  );
}
