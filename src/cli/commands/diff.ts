import { gentleRate } from '../arguments';
import { defined } from '../../core/base/defined';
import type { Command } from '../command';
import { backupOrDatabase } from '../operands';
import { requestOf } from '../setting';

/** Compares two databases, two backups, or one with the other. */
export const diff: Command = {
  name: 'diff',
  summary: 'compare two databases or backups: rows, sequences, large objects, definitions',
  examples: [
    'db-ferry diff prod/shop/postgres-0/shop test/shop/pg16-0/shop',
    'db-ferry diff 20261123T051500Z-3f9a1c prod/shop/postgres-0/shop',
  ],
  operands: [
    { name: 'backup | database ref', takes: ['backup', 'database'] },
    { name: 'backup | database ref', takes: ['backup', 'database'] },
  ],
  options: ['gentle', 'identity'],
  async run(call) {
    const gentle = gentleRate(call.options.gentle);
    const [a = '', b = ''] = call.operands;
    const left = await backupOrDatabase(call, a);
    const right = await backupOrDatabase(call, b);
    const { runAsJob } = await import('../runAsJob');
    const request = await requestOf(call, { kind: 'diff', left, right, options: defined({ gentle }) });
    return runAsJob(request, call);
  },
};
