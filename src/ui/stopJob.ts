import * as vscode from 'vscode';
import { cancelJob } from '../core/job/cancelJob';

/** Cancels a job; VS Code closes its notification at once, so another one says that it is still stopping. */
export async function stopJob({ folder }: { readonly folder: string }): Promise<void> {
  await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: 'Stopping…' }, async () => {
    await cancelJob(folder);
  });
}
