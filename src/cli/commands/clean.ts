import { AppError } from '../../core/errors';
import type { Command } from '../command';
import { jobOrPod } from '../operands';
import { requestOf } from '../setting';

/** Removes what interrupted jobs left. */
export const clean: Command = {
  name: 'clean',
  usage: '[<job> [--forget] | <pod ref>]',
  summary: 'remove what interrupted jobs left, here and in the targets',
  examples: [
    'db-ferry clean',
    'db-ferry clean t3kq0v1x9z',
    'db-ferry clean test/shop/pg16-0',
    'db-ferry clean t3kq0v1x9z --forget',
  ],
  operands: [0, 1],
  options: ['forget'],
  async run(call) {
    await jobOrPod(call);
    const forget = call.options.forget === true;
    if (forget && (call.operands[0] ?? '/').includes('/')) {
      throw new AppError('usage', { message: '--forget wants the id of a job.' });
    }
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(await requestOf(call, 'clean', call.operands, forget ? { forget } : {}), call.terminal);
  },
};
