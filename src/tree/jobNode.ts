import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { formatReference } from '../core/cluster/reference';
import { placesOf } from '../core/job/request';
import { goingOn } from '../core/job/plan/waysOn';
import { jobFiles } from '../core/job/record/jobFolder';
import { isWaiting, type Job, type JobState } from '../core/job/record/readJob';
import { isLiving } from '../model/jobs';
import { jobTooltip } from '../ui/jobTooltip';
import { jobLabel, jobRowState, jobState, jobTitle } from '../ui/jobWords';
import { ruleFor } from '../ui/showRule';
import { contextValue, type TreeNode } from './node';
import { textTooltip } from '../ui/tooltip';
import { t } from '../words/language';

/** A job: what it is about, and how far it is or how it ended. */
export class JobNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(readonly job: Job) {
    this.id = job.id;
  }

  item(): vscode.TreeItem {
    const { job } = this;
    const { state, folder, result, mayHaveLeft } = job;
    const hasReport = existsSync(join(folder, jobFiles.report));
    const item = new vscode.TreeItem(jobLabel(job));
    item.id = this.id;
    item.iconPath = icons[state];
    item.description = jobRowState(job);
    item.tooltip = textTooltip(jobTooltip(job));
    item.contextValue = contextValue('job', {
      isJob: true,
      canCancel: isLiving(job),
      canGoOn: goingOn(job) !== undefined,
      canCleanUp: mayHaveLeft,
      canSwap: isWaiting(job),
      canUndo: typeof result?.data['kept'] === 'string',
      hasReport,
      canAskForRule: result?.error !== undefined && ruleFor(result.error) !== undefined,
      canRemove: !isLiving(job),
    });
    item.command = { command: hasReport ? 'dbFerry.showReport' : 'dbFerry.showLog', title: t`Show`, arguments: [this] };
    const spoken = [jobTitle(job), ...placesOf(job.request).map(formatReference), jobState(job)];
    item.accessibilityInformation = { label: spoken.join(', ') };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}

const good = new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
const warning = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
const bad = new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
const spinning = new vscode.ThemeIcon('sync~spin');

const icons: Readonly<Record<JobState, vscode.ThemeIcon>> = {
  starting: spinning,
  running: spinning,
  stopping: spinning,
  done: good,
  prepared: new vscode.ThemeIcon('watch', new vscode.ThemeColor('list.warningForeground')),
  differences: warning,
  failed: bad,
  refused: new vscode.ThemeIcon('circle-slash'),
  unknown: new vscode.ThemeIcon('question', new vscode.ThemeColor('list.warningForeground')),
  cancelled: new vscode.ThemeIcon('debug-stop'),
  interrupted: warning,
};
