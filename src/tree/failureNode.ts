import * as vscode from 'vscode';
import type { AppError } from '../core/base/errors';
import { runningText, wordsFor } from '../ui/notify/errorText';
import { ruleFor } from '../ui/showRule';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** What could not be loaded, in its place: why, and a click that tries again. */
export class FailureNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: TreeNode | undefined,
    readonly error: AppError,
    /** makes the parent forget what failed */
    readonly retry: () => void,
  ) {
    this.id = `${parent?.id ?? ''}/!${error.code}`;
  }

  item(): vscode.TreeItem {
    const words = wordsFor(this.error);
    const item = new vscode.TreeItem(words.what);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
    item.description = t`Click to try again`;
    item.tooltip = runningText(words);
    item.contextValue = contextValue('failure', { canRefresh: true, canAskForRule: ruleFor(this.error) !== undefined });
    item.command = { command: 'dbFerry.refresh', title: t`Try Again`, arguments: [this] };
    item.accessibilityInformation = { label: t`${runningText(words)} Press Enter to try again.` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}
