import * as vscode from 'vscode';
import { toAppError } from '../core/errors';
import { errorButtons } from './errorButtons';
import { wordsFor } from './errorText';

/** Says what failed, why and what to do, with at most two buttons that do it. */
export async function showError(error: unknown): Promise<void> {
  const { code, data } = toAppError(error);
  const { what, why, todo } = wordsFor(error);
  const buttons = errorButtons(code, data);
  const text = [what, why, todo].filter((part) => part !== undefined && part !== '').join(' ');
  const pressed = await vscode.window.showErrorMessage(text, ...buttons.map(({ title }) => title));
  await buttons.find(({ title }) => title === pressed)?.press();
}
