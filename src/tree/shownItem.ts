import type * as vscode from 'vscode';
import { hoverText, rowText } from '../ui/shownText';

/** A row with its texts as texts, whatever its node put into it. */
export function shownItem(item: vscode.TreeItem): vscode.TreeItem {
  if (typeof item.label === 'string') item.label = rowText(item.label);
  if (typeof item.description === 'string') item.description = rowText(item.description);
  if (typeof item.tooltip === 'string') item.tooltip = hoverText(item.tooltip);
  const { accessibilityInformation: spoken } = item;
  if (spoken) item.accessibilityInformation = { ...spoken, label: rowText(spoken.label) };
  return item;
}
