import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { exportBackup as writeExport } from '../core/catalog/exportBackup';
import { backupName, databaseName } from '../ui/backupWords';
import { copying } from '../ui/copying';
import { settings } from '../ui/settings';
import { oneBackup } from './backupTargets';
import type { Command } from './command';
import { showInformationMessage } from '../ui/shown';

/** Copies a backup's archive to a file that is asked for. */
export const exportBackup: Command = {
  id: 'dbFerry.exportBackup',
  rowsOf: 'backups',
  async run(services, target) {
    const { entry } = await oneBackup(services, target, 'Export');
    const { manifest } = entry;
    const time = manifest.time.snapshot.slice(0, 19).replaceAll(/[-:]/g, '');
    const name = `${databaseName(manifest).replaceAll(/[/\\\0]/g, '_')}-${time}Z.dump`;
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    const file = await vscode.window.showSaveDialog({
      title: `Export ${backupName(entry)}`,
      saveLabel: 'Export',
      defaultUri: vscode.Uri.file(join(folder?.uri.fsPath ?? homedir(), name)),
      filters: { 'Dump files': ['dump'] },
    });
    if (!file) return;
    await copying(`Exporting ${backupName(entry)}`, (work) =>
      writeExport(entry, file.fsPath, { ...work, root: settings.root() }),
    );
    void showInformationMessage(`Exported ${backupName(entry)} to ${file.fsPath}. pg_restore reads it.`);
  },
};
