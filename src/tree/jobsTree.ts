import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import type { Jobs } from '../model/jobs';
import { JobNode } from './jobNode';
import { shownItem } from './shownItem';
import { UnreadableNode } from './unreadableNode';
import { t } from '../words/language';

type JobsNode = JobNode | UnreadableNode;

/** The Jobs view: newest first; progress in the row. */
export class JobsTree implements vscode.TreeDataProvider<JobsNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #treeView: vscode.TreeView<JobsNode>;
  readonly #listening: vscode.Disposable;

  constructor(private readonly jobs: Jobs) {
    this.#treeView = vscode.window.createTreeView<JobsNode>(viewIds.jobs, { treeDataProvider: this });
    this.#listening = jobs.onDidChange(() => {
      const running = jobs.running.length;
      this.#treeView.badge = running === 0 ? undefined : { value: running, tooltip: t`${running} running` };
      this.#changed.fire(undefined);
    });
  }

  /** The row that is selected, while it can be seen. */
  get selection(): readonly JobNode[] {
    if (!this.#treeView.visible) return [];
    return this.#treeView.selection.filter((node) => node instanceof JobNode);
  }

  getTreeItem(node: JobsNode): vscode.TreeItem {
    return shownItem(node.item());
  }

  async getChildren(node?: JobsNode): Promise<JobsNode[]> {
    if (node) return [];
    const jobs = (await this.jobs.watch()).map((job) => new JobNode(job));
    return [...jobs, ...this.jobs.unreadable.map((one) => new UnreadableNode(one))];
  }

  dispose(): void {
    this.#listening.dispose();
    this.#treeView.dispose();
    this.#changed.dispose();
  }
}
