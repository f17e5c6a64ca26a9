import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { BackupSummary } from '../core/catalog/summary';
import { archiveEditor, storedScheme } from '../contributions';
import { t } from '../words/language';

/** Opens an archive in the inspector. */
export async function openInspector(archive: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(archive), archiveEditor);
}

/** What a click on a backup does: the inspector as a preview, the focus stays in the list. */
export function inspectorCommand(backup: BackupSummary): vscode.Command {
  const archive = archiveUri(backup);
  const options: vscode.TextDocumentShowOptions = { preview: true, preserveFocus: true };
  return { command: 'vscode.openWith', title: t`Inspect Archive`, arguments: [archive, archiveEditor, options] };
}

/** The archive of a backup; in a bucket it has an address of its own, under which the inspector alone reads it. */
export function archiveUri({ folder, at, manifest }: Pick<BackupSummary, 'folder' | 'at' | 'manifest'>): vscode.Uri {
  const name = basename(manifest.archive.file);
  if (at === undefined) return vscode.Uri.file(join(folder, name));
  return vscode.Uri.from({ scheme: storedScheme, path: `/${folder.replace(/^store:/, '')}/${name}` });
}

/** Where such an address leads: the backup as `findBackup` knows it. */
export function storedAt(uri: vscode.Uri): string {
  return `store:${dirname(uri.path).slice(1)}`;
}

/** Opens the archive of a backup, wherever that lies. */
export async function openInspectorOf(backup: Pick<BackupSummary, 'folder' | 'at' | 'manifest'>): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', archiveUri(backup), archiveEditor);
}
