import * as vscode from 'vscode';
import { endsTooLate, type DevSpaces } from '../model/devSpaces';
import type { Jobs } from '../model/jobs';
import { duration, localTime } from './format';
import { jobTitle } from './jobWords';

/**
 * Says once for a job that the workspace will be stopped before it is expected to end, and once in a workspace that
 * what is kept in it is lost with it.
 */
export function devSpacesWarnings(workspace: DevSpaces, jobs: Jobs, memory: vscode.Memento): vscode.Disposable {
  const warned = new Set<string>();
  return jobs.onDidChange(() => {
    for (const job of jobs.running) {
      if (workspace.isEphemeral) void warnOfStorage(workspace, memory);
      const { id, started, expected } = job;
      if (started === undefined || expected?.seconds === undefined || warned.has(id)) continue;
      if (!workspace.runEnds || !endsTooLate(workspace, { started, seconds: expected.seconds })) continue;
      warned.add(id);
      void vscode.window.showWarningMessage(
        `${jobTitle(job)} will take about ${duration(expected.seconds)}, but this workspace is stopped at ${localTime(workspace.runEnds.toISOString())}, whatever runs in it. Cancel the job, restart the workspace and begin again; a job that is cut off changes no live database, and Clean Up removes what it left.`,
      );
    }
  });
}

async function warnOfStorage({ name }: DevSpaces, memory: vscode.Memento): Promise<void> {
  if (memory.get<boolean>(saidKey) === true) return;
  await memory.update(saidKey, true);
  const pressed = await vscode.window.showWarningMessage(
    `The storage of ${name} is ephemeral: backups and jobs are gone when it stops. Keep them elsewhere with Export…, or another backup folder.`,
    settingsButton,
  );
  if (pressed !== undefined)
    await vscode.commands.executeCommand('workbench.action.openSettings', 'dbFerry.backupFolder');
}

const saidKey = 'ephemeralStorageSaid';
const settingsButton = 'Open Settings';
