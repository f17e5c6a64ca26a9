import { parseDatabaseReference } from '../core/cluster/reference';
import type { Command } from './command';
import { startJobs } from '../ui/startJobs';
import { backupOptions } from '../ui/jobRequest';
import { sourceDatabases } from './targets';
import { t } from '../words/language';

/** Backs up what is selected: a database, a pod, or several as several jobs. */
export const backUp: Command = {
  id: 'dbFerry.backUp',
  rowsOf: 'clusters',
  async run(services, _target, selected) {
    const places = await sourceDatabases(services, selected, t`Back Up`);
    await startJobs(
      services,
      places.map(({ reference }) => ({
        ...{ kind: 'backup', source: parseDatabaseReference(reference) },
        options: backupOptions(),
      })),
    );
  },
};
