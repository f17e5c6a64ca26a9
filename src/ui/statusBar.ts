import * as vscode from 'vscode';
import type { Jobs } from '../model/jobs';
import { jobState, jobTitle } from './jobWords';

/** One item for all running jobs, there only while one runs; a click shows them. */
export function statusBar(jobs: Jobs): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('dbFerry.jobs', vscode.StatusBarAlignment.Left);
  item.name = 'DB Ferry Jobs';
  item.command = 'dbFerry.showJobs';
  const listening = jobs.onDidChange(() => {
    const { running } = jobs;
    const [only] = running;
    if (!only) return item.hide();
    const text = running.length === 1 ? jobTitle(only) : `${running.length} jobs`;
    const percent = running.length === 1 ? only.progress?.percent : undefined;
    item.text = `$(sync~spin) ${text}${percent === undefined ? '' : ` ${Math.floor(percent)} %`}`;
    item.tooltip = running.map((job) => `${jobTitle(job)}: ${jobState(job)}`).join('\n');
    item.accessibilityInformation = { label: `DB Ferry: ${item.tooltip}` };
    item.show();
  });
  return vscode.Disposable.from(item, listening);
}
