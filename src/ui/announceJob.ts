import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { jobFiles } from '../core/job/jobFolder';
import type { Job } from '../core/job/readJob';
import { errorButtons, type ErrorButton } from './errorButtons';
import { runningText, wordsFor } from './errorText';
import { findingLines } from './findingLines';
import { finalWords } from './finalWords';
import { jobTitle } from './jobWords';
import { openReport } from './openReport';
import { settings } from './settings';
import { AppError, type ErrorCode } from '../core/errors';

/** The final message of a job, with the next step as a button; opens the report where the setting wants it. */
export async function announceJob(job: Job, isOwn: boolean): Promise<void> {
  const { state, result } = job;
  const report = join(job.folder, jobFiles.report);
  const wanted = settings.openReport();
  if (isOwn && existsSync(report) && (wanted === 'always' || (wanted === 'problems' && state !== 'done'))) {
    await openReport(report, { preserveFocus: true });
  }
  const buttons = [
    ...nextSteps(job),
    ...(existsSync(report) ? [command('Show Report', 'dbFerry.showReport', job.id)] : []),
  ];
  const pressed = await say();
  await buttons.find(({ title }) => title === pressed)?.press();

  function say(): Thenable<string | undefined> {
    const titles = buttons.slice(0, 3).map(({ title }) => title);
    const { showErrorMessage, showInformationMessage, showWarningMessage } = vscode.window;
    if (state === 'done' && result) return showInformationMessage(finalWords(job, result), ...titles);
    if (state === 'differences' && result) return showWarningMessage(finalWords(job, result), ...titles);
    const error = result?.error
      ? new AppError(result.error.code as ErrorCode, result.error.data)
      : new AppError('job.interrupted', { job: job.id, ...(job.phase === undefined ? {} : { phase: job.phase }) });
    const blocking = findingLines((result?.findings ?? []).filter(({ level }) => level === 'block'));
    const words = [runningText(wordsFor(error)), ...blocking.slice(0, mostFindings)];
    const text = `${jobTitle(job)}: ${words.join(' ')}`;
    if (state === 'cancelled') return showInformationMessage(text, ...titles);
    return state === 'refused' ? showWarningMessage(text, ...titles) : showErrorMessage(text, ...titles);
  }
}

/** a notification is no report */
const mostFindings = 2;

/** What one would do next; the first is the likeliest. */
function nextSteps({ id, state, request, result }: Job): readonly ErrorButton[] {
  if (result?.error) return errorButtons(result.error.code as ErrorCode, { job: id, ...result.error.data });
  if (state === 'interrupted') return [command('Clean Up', 'dbFerry.cleanUp', id)];
  if (request.kind === 'backup') return [command('Restore…', 'dbFerry.restoreBackup', result?.data['backup'])];
  if (typeof result?.data['kept'] === 'string') return [command('Undo', 'dbFerry.undoRestore', id)];
  return [];
}

function command(title: string, name: string, ...args: unknown[]): ErrorButton {
  return { title, press: () => vscode.commands.executeCommand(name, ...args) };
}
