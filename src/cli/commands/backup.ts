import path from 'node:path';
import { compression, gentleRate } from '../arguments';
import type { Command } from '../command';
import { databaseReference } from '../operands';
import { requestOf } from '../setting';

/** Takes a backup of one database. */
export const backup: Command = {
  name: 'backup',
  summary: 'take a verified backup of a database',
  examples: [
    'db-ferry backup prod/shop/postgres-0/shop',
    'db-ferry backup prod/shop/postgres/shop --reason "before 4.2"',
  ],
  operands: [{ name: 'database ref', takes: ['database'] }],
  options: ['to', 'compress', 'count', 'gentle'],
  async run(call) {
    const { options, operands } = call;
    const [place] = operands;
    const compress = compression(options.compress);
    const gentle = gentleRate(options.gentle);
    const request = await requestOf(call, 'backup', [await databaseReference(place)], {
      ...(options.to === undefined ? {} : { to: path.resolve(options.to) }),
      ...(compress === undefined ? {} : { compress }),
      ...(options.count === undefined ? {} : { count: options.count }),
      ...(gentle === undefined ? {} : { gentle }),
    });
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call.terminal);
  },
};
