import { AppError } from '../../core/base/errors';
import { localTime, size } from '../../words/format';
import type { Command } from '../command';
import { backupNamed } from '../named';
import { isPath, rootOf } from '../setting';

/** Deletes a backup of the catalog. */
export const deleteCommand: Command = {
  name: 'delete',
  summary: 'delete a backup of the catalog for good',
  examples: ['db-ferry delete 20261123T051500Z-3f9a1c', 'db-ferry delete 20261123T051500Z-3f9a1c --yes'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: ['yes'],
  changes: () => 'delete',
  async run({ operands, options, terminal }) {
    const { findSummary, removeBackup } = await import('../../core/catalog/catalog');
    const [named = ''] = operands;
    // a path may lead anywhere
    if (isPath(named)) throw new AppError('usage', { message: 'delete takes the id of a backup.', command: 'delete' });
    const call = { operands, options, terminal };
    const root = await rootOf(call);
    const backup = await findSummary(root, await backupNamed(call, named));
    const { source, time, size: sizes } = backup.manifest;
    const place = `${source.cluster}/${source.namespace}/${source.workload}/${source.database}`;
    const says = `This deletes the backup ${backup.id} of ${place} (${localTime(time.snapshot)}, ${size(sizes.archive)}) for good.`;
    if (options.yes !== true) {
      if (!terminal.isInteractive) {
        const message = `${says} It has to be confirmed, and nobody is there to be asked. A script says --yes.`;
        throw new AppError('usage', { message, command: 'delete' });
      }
      terminal.error(says);
      if (!(await terminal.confirm('Type yes to go on, nothing to leave it: ', 'yes'))) throw new AppError('cancelled');
    }
    const { listJobs } = await import('../../core/job/record/listJobs');
    const { jobUsing } = await import('../../core/job/plan/inUse');
    const job = jobUsing(await listJobs(root), backup);
    if (job) throw new AppError('target.busy', { reference: backup.folder, job: job.id });
    const removal = await removeBackup(backup);
    const data = { backup: backup.id, folder: backup.folder, bytes: sizes.archive };
    if (removal.state === 'retained') {
      const until = removal.until.toISOString();
      terminal.event({ type: 'result', outcome: 'differences', exitCode: 3, data: { ...data, retained: until } });
      terminal.line(`Not deleted: its store keeps ${backup.id} of ${place} until ${localTime(until)}.`);
      return 3;
    }
    const { noteDeleted } = await import('../../core/catalog/deletedBackups');
    await noteDeleted(backup);
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(`Deleted: ${backup.id} of ${place}, ${size(sizes.archive)}.`);
    return 0;
  },
};
