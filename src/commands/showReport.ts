import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../core/job/record/readJob';
import { jobFiles } from '../core/job/record/jobFolder';
import { BackupNode } from '../tree/backupNode';
import { backupName } from '../ui/backupWords';
import { jobTitle } from '../ui/jobWords';
import { openReport } from '../ui/openReport';
import type { Command } from './command';
import { oneJob } from './jobTargets';
import { t } from '../words/language';

/** Opens the report of a job, or the one beside a backup, in the preview. */
export const showReport: Command = {
  id: 'dbFerry.showReport',
  rowsOf: 'jobs',
  async run(services, target) {
    if (target instanceof BackupNode) {
      const { summary } = target;
      return openReport(t`Backup ${backupName(summary)}`, { backup: summary.folder });
    }
    const job = await oneJob(services, target, {
      title: t`Show Report`,
      filter: hasReport,
      none: t`No job has a report yet.`,
    });
    if (job) await openReport(jobTitle(job), { job: job.id });
  },
};

function hasReport({ folder }: Job): boolean {
  return existsSync(join(folder, jobFiles.report));
}
