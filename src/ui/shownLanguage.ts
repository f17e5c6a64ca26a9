import * as vscode from 'vscode';

/** The language of what the extension shows, as pages name theirs: the editor's where there are messages in it, else English. */
export function shownLanguage(): string {
  return vscode.l10n.bundle === undefined ? 'en' : vscode.env.language;
}
