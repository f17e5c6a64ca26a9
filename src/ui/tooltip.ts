import * as vscode from 'vscode';
import { hoverText, rowText } from './shownText';

/** A text on hover, as Markdown that shows just it. */
export function textTooltip(text: string): vscode.MarkdownString {
  return appendLines(new vscode.MarkdownString(), text);
}

/** The same below a title. */
export function titledTooltip(title: string, text: string): vscode.MarkdownString {
  return appendLines(titled(title), text);
}

/** Facts below a title, one a line; what is not known is left out. Their names are ours. */
export function factsTooltip(
  title: string,
  facts: readonly (readonly [name: string, value: string | undefined])[],
): vscode.MarkdownString {
  const text = titled(title);
  for (const [name, value] of facts) {
    if (value !== undefined && value !== '')
      appendLines(text.appendMarkdown(`${name}: `), value).appendMarkdown('  \n');
  }
  return text;
}

/** Appends plain text that breaks between words: each space that the editor makes of a text is one that does not break. */
function appendLines(markdown: vscode.MarkdownString, text: string): vscode.MarkdownString {
  const whole = new vscode.MarkdownString().appendText(hoverText(text)).value;
  return markdown.appendMarkdown(whole.split('\n').map(breakable).join('\n'));
}

/** The first space of a line stays, which keeps it from beginning a list, and so do those that stand in rows. */
function breakable(line: string): string {
  const [first = '', ...parts] = line.split('&nbsp;');
  return parts.reduce((so, part, at) => {
    const isAlone = at > 0 && part !== '' && parts[at - 1] !== '';
    return so + (isAlone ? ' ' : '&nbsp;') + part;
  }, first);
}

function titled(title: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendMarkdown('**').appendText(rowText(title)).appendMarkdown('**\n\n');
}
