import type { Command } from '../command';
import { jobOrDatabase } from '../operands';
import { requestOf } from '../setting';

/** Swaps back. */
export const undo: Command = {
  name: 'undo',
  usage: '<job | database ref>',
  summary: 'put the database back that a restore replaced',
  examples: ['db-ferry undo test/shop/pg16-0/shop', 'db-ferry undo t3kq0v1x9z'],
  operands: [1, 1],
  options: [],
  async run(call) {
    await jobOrDatabase(call);
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(await requestOf(call, 'undo', call.operands), call.terminal);
  },
};
