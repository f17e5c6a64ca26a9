import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { BackupSummary } from '../core/catalog/summary';
import { archiveEditor } from '../contributions';
import { t } from '../words/language';

/** Opens an archive in the inspector. */
export async function openInspector(archive: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(archive), archiveEditor);
}

/** What a click on a backup does: the inspector as a preview, the focus stays in the list. */
export function inspectorCommand(backup: BackupSummary): vscode.Command {
  const archive = vscode.Uri.file(archiveOf(backup));
  const options: vscode.TextDocumentShowOptions = { preview: true, preserveFocus: true };
  return { command: 'vscode.openWith', title: t`Inspect Archive`, arguments: [archive, archiveEditor, options] };
}

function archiveOf({ folder, manifest }: BackupSummary): string {
  return join(folder, basename(manifest.archive.file));
}
