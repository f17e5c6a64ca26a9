import { compression, gentleRate } from '../arguments';
import { defined } from '../../core/base/defined';
import type { Command } from '../command';
import { databaseReference } from '../operands';
import { maskingOf } from '../masking';
import { runnerFlags } from '../inCluster';
import { requestOf, rootNamed } from '../setting';

/** Takes a backup of one database. */
export const backup: Command = {
  name: 'backup',
  summary: 'take a verified backup of a database',
  examples: [
    'db-ferry backup prod/shop/postgres-0/shop',
    'db-ferry backup prod/shop/postgres/shop --reason "before 4.2"',
    'db-ferry backup prod/shop/postgres/shop --encrypt --to s3://backups/team-a',
  ],
  operands: [{ name: 'database ref', takes: ['database'] }],
  options: ['to', 'compress', 'count', 'gentle', 'encrypt', 'mask', 'mask-key', ...runnerFlags],
  async run(call) {
    const { options, operands } = call;
    const [place] = operands;
    const compress = compression(options.compress);
    const gentle = gentleRate(options.gentle);
    const to = options.to === undefined ? undefined : await rootNamed(options.to);
    const request = await requestOf(call, {
      ...{ kind: 'backup', source: await databaseReference(place) },
      options: defined({
        ...{ to, compress, count: options.count, gentle, encrypt: options.encrypt },
        mask: await maskingOf(options),
      }),
    });
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call);
  },
};
