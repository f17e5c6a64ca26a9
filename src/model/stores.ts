import * as vscode from 'vscode';
import { toAppError, type AppError } from '../core/base/errors';
import type { UnreadableBackup } from '../core/catalog/catalog';
import type { NamedStore } from '../core/catalog/namedStores';
import type { BackupSummary } from '../core/catalog/summary';

/** What a store holds, as of when it was asked last. */
export interface StoreReading {
  readonly backups: readonly BackupSummary[];
  readonly unreadable: readonly UnreadableBackup[];
  readonly failure?: AppError;
}

/** One store that has a name. Nothing is asked of it before somebody opens its row. */
export class StoreModel {
  #reading: Promise<StoreReading> | undefined;

  constructor(
    readonly store: NamedStore,
    /** the root that it is */
    readonly root: string,
  ) {}

  /** Never rejects. */
  read(): Promise<StoreReading> {
    this.#reading ??= readingOf(this.root);
    return this.#reading;
  }

  forget(): void {
    this.#reading = undefined;
  }
}

/** The stores that have names, as this window knows them: asked again when the view is. */
export class Stores implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #list: Promise<readonly StoreModel[]> | undefined;
  #known = new Map<string, StoreModel>();

  /** By name. Throws what `readStores` throws. */
  all(): Promise<readonly StoreModel[]> {
    this.#list ??= this.#read();
    return this.#list;
  }

  refresh(): void {
    this.#list = undefined;
    this.#known = new Map();
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #read(): Promise<readonly StoreModel[]> {
    const { readStores, rootOfStore } = await import('../core/catalog/namedStores');
    const stores = await readStores();
    const models = stores.map((store) => {
      const key = JSON.stringify(store);
      return [key, this.#known.get(key) ?? new StoreModel(store, rootOfStore(store))] as const;
    });
    this.#known = new Map(models);
    return models.map(([, model]) => model);
  }
}

async function readingOf(root: string): Promise<StoreReading> {
  try {
    const { readCatalog } = await import('../core/catalog/catalog');
    const { entries, unreadable } = await readCatalog(root);
    return { backups: entries, unreadable };
  } catch (error) {
    return { backups: [], unreadable: [], failure: toAppError(error) };
  }
}
