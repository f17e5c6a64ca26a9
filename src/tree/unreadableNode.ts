import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { AppError } from '../core/base/errors';
import { runningText, wordsFor } from '../ui/notify/errorText';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** A folder that stands where a backup or a job does and cannot be read as one: it hides no other. */
export class UnreadableNode implements TreeNode {
  readonly id: string;
  readonly parent: TreeNode | undefined;

  constructor(
    readonly found: { readonly folder: string; readonly error: AppError },
    parent?: TreeNode,
  ) {
    this.parent = parent;
    this.id = `!${found.folder}`;
  }

  item(): vscode.TreeItem {
    const { folder, error } = this.found;
    const why = runningText(wordsFor(error));
    const item = new vscode.TreeItem(basename(folder));
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.description = t`cannot be read`;
    item.tooltip = `${folder}\n${why}`;
    item.contextValue = contextValue('unreadable', {});
    item.accessibilityInformation = { label: t`${folder} cannot be read: ${why}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}
