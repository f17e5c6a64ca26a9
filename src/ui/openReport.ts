import * as vscode from 'vscode';

/** Opens a report in VS Code's own Markdown preview. One that opens by itself leaves the focus where somebody types. */
export async function openReport(file: string, { preserveFocus = false } = {}): Promise<void> {
  const options: vscode.TextDocumentShowOptions = { preserveFocus, preview: true };
  const editor = 'vscode.markdown.preview.editor';
  await vscode.commands.executeCommand('vscode.openWith', vscode.Uri.file(file), editor, options);
}
