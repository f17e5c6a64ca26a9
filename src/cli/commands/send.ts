import { safe, size } from '../../words/format';
import type { Command } from '../command';
import { copying } from '../copying';
import { backupNamed } from '../named';
import { rootNamed, rootOf } from '../setting';

/** Copies a backup into another root: a bucket, or another folder. */
export const send: Command = {
  name: 'send',
  summary: 'copy a backup into a bucket, or another folder, and prove what arrived',
  more: [
    'Everything is read back from there and must be what was read here; the manifest comes last, so that a backup is listed there only when it is whole. The same backup sent again is compared.',
    'A bucket is s3://bucket/prefix; AWS_ENDPOINT_URL, AWS_REGION and the usual places for logins say the rest, as for any tool of S3. Where a root is asked for (--root, DB_FERRY_ROOT) a bucket can be named as well: list, verify, inspect, export, restore and delete work from there.',
  ],
  examples: [
    'db-ferry send 20261123T051500Z-3f9a1c s3://backups/team-a',
    'db-ferry send latest:shop s3://backups/team-a',
  ],
  operands: [
    { name: 'backup', takes: ['backup'] },
    { name: 'root', takes: ['folder'] },
  ],
  options: [],
  changes: () => 'send',
  async run(call) {
    const { findSummary } = await import('../../core/catalog/catalog');
    const { prepareRoot } = await import('../../core/catalog/root');
    const { sendBackup } = await import('../../core/catalog/sendBackup');
    const { mustBeAllowedToLeave } = await import('../../core/job/run/mayLeave');
    const { isBucket, storeOfRoot } = await import('../../core/catalog/storeOfRoot');
    const { terminal, operands } = call;
    const [named = '', where = ''] = operands;
    const target = await rootNamed(where);
    const backup = await findSummary(await rootOf(call), await backupNamed(call, named));
    await mustBeAllowedToLeave(backup);
    if (!isBucket(target)) await prepareRoot(target, backup.manifest.source.cluster);
    const to = await storeOfRoot(target);
    const { state, at, objects, bytes } = await copying(terminal, 'sending and reading back', (work) =>
      sendBackup(backup, to, work),
    );
    const data = { backup: backup.id, to: to.name, key: at.prefix, state, objects, bytes };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    const what = state === 'there' ? 'was there already, the same' : 'is there, read back and the same';
    terminal.line(safe(`${backup.id} ${what}: ${to.name}/${at.prefix} (${objects} objects, ${size(bytes)}).`));
    return 0;
  },
};
