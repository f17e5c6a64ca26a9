import * as vscode from 'vscode';
import { backupOptions } from '../ui/jobRequest';
import { startJobs } from '../ui/startJobs';
import { parseDatabaseReference } from '../core/cluster/reference';
import type { Command } from './command';
import { sourceDatabases } from './targets';
import { t } from '../words/language';

/** The same into a folder that is asked for. */
export const backUpTo: Command = {
  id: 'dbFerry.backUpTo',
  rowsOf: 'clusters',
  async run(services, _target, selected) {
    const places = await sourceDatabases(services, selected, t`Back Up To`);
    if (places.length === 0) return;
    const [folder] =
      (await vscode.window.showOpenDialog({
        title: t`Back Up To`,
        openLabel: t`Back Up Here`,
        canSelectFolders: true,
        canSelectFiles: false,
      })) ?? [];
    if (!folder) return;
    const options = { ...backupOptions(), to: folder.fsPath };
    await startJobs(
      services,
      places.map(({ reference }) => ({ kind: 'backup', source: parseDatabaseReference(reference), options })),
    );
  },
};
