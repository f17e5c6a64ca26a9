import * as vscode from 'vscode';
import { BackupNode } from '../tree/backupNode';
import type { Command } from './command';
import { oneJob } from './jobTargets';
import { t } from '../words/language';

/** Puts the id of a backup or a job on the clipboard, as the command line takes it. */
export const copyId: Command = {
  id: 'dbFerry.copyId',
  rowsOf: 'jobs',
  async run(services, target) {
    const ask = { title: t`Copy Id`, filter: () => true, none: t`There are no jobs yet.` };
    const named = target instanceof BackupNode ? target.summary : await oneJob(services, target, ask);
    if (named) await vscode.env.clipboard.writeText(named.id);
  },
};
