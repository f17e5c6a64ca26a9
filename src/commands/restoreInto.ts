import { DatabaseNode } from '../tree/databaseNode';
import type { Command } from './command';
import { oneBackup } from './backupTargets';
import { databaseNamed } from './databaseNamed';
import { restoreFlow } from './restoreFlow';
import { onePod } from './targets';

/** Restores a backup that is asked for into this pod; on a database, into that one. */
export const restoreInto: Command = {
  id: 'dbFerry.restoreInto',
  rowsOf: 'clusters',
  async run(services, target) {
    const pod = await onePod(services, target, 'Restore Into');
    const title = `Restore Into ${pod.pod.name}`;
    const { operand, entry } = await oneBackup(services, undefined, title);
    const named = target instanceof DatabaseNode ? target.database.facts.name : entry.manifest.source.database;
    const database = named === '' ? await databaseNamed(pod, { title, mustBeNew: false }) : named;
    await restoreFlow(
      services,
      { kind: 'backup', operand, entry },
      { ...pod, database, reference: `${pod.reference}/${database}` },
    );
  },
};
