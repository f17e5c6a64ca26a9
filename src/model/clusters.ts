import { existsSync, watch, type FSWatcher } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { KubeconfigProblem } from '../core/cluster/cluster';
import { ClusterModel } from './clusterModel';
import { visibleEnv } from './trusted';

/**
 * The clusters of all kubeconfig files, as this window knows them. Nothing is read before the first question; each
 * cluster loads by itself, so that a dead one delays no other.
 */
export class Clusters implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ClusterModel | undefined>();
  /** a cluster whose contents changed; undefined: the list itself */
  readonly onDidChange = this.#changed.event;
  #models = new Map<string, ClusterModel>();
  #problems: readonly KubeconfigProblem[] = [];
  #reading: Promise<readonly ClusterModel[]> | undefined;
  /** counts the readings, so that one that ends late overwrites none that began after it */
  #turn = 0;
  #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | undefined;

  constructor(private readonly kubeconfigs: () => readonly string[]) {}

  /** The clusters in the order of their files. */
  all(): Promise<readonly ClusterModel[]> {
    this.#reading ??= this.#read();
    return this.#reading;
  }

  /** Kubeconfig files that could not be read, as of the last reading. */
  get problems(): readonly KubeconfigProblem[] {
    return this.#problems;
  }

  /** The cluster of this alias as of the last reading; undefined also where nobody asked for clusters yet. */
  known(alias: string): ClusterModel | undefined {
    return this.#models.get(alias);
  }

  /** Reads the files again, and every cluster that was loaded. */
  refresh(): void {
    this.#reading = undefined;
    for (const model of this.#models.values()) model.forget();
    this.#changed.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.#settling);
    this.#unwatch();
    for (const model of this.#models.values()) model.forget();
    this.#changed.dispose();
  }

  async #read(): Promise<readonly ClusterModel[]> {
    // the Kubernetes client is most of the bundle: loaded when a view is first opened
    const [{ readClusters }, { connect }] = await Promise.all([
      import('../core/cluster/readClusters'),
      import('../core/cluster/connect'),
    ]);
    const turn = (this.#turn += 1);
    const files = this.kubeconfigs();
    const { clusters, problems } = await readClusters({ files, env: visibleEnv(process.env) });
    if (turn !== this.#turn) return this.all();
    // before the first login none is there; the view says what to do then
    this.#problems = problems.filter(({ isMissing }) => isMissing !== true);
    const before = this.#models;
    this.#models = new Map();
    for (const cluster of clusters) {
      const known = before.get(cluster.alias);
      const same = known !== undefined && JSON.stringify(known.cluster) === JSON.stringify(cluster);
      const model = same ? known : new ClusterModel(connect(cluster), (changed) => this.#changed.fire(changed));
      this.#models.set(cluster.alias, model);
    }
    for (const [alias, model] of before) if (this.#models.get(alias) !== model) model.retire();
    this.#watch(files);
    return [...this.#models.values()];
  }

  /** The folders, not the files: a file may come later (Dev Spaces injects it), and tools replace rather than write it. */
  #watch(files: readonly string[]): void {
    this.#unwatch();
    const env = (process.env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
    const defaults = env.length > 0 ? env : [join(homedir(), '.kube', 'config')];
    const all = new Set([...defaults, ...files]);
    for (const folder of new Set([...all].map((file) => nearest(dirname(file))))) {
      try {
        const watcher = watch(folder, (_event, name) => {
          if (name === null || [...all].some((file) => isOnTheWay(join(folder, name), file))) this.#settle();
        });
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // may not be watched: Refresh finds it
      }
    }
  }

  /** A login writes a file several times. */
  #settle(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#reread(), 500);
  }

  /** Reads the files again; a cluster is loaded again where it is another one now, or where a new login may help it. */
  #reread(): void {
    this.#reading = undefined;
    for (const model of this.#models.values()) {
      if (model.failure) model.forget();
      else model.client.forgetLogin();
    }
    this.#changed.fire(undefined);
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }
}

/** The folder itself, or the next one above it that is there. */
function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder));
}

/** True for the file itself and for a folder above it that has just come. */
function isOnTheWay(changed: string, file: string): boolean {
  return file === changed || (file.startsWith(`${changed}/`) && existsSync(changed));
}
