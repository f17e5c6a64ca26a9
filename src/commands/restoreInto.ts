import type { Services } from '../services';
import { DatabaseNode } from '../tree/databaseNode';
import type { Command } from './command';
import { oneBackup } from './backupTargets';
import { databaseNamed } from './databaseNamed';
import { restoreFlow } from './restoreFlow';
import { oneDatabase, onePod } from './targets';
import { t } from '../words/language';

/** Restores a backup that is asked for into this pod; on a database, into that one. */
export const restoreInto: Command = {
  id: 'dbFerry.restoreInto',
  rowsOf: 'clusters',
  async run(services, target) {
    if (target instanceof DatabaseNode) return replaceOne(services, target);
    const pod = await onePod(services, target, t`Restore Into`);
    const title = t`Restore Into ${pod.pod.name}`;
    const { operand, entry } = await oneBackup(services, undefined, title);
    const named = entry.manifest.source.database;
    const database = named === '' ? await databaseNamed(pod, { title, mustBeNew: false }) : named;
    await restoreFlow(
      services,
      { kind: 'backup', operand, entry },
      { ...pod, database, reference: `${pod.reference}/${database}` },
    );
  },
};

/** Replaces this database with a backup that is asked for. */
export const replaceWith: Command = {
  id: 'dbFerry.replaceWith',
  rowsOf: 'clusters',
  run: replaceOne,
};

async function replaceOne(services: Services, target: unknown): Promise<void> {
  const place = await oneDatabase(services, target, t`Replace with Backup`);
  const { operand, entry } = await oneBackup(
    services,
    undefined,
    t`Replace ${place.database} on ${place.pod.name} with`,
  );
  await restoreFlow(services, { kind: 'backup', operand, entry }, place);
}
