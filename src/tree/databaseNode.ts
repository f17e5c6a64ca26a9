import * as vscode from 'vscode';
import type { KeptDatabase, UserDatabase } from '../model/databases';
import { ago, localTime, size } from '../ui/format';
import { KeptNode } from './keptNode';
import { contextValue, type TreeNode } from './node';
import type { PodNode } from './podNode';
import { textTooltip } from '../ui/tooltip';
import { t } from '../words/language';

/** A database; below it what restores replaced and kept. */
export class DatabaseNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: PodNode,
    readonly database: UserDatabase,
  ) {
    this.id = `${parent.id}/${database.facts.name}`;
  }

  /** `cluster/namespace/pod/database` */
  get reference(): string {
    return `${this.parent.reference}/${this.database.facts.name}`;
  }

  item(): vscode.TreeItem {
    const { facts, kept } = this.database;
    const [last] = kept;
    const backup = this.parent.parent.parent.view.lastBackup(this);
    const isBackedUp = backup !== undefined && backup !== 'never';
    const state = kept.length === 0 ? vscode.TreeItemCollapsibleState.None : vscode.TreeItemCollapsibleState.Collapsed;
    const item = new vscode.TreeItem(facts.name, state);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('database');
    item.description = [
      facts.bytes === undefined ? t`may not be read` : size(facts.bytes),
      isBackedUp ? t`backed up ${ago(backup)}` : undefined,
      last?.isProven ? t`replaced ${ago(last.mark.time)}, undo possible` : undefined,
      last && !last.isProven ? t`something claims to be kept of it` : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(' · ');
    item.tooltip = textTooltip(
      [
        this.reference,
        t`owner ${facts.owner}, ${facts.encoding}, ${facts.collate}`,
        isBackedUp ? t`last backup ${localTime(backup)}` : undefined,
        backup === 'never' ? t`no backup of it in this workspace` : undefined,
      ]
        .filter((line) => line !== undefined)
        .join('\n'),
    );
    item.contextValue = contextValue('database', {
      canBackUp: true,
      canReplaceWith: true,
      canUndo: last !== undefined,
      canDropKept: last !== undefined,
      hasReference: true,
    });
    item.accessibilityInformation = { label: t`Database ${facts.name}, ${item.description}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return this.database.kept.map((kept: KeptDatabase) => new KeptNode(this, kept));
  }
}
