import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import type { Jobs } from '../model/jobs';
import { JobNode } from './jobNode';
import { shownItem } from './shownItem';

/** The Jobs view: newest first; progress in the row. */
export class JobsTree implements vscode.TreeDataProvider<JobNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #treeView: vscode.TreeView<JobNode>;
  readonly #listening: vscode.Disposable;

  constructor(private readonly jobs: Jobs) {
    this.#treeView = vscode.window.createTreeView<JobNode>(viewIds.jobs, { treeDataProvider: this });
    this.#listening = jobs.onDidChange(() => {
      const running = jobs.running.length;
      this.#treeView.badge = running === 0 ? undefined : { value: running, tooltip: `${running} running` };
      this.#changed.fire(undefined);
    });
  }

  /** The row that is selected, while it can be seen. */
  get selection(): readonly JobNode[] {
    return this.#treeView.visible ? this.#treeView.selection : [];
  }

  getTreeItem(node: JobNode): vscode.TreeItem {
    return shownItem(node.item());
  }

  async getChildren(node?: JobNode): Promise<JobNode[]> {
    return node ? [] : (await this.jobs.watch()).map((job) => new JobNode(job));
  }

  dispose(): void {
    this.#listening.dispose();
    this.#treeView.dispose();
    this.#changed.dispose();
  }
}
