import { removeJob as remove } from '../core/job/record/removeJob';
import type { Job } from '../core/job/record/readJob';
import { isLiving } from '../model/jobs';
import { jobTitle } from '../ui/jobWords';
import type { Command } from './command';
import { oneJob } from './jobTargets';
import { showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

/** Removes an ended job from the list, with its log; what it made stays, and what it left only after a question. */
export const removeJob: Command = {
  id: 'dbFerry.removeJob',
  rowsOf: 'jobs',
  async run(services, target) {
    const job = await oneJob(services, target, {
      title: t`Remove From List`,
      filter: (one) => !isLiving(one),
      none: t`No job has ended yet.`,
    });
    if (!job) return;
    const forget = job.mayHaveLeft;
    if (forget && !(await mayForget(job))) return;
    await remove(job.request.root, job.id, { forget });
    await services.jobs.restart();
  },
};

async function mayForget(job: Job): Promise<boolean> {
  const detail = t`It ended in a way that may have left something behind, and Clean Up finds that by the job. Without it, what is left stays, and what became of the job is not found out.`;
  const message = t`Forget ${jobTitle(job)}?`;
  return (await showWarningMessage(message, { modal: true, detail }, t`Forget`)) !== undefined;
}
