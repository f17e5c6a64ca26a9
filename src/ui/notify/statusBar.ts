import * as vscode from 'vscode';
import type { Job } from '../../core/job/record/readJob';
import type { Jobs } from '../../model/jobs';
import { jobPercent } from '../jobPercent';
import { jobTooltip } from '../jobTooltip';
import { jobLabel, jobState, jobTitle } from '../jobWords';
import { hoverText, labelText } from '../shownText';
import { t } from '../../words/language';

/** One item for all running jobs, there only while one runs; a click shows them. */
export function statusBar(jobs: Jobs): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('dbFerry.jobs', vscode.StatusBarAlignment.Left);
  item.name = t`DB Ferry Jobs`;
  item.command = 'dbFerry.showJobs';
  const listening = jobs.onDidChange(() => {
    const { running } = jobs;
    const [only] = running;
    if (!only) return item.hide();
    const text = running.length === 1 ? jobLabel(only) : t`${running.length} jobs`;
    const percent = running.length === 1 ? percentOf(only) : undefined;
    item.text = `$(sync~spin) ${labelText(text)}${percent === undefined ? '' : ` ${Math.floor(percent)} %`}`;
    item.tooltip = hoverText(running.map(jobTooltip).join('\n\n'));
    const states = running.map((job) => `${jobTitle(job)}: ${jobState(job)}`);
    item.accessibilityInformation = { label: hoverText(t`DB Ferry: ${states.join('\n')}`) };
    item.show();
  });
  return vscode.Disposable.from(item, listening);
}

/** Of the job as a whole; undefined where that is not known, or the last figure belongs to a phase that is over. */
function percentOf({ request, phase, progress }: Job): number | undefined {
  return progress?.phase === phase && progress !== undefined ? jobPercent(request, progress) : undefined;
}
