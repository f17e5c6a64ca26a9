import { some } from '../words/some';
import * as vscode from 'vscode';
import type { BackupSummary } from '../core/catalog/summary';
import { databaseName, sourceName, type Source } from '../ui/backupWords';
import { ago } from '../ui/format';
import { BackupNode } from './backupNode';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** A database of which there are backups, or all that were adopted. */
export class BackupGroupNode implements TreeNode {
  readonly id: string;
  readonly source: Source;
  readonly isAdopted: boolean;

  readonly parent: TreeNode | undefined;

  constructor(
    /** newest first */
    readonly backups: readonly [BackupSummary, ...BackupSummary[]],
    /** the store that they lie in, where it is not the folder of backups */
    parent?: TreeNode,
  ) {
    this.parent = parent;
    const { source, origin } = backups[0].manifest;
    const { cluster, namespace, workload, database } = source;
    this.source = source;
    this.isAdopted = origin === 'adopted';
    const id = this.isAdopted ? 'adopted' : JSON.stringify([cluster, namespace, workload, database]);
    this.id = parent === undefined ? id : `${parent.id}/${id}`;
  }

  item(): vscode.TreeItem {
    const [newest] = this.backups;
    const number = some(this.backups.length, 'backup');
    const name = this.isAdopted ? t`Adopted` : databaseName(newest.manifest);
    const from = this.isAdopted ? t`dump files made elsewhere` : sourceName(this.source);
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon(this.isAdopted ? 'folder' : 'database');
    item.description = from;
    item.tooltip = t`${name}, ${from}\n${number}, the newest ${ago(newest.manifest.time.snapshot)}`;
    item.contextValue = contextValue('backups', { canBackUpAgain: !this.isAdopted });
    item.accessibilityInformation = { label: t`Backups of ${name}, ${from}, ${number}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return this.backups.map((backup) => new BackupNode(this, backup));
  }
}
