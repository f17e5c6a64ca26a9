import * as vscode from 'vscode';
import type { KeptDatabase } from '../model/databases';
import { ago, size } from '../ui/format';
import type { DatabaseNode } from './databaseNode';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** A database that a restore replaced: undo puts it back. */
export class KeptNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: DatabaseNode,
    readonly kept: KeptDatabase,
  ) {
    this.id = `${parent.id}/${kept.facts.name}`;
  }

  item(): vscode.TreeItem {
    const { facts, mark, isProven } = this.kept;
    const item = new vscode.TreeItem(facts.name);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('history');
    const when = isProven ? t`kept ${ago(mark.time)}` : t`claims to be kept by job ${mark.job}, owner ${facts.owner}`;
    item.description = `${when}${facts.bytes === undefined ? '' : ` · ${size(facts.bytes)}`}`;
    item.tooltip = t`What ${mark.of} was before job ${mark.job} replaced it from ${mark.origin}. Closed; undo puts it back.`;
    item.contextValue = contextValue('kept', { canUndo: true, canDropKept: true });
    item.accessibilityInformation = { label: t`Kept database ${facts.name}, ${item.description}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}
