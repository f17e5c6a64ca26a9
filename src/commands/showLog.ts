import { join } from 'node:path';
import * as vscode from 'vscode';
import { jobFiles } from '../core/job/record/jobFolder';
import type { Command } from './command';
import { oneJob } from './jobTargets';
import { t } from '../words/language';

/** Opens the log of a job. */
export const showLog: Command = {
  id: 'dbFerry.showLog',
  rowsOf: 'jobs',
  async run(services, target) {
    const job = await oneJob(services, target, {
      title: t`Show Log`,
      filter: () => true,
      none: t`There are no jobs yet.`,
    });
    if (job) await vscode.window.showTextDocument(vscode.Uri.file(join(job.folder, jobFiles.log)));
  },
};
