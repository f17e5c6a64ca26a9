import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { BackupEntry } from '../core/catalog/manifest';
import { jobFiles } from '../core/job/jobFolder';
import { ago, localTime, size } from '../ui/format';
import type { BackupGroupNode } from './backupGroupNode';
import { contextValue, type TreeNode } from './node';

/** A backup: when, how large, how far verified. */
export class BackupNode implements TreeNode {
  readonly id: string;

  constructor(
    readonly parent: BackupGroupNode,
    readonly entry: BackupEntry,
  ) {
    this.id = entry.folder;
  }

  item(): vscode.TreeItem {
    const { manifest, folder } = this.entry;
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
