import { parseDatabaseReference } from '../core/cluster/reference';
import type { Command } from './command';
import { startJobs } from '../ui/startJobs';
import { backupOptions } from '../ui/jobRequest';
import { sourceDatabases } from './targets';

/** Backs up what is selected: a database, a pod, or several as several jobs. */
export const backUp: Command = {
  id: 'dbFerry.backUp',
  rowsOf: 'clusters',
  async run(services, _target, selected) {
    const places = await sourceDatabases(services, selected, 'Back Up');
    await startJobs(
      services,
      places.map(({ reference }) => ({
        ...{ kind: 'backup', source: parseDatabaseReference(reference) },
        options: backupOptions(),
      })),
    );
  },
};
