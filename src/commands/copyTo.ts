import { DatabaseNode } from '../tree/databaseNode';
import { pickPod } from '../ui/ask/pickPlace';
import type { Command } from './command';
import { restoreFlow } from './restoreFlow';
import { oneDatabase, podOfRow } from './targets';
import { t } from '../words/language';

/** Copies a database into another pod: backup, verification and restore as one job. Dropped rows name the target as third argument. */
export const copyTo: Command = {
  id: 'dbFerry.copyTo',
  rowsOf: 'clusters',
  async run(services, target, _selected, onto) {
    const place = await oneDatabase(services, target, t`Copy`);
    const title = t`Copy ${place.database} from ${place.pod.name}`;
    const { cluster, namespace, name } = place.pod;
    const except = `${cluster}/${namespace}/${name}`;
    const pod =
      podOfRow(onto) ?? (await pickPod(services, { title, placeholder: t`To which pod?`, except, isTarget: true }));
    const database = onto instanceof DatabaseNode ? onto.database.facts.name : place.database;
    await restoreFlow(
      services,
      { kind: 'database', place },
      { ...pod, database, reference: `${pod.reference}/${database}` },
    );
  },
};
