import * as vscode from 'vscode';

/** Opens a report in VS Code's own Markdown preview. */
export async function openReport(file: string): Promise<void> {
  await vscode.commands.executeCommand('markdown.showPreview', vscode.Uri.file(file));
}
