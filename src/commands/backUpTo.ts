import * as vscode from 'vscode';
import { backupOptions } from '../ui/jobRequest';
import { startJobs } from '../ui/startJobs';
import { parseDatabaseReference } from '../core/cluster/reference';
import type { Command } from './command';
import { sourceDatabases } from './targets';

/** The same into a folder that is asked for. */
export const backUpTo: Command = {
  id: 'dbFerry.backUpTo',
  rowsOf: 'clusters',
  async run(services, _target, selected) {
    const places = await sourceDatabases(services, selected, 'Back Up To');
    if (places.length === 0) return;
    const [folder] =
      (await vscode.window.showOpenDialog({
        title: 'Back Up To',
        openLabel: 'Back Up Here',
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
