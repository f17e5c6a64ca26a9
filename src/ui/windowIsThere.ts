import * as vscode from 'vscode';

/**
 * Resolves when the window answers, which one that sleeps does later, and one that is closed never: its extension host may live on, and
 * what that one says nobody sees. The commands of the editor itself are known to the window alone, so that it has to answer.
 */
export async function windowIsThere(): Promise<void> {
  await vscode.commands.getCommands(true);
}
