import type { Command } from '../command';
import { jobOrDatabase } from '../operands';
import { keptFlags } from '../keptFlags';
import { requestOf } from '../setting';

/** Swaps back. */
export const undo: Command = {
  name: 'undo',
  summary: 'put the database back that a restore replaced',
  examples: [
    'db-ferry undo test/shop/pg16-0/shop',
    'db-ferry undo t3kq0v1x9z --yes',
    'db-ferry undo test/shop/pg16-0/shop --plan',
  ],
  operands: [{ name: 'job | database ref', takes: ['job', 'database'] }],
  options: keptFlags,
  async run(call) {
    const of = await jobOrDatabase(call);
    const { confirmKept } = await import('../kept');
    return confirmKept(call, await requestOf(call, { kind: 'undo', of, options: {} }));
  },
};
