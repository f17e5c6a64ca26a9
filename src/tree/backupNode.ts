import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BackupSummary } from '../core/catalog/summary';
import { jobFiles } from '../core/job/jobFolder';
import { ago, localTime, size } from '../ui/format';
import type { BackupGroupNode } from './backupGroupNode';
import { contextValue, type TreeNode } from './node';

/** A backup: when, how large, how far verified. */
export class BackupNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: BackupGroupNode,
    readonly summary: BackupSummary,
  ) {
    this.id = summary.folder;
  }

  item(): vscode.TreeItem {
    const { manifest, folder } = this.summary;
    const verified = manifest.verified.at(-1);
    const level = verified ? levels[verified.level] : 'not verified';
    const item = new vscode.TreeItem(localTime(manifest.time.snapshot));
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon(verified?.level === 'restored' ? 'verified-filled' : 'archive');
    item.description = `${ago(manifest.time.snapshot)} · ${size(manifest.size.archive)} · ${level}`;
    item.contextValue = contextValue('backup', {
      canRestore: true,
      canDelete: true,
      hasReport: existsSync(join(folder, jobFiles.report)),
    });
    item.accessibilityInformation = { label: `Backup of ${localTime(manifest.time.snapshot)}, ${item.description}` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}

const levels = {
  structure: 'structure verified',
  digest: 'verified',
  counted: 'verified, rows counted',
  restored: 'verified by a restore',
} as const;
