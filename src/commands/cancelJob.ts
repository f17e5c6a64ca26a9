import { stopJob } from '../ui/stopJob';
import type { Command } from './command';
import { oneJob } from './jobTargets';
import { isLiving } from '../model/jobs';
import { t } from '../words/language';

/** Cancels a running job and waits until what it made is gone. */
export const cancelJob: Command = {
  id: 'dbFerry.cancelJob',
  rowsOf: 'jobs',
  async run(services, target) {
    const job = await oneJob(services, target, { title: t`Cancel Job`, filter: isLiving, none: t`No job is running.` });
    if (job) await stopJob(job);
  },
};
