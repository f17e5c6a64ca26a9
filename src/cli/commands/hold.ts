import { AppError } from '../../core/base/errors';
import { safe } from '../../words/format';
import type { Command } from '../command';
import { backupNamed } from '../named';
import { askedOf, rootOf } from '../setting';

/** Keeps a backup from being deleted. */
export const hold: Command = {
  name: 'hold',
  summary: 'keep a backup from being deleted, by whomever, with a reason',
  more: ['A note is put beside the backup, signed by this workspace; the backup itself stays as it is.'],
  examples: ['db-ferry hold 20261123T051500Z-3f9a1c --reason "the case of March"'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: [],
  changes: () => 'hold',
  async run(call) {
    const { findSummary } = await import('../../core/catalog/catalog');
    const { holdBackup } = await import('../../core/catalog/hold');
    const { by, reason } = askedOf(call);
    if (reason === undefined) throw new AppError('usage', { message: 'hold wants a --reason.', command: 'hold' });
    const { terminal, operands } = call;
    const backup = await findSummary(await rootOf(call), await backupNamed(call, operands[0] ?? ''));
    const { owner, time } = await holdBackup(backup, { owner: by, reason });
    const data = { backup: backup.id, folder: backup.folder, owner, reason, time };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(safe(`${backup.id} is held by ${owner}: ${reason}`));
    return 0;
  },
};

/** Takes a hold back. */
export const unhold: Command = {
  name: 'unhold',
  summary: 'let a backup that was held be deleted again',
  examples: ['db-ferry unhold 20261123T051500Z-3f9a1c'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: [],
  changes: () => 'unhold',
  async run(call) {
    const { findSummary } = await import('../../core/catalog/catalog');
    const { holdOf, releaseHold } = await import('../../core/catalog/hold');
    const { terminal, operands } = call;
    const backup = await findSummary(await rootOf(call), await backupNamed(call, operands[0] ?? ''));
    const held = await holdOf(backup);
    const released = await releaseHold(backup);
    const data = { backup: backup.id, folder: backup.folder, released, ...(held ? { owner: held.owner } : {}) };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(released ? `${backup.id} is held no more.` : `Nobody held ${backup.id}.`);
    return 0;
  },
};
