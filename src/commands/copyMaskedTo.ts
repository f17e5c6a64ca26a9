import { pickPod } from '../ui/ask/pickPlace';
import { pickRules } from '../ui/masking/pickRules';
import type { Command } from './command';
import { restoreFlow } from './restoreFlow';
import { oneDatabase } from './targets';
import { t } from '../words/language';

/** Copies a database into another pod without the people in it: its rows are masked before anything is written. */
export const copyMaskedTo: Command = {
  id: 'dbFerry.copyMaskedTo',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await oneDatabase(services, target, t`Copy Masked`);
    const title = t`Copy ${place.database} from ${place.pod.name}, masked`;
    const rules = await pickRules(title);
    const { cluster, namespace, name } = place.pod;
    const except = `${cluster}/${namespace}/${name}`;
    const pod = await pickPod(services, { title, placeholder: t`To which pod?`, except, isTarget: true });
    const { database } = place;
    await restoreFlow(
      services,
      { kind: 'database', place, rules },
      { ...pod, database, reference: `${pod.reference}/${database}` },
    );
  },
};
