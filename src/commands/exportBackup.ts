import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { exportBackup as writeExport, exportName } from '../core/catalog/exportBackup';
import { backupName } from '../ui/backupWords';
import { copying } from '../ui/copying';
import { settings } from '../ui/settings';
import { oneBackup } from './backupTargets';
import type { Command } from './command';
import { showInformationMessage } from '../ui/shown';
import { t } from '../words/language';

/** Copies a backup's archive to a file that is asked for. */
export const exportBackup: Command = {
  id: 'dbFerry.exportBackup',
  changes: 'export',
  rowsOf: 'backups',
  async run(services, target) {
    const { entry } = await oneBackup(services, target, t`Export`);
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const file = await vscode.window.showSaveDialog({
      title: t`Export ${backupName(entry)}`,
      saveLabel: t`Export`,
      defaultUri: vscode.Uri.file(join(folder?.uri.fsPath ?? homedir(), exportName(entry.manifest))),
      filters: { 'Dump files': ['dump'] },
    });
    if (!file) return;
    await copying(t`Exporting ${backupName(entry)}`, (work) =>
      writeExport(entry, file.fsPath, { ...work, root: settings.root() }),
    );
    void showInformationMessage(t`Exported ${backupName(entry)} to ${file.fsPath}. pg_restore reads it.`);
  },
};
