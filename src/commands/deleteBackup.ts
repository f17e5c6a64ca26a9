import { removeBackup } from '../core/catalog/catalog';
import type { BackupSummary } from '../core/catalog/summary';
import { mustBeFree } from '../core/job/plan/inUse';
import type { Services } from '../services';
import { deletionWords } from '../ui/deletionWords';
import { ownBackups } from './backupTargets';
import type { Command } from './command';
import { showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

/** Deletes backups for good, after one question that names them all. */
export const deleteBackup: Command = {
  id: 'dbFerry.deleteBackup',
  changes: 'delete',
  rowsOf: 'backups',
  async run(services, _target, selected) {
    const chosen = await ownBackups(services, selected, t`Delete Backup`);
    if (chosen.length === 0) return;
    await refuseWhereUsed(services, chosen);
    const { message, detail } = deletionWords(chosen, await services.backups.all());
    const answer = await showWarningMessage(message, { modal: true, detail }, t`Delete`);
    if (answer === undefined) return;
    try {
      for (const backup of chosen) {
        const removal = await removeBackup(backup);
        if (removal.state !== 'retained') continue;
        const until = removal.until.toLocaleString();
        await showWarningMessage(t`${backup.id} is not deleted: its store keeps it until ${until}.`);
      }
    } finally {
      services.backups.refresh();
      services.stores.refresh();
    }
  },
};

/** A backup that a job reads stays. */
async function refuseWhereUsed({ jobs }: Services, chosen: readonly BackupSummary[]): Promise<void> {
  await jobs.watch();
  for (const backup of chosen) mustBeFree(jobs.running, backup);
}
