import { compression } from '../arguments';
import { defined } from '../../core/base/defined';
import type { Command } from '../command';
import { databaseReference } from '../operands';
import { confirmReplacing, mayReplace, restoreFlags, restoreOptions, withConfirmed } from '../restoring';
import { maskingOf } from '../masking';
import { runnerFlags } from '../inCluster';
import { requestOf } from '../setting';

/** Backup, verify and restore as one job. */
export const copy: Command = {
  name: 'copy',
  summary: 'backup, verify and restore as one job',
  examples: [
    'db-ferry copy prod/shop/postgres-0/shop test/shop/pg16-0/shop --create-roles',
    'db-ferry copy prod/shop/postgres-0/shop test/shop/pg16-0/shop --as replace --keep',
  ],
  operands: [
    { name: 'database ref', takes: ['database'] },
    { name: 'database ref', takes: ['database'] },
  ],
  options: [...restoreFlags, 'keep', 'pipeline', 'encrypt', 'compress', 'count', 'mask', 'mask-key', ...runnerFlags],
  async run(call) {
    const { options } = call;
    const source = await databaseReference(call.operands[0]);
    const target = await databaseReference(call.operands[1]);
    const compress = compression(options.compress);
    const how = restoreOptions(options);
    mayReplace(call, call.operands[1] ?? '');
    const { keep, count, encrypt, pipeline } = options;
    const more = defined({ compress, keep, count, encrypt, pipeline, mask: await maskingOf(options) });
    const request = await requestOf(call, { kind: 'copy', source, target, options: { ...how, ...more } });
    const ended = await confirmReplacing(call, request);
    if (ended !== undefined) return ended;
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(withConfirmed(request, call), call);
  },
};
