import * as vscode from 'vscode';
import { AppError } from '../core/base/errors';
import type { Services } from '../services';
import { backupOptions } from '../ui/jobRequest';
import { pick, type Item } from '../ui/ask/pick';
import { startJobs } from '../ui/startJobs';
import { parseDatabaseReference } from '../core/cluster/reference';
import type { Command } from './command';
import { sourceDatabases } from './targets';
import { t } from '../words/language';

const title = (): string => t`Back Up To`;

/** The same into a store that has a name, or a folder that is asked for. */
export const backUpTo: Command = {
  id: 'dbFerry.backUpTo',
  rowsOf: 'clusters',
  async run(services, _target, selected) {
    const places = await sourceDatabases(services, selected, title());
    if (places.length === 0) return;
    const options = { ...backupOptions(), to: await askWhere(services) };
    await startJobs(
      services,
      places.map(({ reference }) => ({ kind: 'backup', source: parseDatabaseReference(reference), options })),
    );
  },
};

/** A root. Without any store that has a name only a folder is asked for. */
async function askWhere({ stores }: Services): Promise<string> {
  const known = await stores.all();
  if (known.length === 0) return askFolder();
  const rows: Item<() => Promise<string>>[] = known.map(({ store, root }) => ({
    icon: 'cloud',
    label: store.name,
    description: store.address,
    value: () => Promise.resolve(root),
  }));
  const choices = [...rows, { icon: 'folder-opened', label: t`A Folder…`, value: askFolder }];
  return (await pick(choices, { title: title(), placeholder: t`Where does the backup go?` }))();
}

async function askFolder(): Promise<string> {
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: title(),
      openLabel: t`Back Up Here`,
      canSelectFolders: true,
      canSelectFiles: false,
    })) ?? [];
  if (!folder) throw new AppError('cancelled');
  return folder.fsPath;
}
