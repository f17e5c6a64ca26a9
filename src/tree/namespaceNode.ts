import * as vscode from 'vscode';
import type { DatabasePod } from '../core/pod/databasePod';
import type { ClusterNode } from './clusterNode';
import { contextValue, type TreeNode } from './node';
import { PodNode } from './podNode';
import { t } from '../words/language';
import { some } from '../words/some';

/** A project: its database pods. */
export class NamespaceNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: ClusterNode,
    readonly name: string,
  ) {
    this.id = `${parent.id}/${name}`;
  }

  get pods(): readonly DatabasePod[] {
    return this.parent.model.contents.namespaces.get(this.name) ?? [];
  }

  item(): vscode.TreeItem {
    const { view, model } = this.parent;
    const { word, environments, forbidden } = model.contents;
    const isPinned = view.isPinned(this.id);
    const environment = environments.get(this.name);
    const isProtected = view.protection.isProtected(model.cluster, this.name);
    const isForbidden = forbidden.includes(this.name);
    const item = new vscode.TreeItem(
      this.name,
      isForbidden ? vscode.TreeItemCollapsibleState.None : view.initialState(this),
    );
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon(isForbidden ? 'circle-slash' : isPinned ? 'pinned' : 'symbol-namespace');
    item.description = [
      environment,
      isProtected ? t`protected` : undefined,
      isForbidden ? t`pods may not be listed: click for the rule to ask for` : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
    item.tooltip = `${word} ${this.name}${environment === undefined ? '' : t`, labelled ${environment}`}`;
    item.contextValue = contextValue('namespace', {
      canPin: !isPinned,
      canUnpin: isPinned,
      canAskForRule: isForbidden,
      hasReference: true,
    });
    if (isForbidden)
      item.command = { command: 'dbFerry.showRule', title: t`Show the Rule to Ask For`, arguments: [this] };
    item.accessibilityInformation = {
      label: [word, this.name, item.description, some(this.pods.length, 'database pod')].filter(Boolean).join(', '),
    };
    return item;
  }

  children(): readonly TreeNode[] {
    return this.pods.map((pod) => new PodNode(this, pod));
  }
}
