import { confirmDiscard } from '../prepared';
import type { Command } from '../command';
import { preparedOrDatabase } from '../operands';
import { requestOf } from '../setting';

/** Drops what was prepared. */
export const discard: Command = {
  name: 'discard',
  summary: 'drop what restore --prepare or copy --prepare made',
  examples: ['db-ferry discard t3kq0v1x9z', 'db-ferry discard test/shop/pg16-0/shop --yes'],
  operands: [{ name: 'job | database ref', takes: ['job', 'database'] }],
  options: ['yes', 'plan'],
  async run(call) {
    const of = await preparedOrDatabase(call);
    return confirmDiscard(call, await requestOf(call, { kind: 'discard', of, options: {} }));
  },
};
