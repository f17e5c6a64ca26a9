import { defined } from '../../core/base/defined';
import { AppError } from '../../core/base/errors';
import type { DamagedBackup } from '../../core/catalog/catalog';
import type { BackupSummary } from '../../core/catalog/summary';
import { localTime, safe, size } from '../../words/format';
import type { Call, Command } from '../command';
import { errorLines } from '../errorLines';
import { backupNamed } from '../named';
import { isPath, rootOf } from '../setting';

/** Deletes a backup of the catalog. */
export const deleteCommand: Command = {
  name: 'delete',
  summary: 'delete a backup of the catalog for good',
  more: ['One that is damaged is deleted by the whole name of its folder, which takes all that is in it.'],
  examples: ['db-ferry delete 20261123T051500Z-3f9a1c', 'db-ferry delete 20261123T051500Z-3f9a1c --yes'],
  operands: [{ name: 'backup', takes: ['backup'] }],
  options: ['yes'],
  changes: () => 'delete',
  async run({ operands, options, terminal }) {
    const { findDamaged, removeBackup, removeDamaged } = await import('../../core/catalog/catalog');
    const [named = ''] = operands;
    // a path may lead anywhere
    if (isPath(named)) throw new AppError('usage', { message: 'delete takes the id of a backup.', command: 'delete' });
    const call = { operands, options, terminal };
    const root = await rootOf(call);
    // one that is damaged goes by the whole name of its folder alone
    const damaged = await findDamaged(root, named);
    const backup = damaged ?? (await summaryOf(call, root, named));
    const { what, says } = 'error' in backup ? damagedWords(backup) : wordsOf(backup);
    if (options.yes !== true) {
      if (!terminal.isInteractive) {
        const message = `${says} It has to be confirmed, and nobody is there to be asked. A script says --yes.`;
        throw new AppError('usage', { message, command: 'delete' });
      }
      terminal.error(safe(says));
      if (!(await terminal.confirm('Type yes to go on, nothing to leave it: ', 'yes'))) throw new AppError('cancelled');
    }
    const { listJobs } = await import('../../core/job/record/listJobs');
    const { mustBeFree } = await import('../../core/job/plan/inUse');
    mustBeFree(await listJobs(root), backup);
    const removal = await ('error' in backup ? removeDamaged(backup) : removeBackup(backup));
    // of what cannot be read nobody knows how large it was, and what it cost
    const bytes = 'error' in backup ? undefined : backup.manifest.size.archive;
    const data = { backup: backup.id, folder: backup.folder, ...defined({ bytes }) };
    if (removal.state === 'retained') {
      const until = removal.until.toISOString();
      terminal.event({ type: 'result', outcome: 'differences', exitCode: 3, data: { ...data, retained: until } });
      terminal.line(safe(`Not deleted: its store keeps ${what} until ${localTime(until)}.`));
      return 3;
    }
    const { noteDeleted } = await import('../../core/catalog/deletedBackups');
    if (!('error' in backup)) await noteDeleted(backup);
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(safe(`Deleted: ${what}${bytes === undefined ? '' : `, ${size(bytes)}`}.`));
    return 0;
  },
};

async function summaryOf(call: Call, root: string, named: string): Promise<BackupSummary> {
  const { findSummary } = await import('../../core/catalog/catalog');
  return findSummary(root, await backupNamed(call, named));
}

interface Words {
  /** the backup, of what */
  readonly what: string;
  readonly says: string;
}

function wordsOf({ id, manifest: { source, time, size: sizes } }: BackupSummary): Words {
  const place = `${source.cluster}/${source.namespace}/${source.workload}/${source.database}`;
  const facts = `${localTime(time.snapshot)}, ${size(sizes.archive)}`;
  return { what: `${id} of ${place}`, says: `This deletes the backup ${id} of ${place} (${facts}) for good.` };
}

function damagedWords({ folder, error }: DamagedBackup): Words {
  const [why = error.code] = errorLines(error.code, error.data).split('\n');
  return { what: folder, says: `${why} This deletes all that is in ${folder} for good.` };
}
