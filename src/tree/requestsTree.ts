import * as vscode from 'vscode';
import { viewIds } from '../contributions';
import { isClosed, waitingFor, type FoundRequest, type GatheredRequests } from '../core/governance/gatherRequests';
import type { Requests } from '../model/requests';
import { runningText, wordsFor } from '../ui/notify/errorText';
import { contextValue, type TreeNode } from './node';
import { RequestGroupNode, RequestNode } from './requestNode';
import { shownItem } from './shownItem';
import { t } from '../words/language';

/** The Requests view: what waits for whoever looks stands first, and is the number on the view. */
export class RequestsTree implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #treeView: vscode.TreeView<TreeNode>;
  readonly #listening: vscode.Disposable;

  constructor(private readonly requests: Requests) {
    this.#treeView = vscode.window.createTreeView<TreeNode>(viewIds.requests, { treeDataProvider: this });
    this.#listening = vscode.Disposable.from(
      requests.onDidChange(() => {
        const waiting = waitingFor(requests.gathered).length;
        this.#treeView.badge = waiting === 0 ? undefined : { value: waiting, tooltip: t`${waiting} waiting for you` };
        this.#changed.fire(undefined);
      }),
      this.#treeView.onDidChangeVisibility(({ visible }) => requests.inSight(visible)),
    );
  }

  /** The row that is selected, while it can be seen. */
  get selection(): readonly RequestNode[] {
    if (!this.#treeView.visible) return [];
    return this.#treeView.selection.filter((node) => node instanceof RequestNode);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return shownItem(node.item());
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node) return [...(await node.children())];
    this.requests.inSight(this.#treeView.visible);
    const gathered = await this.requests.look();
    return [...groupsOf(gathered), ...problemNodes(gathered)];
  }

  dispose(): void {
    this.#listening.dispose();
    this.#treeView.dispose();
    this.#changed.dispose();
  }
}

/** Each in a row that says why; of very many the first. Pure. */
export function problemNodes({ problems }: GatheredRequests): readonly TreeNode[] {
  const shown = problems.slice(0, mostProblems).map((problem, at) => new RequestProblemNode(problem, at));
  const more = problems.length - shown.length;
  return more === 0 ? shown : [...shown, new MoreProblemsNode(more)];
}

const mostProblems = 50;

class MoreProblemsNode implements TreeNode {
  readonly id = '!more';
  readonly parent = undefined;

  constructor(private readonly more: number) {}

  item(): vscode.TreeItem {
    return new vscode.TreeItem(t`${this.more} more cannot be read`);
  }

  children(): readonly TreeNode[] {
    return [];
  }
}

function nameOf({ cluster, namespace, name }: GatheredRequests['problems'][number]): string {
  return [cluster, namespace, name].filter((part) => part !== undefined).join('/') || t`a request of the root`;
}

/** A place whose requests cannot be read, or one of them: it hides no other. */
class RequestProblemNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(
    private readonly problem: GatheredRequests['problems'][number],
    at: number,
  ) {
    this.id = `!${at} ${nameOf(problem)} ${problem.error.code}`;
  }

  item(): vscode.TreeItem {
    const { error } = this.problem;
    const where = nameOf(this.problem);
    const item = new vscode.TreeItem(where);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.description = t`cannot be read`;
    item.tooltip = runningText(wordsFor(error));
    item.contextValue = contextValue('problem', {});
    item.accessibilityInformation = { label: t`${where} cannot be read: ${runningText(wordsFor(error))}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}

/** Each request once, in the group that one looks for it in. Pure. */
export function groupsOf(gathered: GatheredRequests): readonly RequestGroupNode[] {
  const { requests } = gathered;
  const waiting = waitingFor(gathered);
  const open = requests.filter((found) => !waiting.includes(found) && !isClosed(found));
  const isMine = ({ request, me }: FoundRequest): boolean => request.spec.requestedBy === me;
  const groups = [
    new RequestGroupNode(t`Waiting for Me`, waiting, true),
    new RequestGroupNode('Mine', open.filter(isMine), true),
    new RequestGroupNode(
      'Others',
      open.filter((found) => !isMine(found)),
      true,
    ),
    new RequestGroupNode('Closed', requests.filter(isClosed).slice(0, mostClosed), false),
  ];
  return groups.filter((group) => group.requests.length > 0);
}

const mostClosed = 100;
