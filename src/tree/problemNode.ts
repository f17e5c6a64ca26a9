import { kubeconfigWords } from '../words/kubeconfigWords';
import * as vscode from 'vscode';
import type { KubeconfigProblem } from '../core/cluster/cluster';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** A kubeconfig file that cannot be used; it hides no cluster. A click opens it. */
export class ProblemNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(readonly problem: KubeconfigProblem) {
    this.id = `!${JSON.stringify(problem)}`;
  }

  item(): vscode.TreeItem {
    const { file } = this.problem;
    const message = kubeconfigWords(this.problem);
    const item = new vscode.TreeItem(file);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.description = message;
    item.tooltip = `${file}\n${message}`;
    item.contextValue = contextValue('problem', {});
    item.command = { command: 'vscode.open', title: t`Open File`, arguments: [vscode.Uri.file(file)] };
    item.accessibilityInformation = { label: t`Kubeconfig file ${file} cannot be used: ${message}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}
