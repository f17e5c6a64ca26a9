import type { Services } from '../services';
import { DatabaseNode } from '../tree/databaseNode';
import { PodNode } from '../tree/podNode';
import { dumpFile, pickBackup, type Other } from '../ui/ask/pickBackup';
import { startJobs } from '../ui/startJobs';
import { backupOperand } from './backupTargets';
import { parseSide } from '../core/job/request';
import type { Command } from './command';
import { oneDatabase } from './targets';
import { t } from '../words/language';

const title = () => t`Compare`;

/** Compares two of backups and databases: two selected rows, or one with another that is asked for. */
export const compare: Command = {
  id: 'dbFerry.compare',
  rowsOf: 'backups',
  async run(services, _target, selected) {
    const [first, second] = await sides(services, selected);
    const one = first ?? (await ask(services, t`Compare which?`));
    const other = second ?? (await ask(services, t`Compare with what?`, one));
    await startJobs(services, [{ kind: 'diff', left: parseSide(one), right: parseSide(other), options: {} }]);
  },
};

/** The first two that rows or files name. */
async function sides(services: Services, selected: readonly unknown[]): Promise<string[]> {
  const named: string[] = [];
  for (const row of selected.slice(0, 2)) {
    const isPlace = row instanceof DatabaseNode || row instanceof PodNode;
    const one = isPlace ? (await oneDatabase(services, row, title())).reference : backupOperand(row);
    if (one !== undefined) named.push(one);
  }
  return named;
}

async function ask(services: Services, placeholder: string, except?: string): Promise<string> {
  const database: Other = {
    icon: 'database',
    label: t`Choose a Database…`,
    choose: async () => (await oneDatabase(services, undefined, title())).reference,
  };
  return pickBackup(services, {
    ...{ title: title(), placeholder, others: [database, dumpFile(title())] },
    ...(except === undefined ? {} : { except }),
  });
}
