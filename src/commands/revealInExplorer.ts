import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { sizeSafely } from '../core/base/safeFile';
import { archivePath } from '../core/catalog/catalog';
import type { BackupEntry } from '../core/catalog/manifest';
import { jobFiles } from '../core/job/record/jobFolder';
import { backupName } from '../ui/backupWords';
import { openReport } from '../ui/openReport';
import { openInspector } from '../ui/openInspector';
import { pick } from '../ui/ask/pick';
import { oneBackup } from './backupTargets';
import type { Command } from './command';
import { t } from '../words/language';

/** Shows where a backup lies: in the Explorer where the workspace holds it, in the system's file manager, or as a list. */
export const revealInExplorer: Command = {
  id: 'dbFerry.revealInExplorer',
  rowsOf: 'backups',
  async run(services, target) {
    const { entry } = await oneBackup(services, target, t`Reveal in Explorer`);
    const archive = vscode.Uri.file(archivePath(entry));
    if (vscode.workspace.getWorkspaceFolder(archive)) {
      await vscode.commands.executeCommand('revealInExplorer', archive);
    } else if (vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined) {
      await vscode.commands.executeCommand('revealFileInOS', archive);
    } else {
      await listFiles(entry);
    }
  },
};

/** In a browser no file manager can be opened, and the Explorer shows the workspace alone. */
async function listFiles(entry: BackupEntry): Promise<void> {
  const { folder } = entry;
  const files = await readdir(folder);
  const act = await pick(
    [
      ...files.map((name) => ({ icon: 'file', label: name, value: () => open(entry, name) })),
      { icon: 'terminal', label: t`Open a Terminal There`, value: () => terminal(folder) },
      { icon: 'copy', label: t`Copy the Folder’s Path`, value: () => vscode.env.clipboard.writeText(folder) },
    ],
    { title: `${backupName(entry)}: ${folder}`, placeholder: t`Open which file?` },
  );
  await act();
}

async function open(entry: BackupEntry, name: string): Promise<void> {
  const { folder } = entry;
  if (name === jobFiles.report) return openReport(t`Backup ${backupName(entry)}`, { backup: folder });
  const file = join(folder, name);
  // what is no file of its own is not looked into
  await sizeSafely(file, { inside: folder });
  if (name.endsWith('.dump')) await openInspector(file);
  else await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

function terminal(cwd: string): Promise<void> {
  vscode.window.createTerminal({ cwd }).show();
  return Promise.resolve();
}
