import { confirmSwap } from '../prepared';
import type { Command } from '../command';
import { preparedOrDatabase } from '../operands';
import { requestOf } from '../setting';

/** Gives what was prepared its name. */
export const swap: Command = {
  name: 'swap',
  summary: 'put in place what restore --prepare or copy --prepare made',
  more: [
    'It looks once more before: whether the live database and the prepared one are those that were looked at, whether anybody opened the prepared one since, what changed in the live one, and who is connected. The exchange takes a tenth of a second and can be undone.',
  ],
  examples: [
    'db-ferry swap t3kq0v1x9z',
    'db-ferry swap t3kq0v1x9z --plan',
    'db-ferry swap test/shop/pg16-0/shop --yes',
  ],
  operands: [{ name: 'job | database ref', takes: ['job', 'database'] }],
  options: ['yes', 'confirm', 'plan', 'accept-changes'],
  async run(call) {
    const of = await preparedOrDatabase(call);
    const options = call.options['accept-changes'] === true ? { acceptChanges: true } : {};
    return confirmSwap(call, await requestOf(call, { kind: 'swap', of, options }));
  },
};
