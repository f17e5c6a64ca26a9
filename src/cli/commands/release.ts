import type { Command } from '../command';
import { jobOrDatabase } from '../operands';
import { requestOf } from '../setting';

/** Drops what a restore kept. */
export const release: Command = {
  name: 'release',
  usage: '<job | database ref>',
  summary: 'drop the old database that a restore kept',
  examples: ['db-ferry release test/shop/pg16-0/shop', 'db-ferry release t3kq0v1x9z'],
  operands: [1, 1],
  options: ['drop-slots'],
  async run(call) {
    await jobOrDatabase(call);
    const options = call.options['drop-slots'] === true ? { dropSlots: true } : {};
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(await requestOf(call, 'release', call.operands, options), call.terminal);
  },
};
