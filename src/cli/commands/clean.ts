import type { Command } from '../command';
import { jobOrPod } from '../operands';
import { requestOf } from '../setting';

/** Removes what interrupted jobs left. */
export const clean: Command = {
  name: 'clean',
  usage: '[<job> | <pod ref>]',
  summary: 'remove what interrupted jobs left, here and in the targets',
  examples: ['db-ferry clean', 'db-ferry clean t3kq0v1x9z', 'db-ferry clean test/shop/pg16-0'],
  operands: [0, 1],
  options: [],
  async run(call) {
    await jobOrPod(call);
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(await requestOf(call, 'clean', call.operands), call.terminal);
  },
};
