import type { AnyFacts } from '../core/base/errorData';
import * as vscode from 'vscode';
import { neededRule } from '../words/neededRule';

/** The rule to ask for after an error, as YAML; undefined where the error is not about rights, or none is missing. */
export function ruleFor({ code, data }: { readonly code: string; readonly data: AnyFacts }): string | undefined {
  return code === 'cluster.forbidden' ? neededRule(data) : undefined;
}

/** Opens a rule as text, to send to an administrator. */
export async function showRule(content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'yaml', content }));
}
