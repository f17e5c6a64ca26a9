import * as vscode from 'vscode';
import { backupName } from '../ui/backupWords';
import { copying } from '../ui/copying';
import { count, size } from '../ui/format';
import { askReason, askedBy } from '../ui/jobRequest';
import { askDumpFile } from '../ui/ask/pickBackup';
import { settings } from '../ui/settings';
import type { Command } from './command';
import { showInformationMessage } from '../ui/shown';

const title = 'Adopt Dump File';

/** Takes a copy of a dump that was made elsewhere into the catalog, marked as not ours. */
export const adoptDump: Command = {
  id: 'dbFerry.adoptDump',
  changes: 'import',
  async run({ backups }, target) {
    const file = target instanceof vscode.Uri ? target.fsPath : await askDumpFile(title, 'Adopt');
    const { importDump } = await import('../core/catalog/importDump');
    const reason = await askReason(title);
    const asked = { by: askedBy(), ...(reason === undefined || reason === '' ? {} : { reason }) };
    const entry = await copying(`Adopting ${file}`, (work) =>
      importDump(file, { ...work, root: settings.root(), asked }),
    );
    backups.refresh();
    const { tables, size: sizes } = entry.manifest;
    const facts = `${size(sizes.archive)} · ${count(tables.length)} ${tables.length === 1 ? 'table' : 'tables'}`;
    const pressed = await showInformationMessage(
      `Adopted ${backupName(entry)}: ${facts}. It is whole in its structure; that it is what was dumped cannot be proven.`,
      'Restore…',
    );
    if (pressed !== undefined) await vscode.commands.executeCommand('dbFerry.restoreBackup', entry.folder);
  },
};
