import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BackupSummary } from '../core/catalog/summary';
import { jobFiles } from '../core/job/record/jobFolder';
import { decoratedUri } from '../ui/backupDecorations';
import { backupTooltip } from '../ui/backupTooltip';
import { backupFacts, backupName, databaseName } from '../ui/backupWords';
import { localTime } from '../ui/format';
import { inspectorCommand } from '../ui/openInspector';
import type { BackupGroupNode } from './backupGroupNode';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** A backup: when, how large, how far verified. A click looks into its archive. */
export class BackupNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: BackupGroupNode,
    readonly summary: BackupSummary,
  ) {
    // the same backup may lie in several stores
    this.id = summary.folder;
  }

  item(): vscode.TreeItem {
    const { summary } = this;
    const { manifest, folder } = summary;
    // the time first: where there is little room, all days look alike
    const [day = '', time = day] = localTime(manifest.time.snapshot).split(' ');
    const facts = backupFacts(summary);
    const item = new vscode.TreeItem(this.parent.isAdopted ? databaseName(manifest) : time);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon(manifest.encryption ? 'shield' : 'archive');
    item.description = this.parent.isAdopted ? facts : `${day} · ${facts}`;
    item.tooltip = backupTooltip(summary);
    item.resourceUri = decoratedUri(summary);
    item.command = inspectorCommand(summary);
    item.contextValue = contextValue('backup', {
      canRestore: true,
      canDelete: true,
      isOnDisk: summary.at === undefined,
      hasReport: existsSync(join(folder, jobFiles.report)),
    });
    item.accessibilityInformation = { label: t`Backup ${backupName(summary)}, ${facts}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}
