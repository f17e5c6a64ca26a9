import { pickPod } from '../ui/ask/pickPlace';
import { oneBackup } from './backupTargets';
import type { Command } from './command';
import { databaseNamed } from './databaseNamed';
import { restoreFlow } from './restoreFlow';
import { t } from '../words/language';

/** Restores a backup beside what is there, under a name that is asked for. */
export const restoreAsNew: Command = {
  id: 'dbFerry.restoreAsNew',
  rowsOf: 'backups',
  async run(services, target) {
    const { operand, entry } = await oneBackup(services, target, t`Restore As New Database`);
    const title = t`Restore As New Database`;
    const pod = await pickPod(services, { title, placeholder: t`Into which pod?`, isTarget: true });
    const { database: before } = entry.manifest.source;
    // of a dump from elsewhere it may not be known
    const suggested = before === '' ? {} : { suggested: `${before}_restored` };
    const database = await databaseNamed(pod, { title, mustBeNew: true, ...suggested });
    await restoreFlow(
      services,
      { kind: 'backup', operand, entry },
      { ...pod, database, reference: `${pod.reference}/${database}` },
      'new',
    );
  },
};
