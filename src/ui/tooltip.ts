import * as vscode from 'vscode';
import { hoverText, rowText } from './shownText';

/** A text on hover, as Markdown that shows just it. */
export function textTooltip(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(hoverText(text));
}

/** The same below a title. */
export function titledTooltip(title: string, text: string): vscode.MarkdownString {
  return titled(title).appendText(hoverText(text));
}

/** Facts below a title, one a line; what is not known is left out. Their names are ours. */
export function factsTooltip(
  title: string,
  facts: readonly (readonly [name: string, value: string | undefined])[],
): vscode.MarkdownString {
  const text = titled(title);
  for (const [name, value] of facts) {
    if (value !== undefined && value !== '')
      text.appendMarkdown(`${name}: `).appendText(hoverText(value)).appendMarkdown('  \n');
  }
  return text;
}

function titled(title: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendMarkdown('**').appendText(rowText(title)).appendMarkdown('**\n\n');
}
