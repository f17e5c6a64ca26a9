import * as vscode from 'vscode';
import type { Job } from '../../core/job/record/readJob';
import { endsTooLate, type DevSpaces } from '../../model/devSpaces';
import type { Jobs } from '../../model/jobs';
import { duration, localTime } from '../format';
import { jobTitle } from '../jobWords';
import type { WarnOnce } from './warnOnce';
import { showWarningMessage } from '../shown';
import { t } from '../../words/language';

/**
 * Says in one window, once for a workspace, that what is kept in it is lost with it, and once for each of its runs, at the first
 * job that concerns it, that it will be stopped before a job is expected to end.
 */
export function devSpacesWarnings(workspace: DevSpaces, jobs: Jobs, once: WarnOnce): vscode.Disposable {
  return jobs.onDidChange(() => {
    for (const job of jobs.running) {
      if (workspace.isEphemeral) once(`ephemeral-${workspace.name}`, () => warnOfStorage(workspace));
      const { runEnds } = workspace;
      const late = runEnds && lateness(workspace, job);
      if (late !== undefined) once(`run-${workspace.name}-${runEnds?.getTime() ?? ''}`, () => warnOfRunLimit(late));
    }
  });
}

/** What to say of a job that is expected to end after the workspace; undefined for all others. */
function lateness(workspace: DevSpaces, job: Job): string | undefined {
  const { started, expected } = job;
  const { runEnds } = workspace;
  if (!runEnds || started === undefined || expected?.seconds === undefined) return undefined;
  if (!endsTooLate(workspace, { started, seconds: expected.seconds })) return undefined;
  const end = localTime(runEnds.toISOString());
  return t`${jobTitle(job)} will take about ${duration(expected.seconds)}, but this workspace is stopped at ${end}, whatever runs in it.`;
}

function warnOfRunLimit(late: string): Thenable<unknown> {
  return showWarningMessage(
    t`${late} That holds for every job that ends later. Cancel it, restart the workspace and begin again; a job that is cut off changes no live database, and Clean Up removes what it left.`,
  );
}

async function warnOfStorage({ name }: DevSpaces): Promise<void> {
  const pressed = await showWarningMessage(
    t`The storage of ${name} is ephemeral: backups and jobs are gone when it stops. Keep them elsewhere with Export…, or another backup folder.`,
    settingsButton(),
  );
  if (pressed !== undefined)
    await vscode.commands.executeCommand('workbench.action.openSettings', 'dbFerry.backupFolder');
}

const settingsButton = () => t`Open Settings`;
