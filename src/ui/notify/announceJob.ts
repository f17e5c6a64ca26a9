import type { ErrorData } from '../../core/base/errorData';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { jobFiles } from '../../core/job/record/jobFolder';
import { goingOn } from '../../core/job/plan/waysOn';
import type { Job } from '../../core/job/record/readJob';
import { errorButtons, type ErrorButton } from './errorButtons';
import { runningText, wordsFor } from './errorText';
import { findingLines } from '../findingLines';
import { finalWords } from '../finalWords';
import { jobTitle } from '../jobWords';
import { openReport } from '../openReport';
import { settings } from '../settings';
import { AppError, type ErrorCode, toldError } from '../../core/base/errors';
import { showErrorMessage, showInformationMessage, showWarningMessage } from '../shown';
import { t } from '../../words/language';

/** The final message of a job, with the next step as a button; opens the report where the setting wants it. */
export async function announceJob(job: Job, isOwn: boolean): Promise<void> {
  const { state, result } = job;
  const report = join(job.folder, jobFiles.report);
  const wanted = settings.openReport();
  const opens = isOwn && existsSync(report) && (wanted === 'always' || (wanted === 'problems' && state !== 'done'));
  const toReport = existsSync(report) ? [command(t`Show Report`, 'dbFerry.showReport', job.id)] : [];
  const buttons = [...nextSteps(job).slice(0, mostButtons - toReport.length), ...toReport];
  const said = say();
  // a report that cannot be opened takes nothing away from the message, which has a button for it
  if (opens) await openReport(jobTitle(job), { job: job.id }, { preserveFocus: true }).catch(() => undefined);
  const pressed = await said;
  await buttons.find(({ title }) => title === pressed)?.press();

  function say(): Thenable<string | undefined> {
    const titles = buttons.map(({ title }) => title);
    if ((state === 'done' || (state === 'prepared' && result?.exitCode === 0)) && result)
      return showInformationMessage(finalWords(job, result), ...titles);
    if ((state === 'differences' || state === 'prepared') && result)
      return showWarningMessage(finalWords(job, result), ...titles);
    const error = result?.error
      ? toldError(result.error.code, { ...result.error.data, ...cancelledData(job) })
      : new AppError('job.interrupted', { job: job.id, ...(job.phase === undefined ? {} : { phase: job.phase }) });
    const blocking = findingLines((result?.findings ?? []).filter(({ level }) => level === 'block'));
    const words = [runningText(wordsFor(error)), ...blocking.slice(0, mostFindings)];
    const text = `${jobTitle(job)}: ${words.join(' ')}`;
    if (state === 'cancelled') return showInformationMessage(text, ...titles);
    return state === 'refused' ? showWarningMessage(text, ...titles) : showErrorMessage(text, ...titles);
  }
}

/** What became of a job that was cancelled, for its words. */
function cancelledData({ id, state, request: { kind }, mayHaveLeft }: Job): ErrorData['cancelled'] {
  return state === 'cancelled' ? { job: id, kind, left: mayHaveLeft } : {};
}

const mostButtons = 2;
/** a notification is no report */
const mostFindings = 2;

/** What one would do next; the first is the likeliest. */
function nextSteps({ id, folder, state, request, result, mayHaveLeft }: Job): readonly ErrorButton[] {
  if (state === 'cancelled' && mayHaveLeft) return [command(t`Clean Up`, 'dbFerry.cleanUp', id)];
  const cleanUp = command(t`Clean Up`, 'dbFerry.cleanUp', id);
  if (result?.error) {
    const data = { job: id, log: join(folder, jobFiles.log), ...result.error.data };
    const goOn = goingOn({ request, result }) ? [command(t`Go On Without…`, 'dbFerry.goOn', id)] : [];
    const buttons = [...goOn, ...errorButtons(result.error.code as ErrorCode, data)];
    return mayHaveLeft ? [cleanUp, ...buttons.filter(({ title }) => title !== cleanUp.title)] : buttons;
  }
  if (state === 'interrupted') return [cleanUp];
  if (state === 'prepared') return [command(t`Swap…`, 'dbFerry.swapPrepared', id)];
  if (request.kind === 'backup')
    return [command(t`Restore…`, 'dbFerry.restoreBackup', result?.data['folder'] ?? result?.data['backup'])];
  if (typeof result?.data['kept'] === 'string') return [command(t`Undo`, 'dbFerry.undoRestore', id)];
  return [];
}

function command(title: string, name: string, ...args: unknown[]): ErrorButton {
  return { title, press: () => vscode.commands.executeCommand(name, ...args) };
}
