import * as vscode from 'vscode';
import type { BackupEntry, Manifest } from '../core/catalog/manifest';
import { ago } from '../ui/format';
import { BackupNode } from './backupNode';
import { contextValue, type TreeNode } from './node';

/** The backups of one database, newest first. */
export interface BackupGroup {
  readonly source: Manifest['source'];
  readonly entries: readonly BackupEntry[];
}

/** Groups by where they came from; the database with the newest backup comes first. */
export function groupsOf(entries: readonly BackupEntry[]): BackupGroup[] {
  const groups = new Map<string, BackupEntry[]>();
  for (const entry of [...entries].reverse()) {
    const { cluster, namespace, workload, database } = entry.manifest.source;
    const key = JSON.stringify([cluster, namespace, workload, database]);
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  return [...groups.values()].flatMap((group) => {
    const [newest] = group;
    return newest ? [{ source: newest.manifest.source, entries: group }] : [];
  });
}

/** A database of which there are backups. */
export class BackupGroupNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;
  readonly source: Manifest['source'];

  constructor(readonly group: BackupGroup) {
    const { cluster, namespace, workload, database } = group.source;
    this.id = JSON.stringify([cluster, namespace, workload, database]);
    this.source = group.source;
  }

  item(): vscode.TreeItem {
    const { entries } = this.group;
    const { cluster, namespace, workload, database } = this.source;
    const isAdopted = cluster === '';
    const [newest] = entries;
    const item = new vscode.TreeItem(database === '' ? 'Adopted' : database, vscode.TreeItemCollapsibleState.Expanded);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('database');
    item.description = isAdopted ? 'from elsewhere' : `${cluster}/${namespace}/${workload}`;
    item.tooltip = `${entries.length} ${entries.length === 1 ? 'backup' : 'backups'}, the newest ${newest ? ago(newest.manifest.time.snapshot) : 'none'}`;
    item.contextValue = contextValue('backups', { canBackUpAgain: !isAdopted });
    item.accessibilityInformation = { label: `Backups of ${database}, ${item.description}, ${item.tooltip}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return this.group.entries.map((entry) => new BackupNode(this, entry));
  }
}
