import * as vscode from 'vscode';
import { reportUri, type ReportOf } from './reportFiles';

/** Opens a report in VS Code's own Markdown preview, under a name. One that opens by itself leaves the focus where somebody types. */
export async function openReport(title: string, of: ReportOf, { preserveFocus = false } = {}): Promise<void> {
  const options: vscode.TextDocumentShowOptions = { preserveFocus, preview: true };
  const editor = 'vscode.markdown.preview.editor';
  await vscode.commands.executeCommand('vscode.openWith', reportUri(title, of), editor, options);
}
