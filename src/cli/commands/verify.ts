import { gentleRate } from '../arguments';
import { defined } from '../../core/base/defined';
import type { Command } from '../command';
import { backupReference, podReference } from '../operands';
import { runnerFlags } from '../inCluster';
import { requestOf } from '../setting';

/** Checks a backup: what is on disk, and with --deep by restoring it. */
export const verify: Command = {
  name: 'verify',
  summary: 'check a backup: digest and structure; with --deep by restoring it',
  examples: ['db-ferry verify 20261123T051500Z-3f9a1c', 'db-ferry verify ./database.dump --deep test/shop/pg16-0'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: ['deep', 'gentle', 'trust-archive', 'identity', ...runnerFlags],
  async run(call) {
    const { deep } = call.options;
    const gentle = gentleRate(call.options.gentle);
    const request = await requestOf(call, {
      ...{ kind: 'verify', backup: await backupReference(call, call.operands[0]) },
      ...(deep === undefined ? {} : { deep: await podReference(deep) }),
      options: defined({ gentle, trustArchive: call.options['trust-archive'] }),
    });
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call);
  },
};
