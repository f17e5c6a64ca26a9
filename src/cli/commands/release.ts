import type { Command } from '../command';
import { jobOrDatabase } from '../operands';
import { keptFlags } from '../keptFlags';
import { requestOf } from '../setting';

/** Drops what a restore kept. */
export const release: Command = {
  name: 'release',
  summary: 'drop the old database that a restore kept',
  examples: [
    'db-ferry release test/shop/pg16-0/shop',
    'db-ferry release t3kq0v1x9z --yes',
    'db-ferry release test/shop/pg16-0/shop --plan',
  ],
  operands: [{ name: 'job | database ref', takes: ['job', 'database'] }],
  options: ['drop-slots', ...keptFlags],
  async run(call) {
    const of = await jobOrDatabase(call);
    const options = call.options['drop-slots'] === true ? { dropSlots: true } : {};
    const { confirmKept } = await import('../kept');
    return confirmKept(call, await requestOf(call, { kind: 'release', of, options }));
  },
};
