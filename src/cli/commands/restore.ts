import type { Command } from '../command';
import { backupReference, databaseReference } from '../operands';
import { confirmReplacing, mayReplace, restoreFlags, restoreOptions, withConfirmed } from '../restoring';
import { runnerFlags } from '../inCluster';
import { requestOf } from '../setting';

/** Puts a backup into a database. */
export const restore: Command = {
  name: 'restore',
  summary: 'restore a backup: a new database, or with --as replace instead of one that exists',
  examples: [
    'db-ferry restore 20261123T051500Z-3f9a1c test/shop/pg16-0/shop',
    'db-ferry restore 20261123T051500Z-3f9a1c test/shop/pg16-0/shop --as replace --map-role shop=shop_test',
  ],
  operands: [
    { name: 'backup', takes: ['backup'] },
    { name: 'database ref', takes: ['database'] },
  ],
  options: [...restoreFlags, 'identity', ...runnerFlags],
  async run(call) {
    const [named = '', place = ''] = call.operands;
    const target = await databaseReference(place);
    const options = restoreOptions(call.options);
    mayReplace(call, place);
    const request = await requestOf(call, {
      kind: 'restore',
      backup: await backupReference(call, named),
      target,
      options,
    });
    const ended = await confirmReplacing(call, request);
    if (ended !== undefined) return ended;
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(withConfirmed(request, call), call);
  },
};
