import * as vscode from 'vscode';
import type { Cluster } from '../core/cluster/cluster';
import { contextKeys, viewIds } from '../contributions';
import type { Backups } from '../model/backups';
import type { ClusterModel } from '../model/clusterModel';
import type { Clusters } from '../model/clusters';
import type { ProtectedPlaces } from '../core/policy/protectedPlaces';
import { injectedName } from '../model/devSpaces';
import { settings } from '../ui/settings';
import { ClusterNode } from './clusterNode';
import type { DatabaseNode } from './databaseNode';
import { NamespaceNode } from './namespaceNode';
import type { TreeNode } from './node';
import { ProblemNode } from './problemNode';
import { shownItem } from './shownItem';
import { t } from '../words/language';

/** What the rows of the Clusters view ask of it. */
export interface ClustersView {
  readonly protection: ProtectedPlaces;
  nameOf(cluster: Cluster): string;
  /** expanded where that is all there is to look at */
  initialState(node: ClusterNode | NamespaceNode): vscode.TreeItemCollapsibleState;
  /** resolves when the first pods of a cluster are known */
  somethingIn(model: ClusterModel): Promise<void>;
  /** what is shown of a cluster: pinned ones first, the filter applied */
  namespacesOf(model: ClusterModel): readonly string[];
  isPinned(place: string): boolean;
  pinnedIn(cluster: string): readonly string[];
  /** when the database was backed up last, UTC; `never`: this root has no backup of it; undefined: nobody looked yet, or could */
  lastBackup(node: DatabaseNode): string | undefined;
  /** the row looks different now */
  changed(node: TreeNode): void;
}

/** The Clusters view: cluster, project, pod, database. */
export class ClustersTree implements vscode.TreeDataProvider<TreeNode>, ClustersView, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #waiting = new Map<ClusterModel, (() => void)[]>();
  readonly #subscriptions: vscode.Disposable[] = [];
  readonly #treeView: vscode.TreeView<TreeNode>;
  #roots = new Map<ClusterModel, ClusterNode>();
  #filter = '';

  constructor(
    readonly clusters: Clusters,
    private readonly backups: Backups,
    readonly protection: ProtectedPlaces,
    dragAndDrop: vscode.TreeDragAndDropController<TreeNode>,
  ) {
    this.#treeView = vscode.window.createTreeView<TreeNode>(viewIds.clusters, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
      dragAndDropController: dragAndDrop,
    });
    this.#subscriptions.push(
      this.#treeView,
      this.#treeView.onDidExpandElement(({ element }) => follow(element)),
      this.#treeView.onDidCollapseElement(({ element }) => unfollow(element)),
      clusters.onDidChange((model) => this.#onChange(model)),
      backups.onDidChange(() => this.#changed.fire(undefined)),
    );
  }

  /** The rows that are selected, while they can be seen. */
  get selection(): readonly TreeNode[] {
    return this.#treeView.visible ? this.#treeView.selection : [];
  }

  get filter(): string {
    return this.#filter;
  }

  /** Shows only projects whose name holds this text; '' shows all. */
  set filter(text: string) {
    this.#filter = text;
    void vscode.commands.executeCommand('setContext', contextKeys.isFiltered, text !== '');
    void this.clusters.all().then((models) => this.#tellState(models));
    this.#changed.fire(undefined);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return shownItem(node.item());
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (!node) return this.#clusterNodes();
    // rows that begin expanded, and those that stay so over a refresh, are not told as expanded: they are asked for
    follow(node);
    return [...(await node.children())];
  }

  changed(node: TreeNode | undefined): void {
    this.#changed.fire(node);
  }

  nameOf(cluster: Cluster): string {
    return settings.clusterNames()[cluster.alias] ?? injectedName(cluster, process.env) ?? cluster.alias;
  }

  initialState(node: ClusterNode | NamespaceNode): vscode.TreeItemCollapsibleState {
    const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    if (node instanceof NamespaceNode) {
      return node.parent.model.contents.namespaces.size <= fewProjects ? Expanded : Collapsed;
    }
    return this.#roots.size <= fewClusters ? Expanded : Collapsed;
  }

  async somethingIn(model: ClusterModel): Promise<void> {
    if (model.contents.namespaces.size > 0) return;
    await new Promise<void>((resolve) => {
      const waiting = this.#waiting.get(model) ?? [];
      this.#waiting.set(model, [...waiting, resolve]);
    });
  }

  namespacesOf(model: ClusterModel): readonly string[] {
    const { alias } = model.cluster;
    const pinned = this.pinnedIn(alias);
    const { namespaces, forbidden, total } = model.contents;
    // one that a person named, in the kubeconfig or by pinning it; of all others it is no news
    const isNamed = (name: string): boolean => total === undefined || pinned.includes(name);
    const shown = [...namespaces.keys(), ...forbidden.filter(isNamed)];
    return shown
      .filter((name) => name.includes(this.#filter))
      .sort((a, b) => Number(pinned.includes(b)) - Number(pinned.includes(a)) || (a < b ? -1 : 1));
  }

  isPinned(place: string): boolean {
    return settings.pinnedProjects().includes(place);
  }

  pinnedIn(cluster: string): readonly string[] {
    const start = `${cluster}/`;
    return settings
      .pinnedProjects()
      .filter((place) => place.startsWith(start))
      .map((place) => place.slice(start.length));
  }

  lastBackup(node: DatabaseNode): string | undefined {
    // read with the first row that asks, which is told when they are known
    void this.backups.all();
    const { cluster, namespace, workload } = node.parent.pod;
    return this.backups.lastOf({ cluster, namespace, workload: workload.name, database: node.database.facts.name });
  }

  dispose(): void {
    for (const one of this.#subscriptions) one.dispose();
    this.#changed.dispose();
  }

  async #clusterNodes(): Promise<TreeNode[]> {
    const models = await this.clusters.all();
    this.#roots = new Map(models.map((model) => [model, this.#roots.get(model) ?? new ClusterNode(this, model)]));
    this.#tellState(models);
    return [...this.#roots.values(), ...this.clusters.problems.map((problem) => new ProblemNode(problem))];
  }

  #onChange(model: ClusterModel | undefined): void {
    if (!model) return this.#changed.fire(undefined);
    for (const resolve of this.#waiting.get(model) ?? []) resolve();
    this.#waiting.delete(model);
    void this.clusters.all().then((models) => this.#tellState(models));
    this.#changed.fire(this.#roots.get(model));
  }

  /** The welcome stands where there is no row; what concerns all rows stands above them. */
  #tellState(models: readonly ClusterModel[]): void {
    const isLoaded = models.length > 0 && models.every((model) => model.isLoaded);
    this.#treeView.message =
      this.#filter !== ''
        ? t`Projects with “${this.#filter}”`
        : isLoaded && models.every(({ failure }) => failure)
          ? t`No cluster can be reached. Log in again, or look at the network and the proxy.`
          : isLoaded && models.every(({ contents }) => contents.namespaces.size === 0)
            ? t`No database pods were found in the projects that you may see.`
            : '';
    const hasPods = models.some(({ contents }) => contents.namespaces.size > 0);
    void vscode.commands.executeCommand('setContext', contextKeys.hasClusters, hasPods);
    void vscode.commands.executeCommand('setContext', contextKeys.clusterState, models.length === 0 ? 'none' : 'some');
  }
}

/** The pods of a project are followed while its row is open, and its cluster's. */
function follow(node: TreeNode): void {
  if (node instanceof NamespaceNode) node.parent.model.follow(node.name);
  if (node instanceof ClusterNode) node.model.resume();
}

function unfollow(node: TreeNode): void {
  if (node instanceof NamespaceNode) node.parent.model.unfollow(node.name);
  // the projects below stay open in it, and are not told
  if (node instanceof ClusterNode) node.model.pause();
}

/** Up to so many are opened at once: the first look shows pods, not a closed list. */
const fewClusters = 4;
const fewProjects = 6;
