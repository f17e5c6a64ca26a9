import { openInspector, openInspectorOf } from '../ui/openInspector';
import * as vscode from 'vscode';
import type { Command } from './command';
import { oneBackup } from './backupTargets';
import { t } from '../words/language';

/** Opens an archive in the inspector. */
export const inspectArchive: Command = {
  id: 'dbFerry.inspectArchive',
  rowsOf: 'backups',
  async run(services, target) {
    // a file needs to be no backup to be looked into
    if (target instanceof vscode.Uri) return openInspector(target.fsPath);
    const { entry } = await oneBackup(services, target, t`Inspect Archive`);
    await openInspectorOf(entry);
  },
};
