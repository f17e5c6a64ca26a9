import { JobNode } from '../tree/jobNode';
import { startJobs } from '../ui/startJobs';
import type { Command } from './command';
import { podOfRow } from './targets';

/** Removes what jobs left that do not live any more: of one job, in one pod, or of all. */
export const cleanUp: Command = {
  id: 'dbFerry.cleanUp',
  async run(services, target) {
    const place = podOfRow(target)?.reference;
    const job = target instanceof JobNode ? target.job.id : typeof target === 'string' ? target : undefined;
    const operand = place ?? job;
    await startJobs(services, [{ kind: 'clean', operands: operand === undefined ? [] : [operand], options: {} }]);
  },
};
