import * as vscode from 'vscode';
import { cancelJob } from '../core/job/cancelJob';
import { showError } from './showError';

/** Cancels a job; VS Code closes its notification at once, so another one says that it is still stopping. Never throws. */
export async function stopJob({ folder }: { readonly folder: string }): Promise<void> {
  const location = vscode.ProgressLocation.Notification;
  const stopping = vscode.window.withProgress({ location, title: 'Stopping…' }, async () => cancelJob(folder));
  await stopping.then(() => undefined, showError);
}
