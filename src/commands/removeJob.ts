import { removeJob as remove } from '../core/job/removeJob';
import { isLiving } from '../model/jobs';
import type { Command } from './command';
import { oneJob } from './jobTargets';

/** Removes an ended job from the list, with its log; what it made stays. */
export const removeJob: Command = {
  id: 'dbFerry.removeJob',
  async run(services, target) {
    const job = await oneJob(services, target, {
      title: 'Remove From List',
      filter: (one) => !isLiving(one),
      none: 'No job has ended yet.',
    });
    if (!job) return;
    await remove(job.request.root, job.id);
    await services.jobs.restart();
  },
};
