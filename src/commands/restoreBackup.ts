import { pickPod } from '../ui/ask/pickPlace';
import { oneBackup } from './backupTargets';
import type { Command } from './command';
import { databaseNamed } from './databaseNamed';
import { restoreFlow } from './restoreFlow';
import { t } from '../words/language';

/** Restores a backup into a pod that is asked for, under the name it had. */
export const restoreBackup: Command = {
  id: 'dbFerry.restoreBackup',
  rowsOf: 'backups',
  async run(services, target) {
    const { operand, entry } = await oneBackup(services, target, t`Restore`);
    const named = entry.manifest.source.database;
    const title = named === '' ? t`Restore` : t`Restore ${named}`;
    const pod = await pickPod(services, { title, placeholder: t`Into which pod?`, isTarget: true });
    const database = named === '' ? await databaseNamed(pod, { title, mustBeNew: false }) : named;
    await restoreFlow(
      services,
      { kind: 'backup', operand, entry },
      { ...pod, database, reference: `${pod.reference}/${database}` },
    );
  },
};
