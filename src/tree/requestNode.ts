import * as vscode from 'vscode';
import { clocksOf } from '../core/governance/clocks';
import { actionsOn, type FoundRequest } from '../core/governance/gatherRequests';
import { shownState } from '../core/governance/judge';
import { approvalWords, clockWords, requestDoes, requestRows, stateWords } from '../words/requestWords';
import { factsTooltip } from '../ui/tooltip';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** Requests that one looks at for the same reason. */
export class RequestGroupNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(
    readonly label: string,
    readonly requests: readonly FoundRequest[],
    private readonly isOpen: boolean,
  ) {
    this.id = label;
  }

  item(): vscode.TreeItem {
    const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(this.label, this.isOpen ? Expanded : Collapsed);
    item.id = this.id;
    item.description = String(this.requests.length);
    item.contextValue = contextValue('requests', {});
    return item;
  }

  children(): readonly TreeNode[] {
    return this.requests.map((found) => new RequestNode(found, this));
  }
}

/** A request: what is asked for, by whom, how it stands. */
export class RequestNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly found: FoundRequest,
    readonly parent: RequestGroupNode,
  ) {
    const { request, kept } = found;
    this.id = `${parent.id}/${kept === undefined ? '' : `${kept.cluster}/${kept.namespace}/`}${request.metadata.name}`;
  }

  item(): vscode.TreeItem {
    const { request, now, kept } = this.found;
    const { spec, metadata } = request;
    const title = requestDoes(request);
    const item = new vscode.TreeItem(title);
    const [clock] = clocksOf(request, now);
    const state = stateWords(request, now);
    const parts = [state, `by ${spec.requestedBy}`, clock && clockWords(clock, now)].filter((one) => one !== undefined);
    item.id = this.id;
    item.iconPath = iconOf(shownState(request, now), spec.emergency);
    item.description = parts.join(' · ');
    const where = kept === undefined ? t`the root` : `${kept.cluster}/${kept.namespace}`;
    item.tooltip = factsTooltip(title, [
      ...requestRows(request, now).map(
        ([name, value]) => [name.slice(0, 1).toUpperCase() + name.slice(1), value] as const,
      ),
      [t`Kept in`, where],
    ]);
    const { canApprove, canDeny, canWithdraw, canRun, canReview } = actionsOn(this.found);
    item.contextValue = contextValue('request', {
      ...{ isRequest: true, canApprove, canDeny, canWithdraw, canRunRequest: canRun, canReview },
    });
    item.command = { command: 'dbFerry.openRequest', title: 'Show', arguments: [this] };
    const spoken = [title, ...parts, `${approvalWords(request)} approvals`, metadata.name, where];
    item.accessibilityInformation = { label: spoken.join(', ') };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}

function iconOf(state: string, isEmergency: boolean): vscode.ThemeIcon {
  const color = (name: string): vscode.ThemeColor => new vscode.ThemeColor(name);
  switch (state) {
    case 'Pending':
      return new vscode.ThemeIcon(isEmergency ? 'flame' : 'comment-unresolved', color('list.warningForeground'));
    case 'Waiting':
      return new vscode.ThemeIcon('watch');
    case 'Approved':
      return new vscode.ThemeIcon('thumbsup', color('testing.iconPassed'));
    case 'Running':
      return new vscode.ThemeIcon('sync~spin');
    case 'Done':
      return new vscode.ThemeIcon('pass', color('testing.iconPassed'));
    case 'DoneWithDifferences':
      return new vscode.ThemeIcon('warning', color('list.warningForeground'));
    case 'ReviewDue':
      return new vscode.ThemeIcon('eye', color('list.warningForeground'));
    case 'Failed':
      return new vscode.ThemeIcon('error', color('list.errorForeground'));
    default:
      return new vscode.ThemeIcon('circle-slash');
  }
}
