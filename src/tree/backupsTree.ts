import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import { toAppError } from '../core/base/errors';
import type { Backups } from '../model/backups';
import type { StoreModel, Stores } from '../model/stores';
import { backupDecorations } from '../ui/backupDecorations';
import { BackupGroupNode } from './backupGroupNode';
import { FailureNode } from './failureNode';
import type { TreeNode } from './node';
import { StoreNode } from './storeNode';
import { UnreadableNode } from './unreadableNode';
import { shownItem } from './shownItem';

/** The Backups view: by database, newest first; below them the stores that have names. */
export class BackupsTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<TreeNode | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #treeView: vscode.TreeView<TreeNode>;
  readonly #listening: vscode.Disposable;

  constructor(
    private readonly backups: Backups,
    private readonly stores: Stores,
  ) {
    this.#treeView = vscode.window.createTreeView<TreeNode>(viewIds.backups, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
    this.#listening = vscode.Disposable.from(
      backups.onDidChange(() => this.#changed.fire(undefined)),
      stores.onDidChange(() => this.#changed.fire(undefined)),
      // ages are said as of when they are drawn
      this.#treeView.onDidChangeVisibility(({ visible }) => visible && this.#changed.fire(undefined)),
      backupDecorations(),
    );
  }

  /** The rows that are selected, while they can be seen. */
  get selection(): readonly TreeNode[] {
    return this.#treeView.visible ? this.#treeView.selection : [];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return shownItem(node.item());
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node) return [...(await node.children())];
    await this.backups.all();
    const { failure, groups, unreadable } = this.backups;
    const stores = await this.#stores();
    if (failure) return [new FailureNode(undefined, failure, () => this.backups.refresh()), ...stores];
    return [
      ...groups.map((group) => new BackupGroupNode(group)),
      ...unreadable.map((one) => new UnreadableNode(one)),
      ...stores,
    ];
  }

  /** Shows again what is below a row, or all. */
  changed(node: TreeNode | undefined): void {
    this.#changed.fire(node);
  }

  async #stores(): Promise<TreeNode[]> {
    try {
      const all: readonly StoreModel[] = await this.stores.all();
      return all.map((model) => new StoreNode(model, (node) => this.#changed.fire(node)));
    } catch (error) {
      return [new FailureNode(undefined, toAppError(error), () => this.stores.refresh())];
    }
  }

  dispose(): void {
    this.#listening.dispose();
    this.#treeView.dispose();
    this.#changed.dispose();
  }
}
