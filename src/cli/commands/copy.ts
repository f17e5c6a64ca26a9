import { compression } from '../arguments';
import type { Command } from '../command';
import { databaseReference } from '../operands';
import { confirmReplacing, restoreFlags, restoreOptions } from '../restoring';
import { requestOf } from '../setting';

/** Backup, verify and restore as one job. */
export const copy: Command = {
  name: 'copy',
  usage: '<database ref> <database ref> [--keep] [the options of restore]',
  summary: 'backup, verify and restore as one job',
  examples: [
    'db-ferry copy prod/shop/postgres-0/shop test/shop/pg16-0/shop --create-roles',
    'db-ferry copy prod/shop/postgres-0/shop test/shop/pg16-0/shop --as replace --keep',
  ],
  operands: [2, 2],
  options: [...restoreFlags, 'keep', 'compress', 'count'],
  async run(call) {
    const { options } = call;
    const source = await databaseReference(call.operands[0]);
    const target = await databaseReference(call.operands[1]);
    const compress = compression(options.compress);
    const request = await requestOf(call, 'copy', [source, target], {
      ...restoreOptions(options),
      ...(compress === undefined ? {} : { compress }),
      ...(options.keep === undefined ? {} : { keep: options.keep }),
      ...(options.count === undefined ? {} : { count: options.count }),
    });
    await confirmReplacing(call, target, source);
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call.terminal);
  },
};
