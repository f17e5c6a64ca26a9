import { some } from '../words/some';
import * as vscode from 'vscode';
import { backupName } from '../ui/backupWords';
import { copying } from '../ui/copying';
import { size } from '../ui/format';
import { askReason, askedBy } from '../ui/jobRequest';
import { askDumpFile } from '../ui/ask/pickBackup';
import { settings } from '../ui/settings';
import type { Command } from './command';
import { showInformationMessage } from '../ui/shown';
import { t } from '../words/language';

const title = () => t`Adopt Dump File`;

/** Takes a copy of a dump that was made elsewhere into the catalog, marked as not ours. */
export const adoptDump: Command = {
  id: 'dbFerry.adoptDump',
  changes: 'import',
  async run({ backups }, target) {
    const file = target instanceof vscode.Uri ? target.fsPath : await askDumpFile(title(), t`Adopt`);
    const { importDump } = await import('../core/catalog/importDump');
    const reason = await askReason(title());
    const asked = { by: askedBy(), ...(reason === undefined || reason === '' ? {} : { reason }) };
    const entry = await copying(t`Adopting ${file}`, (work) =>
      importDump(file, { ...work, root: settings.root(), asked }),
    );
    backups.refresh();
    const { tables, size: sizes } = entry.manifest;
    const facts = `${size(sizes.archive)} · ${some(tables.length, 'table')}`;
    const pressed = await showInformationMessage(
      t`Adopted ${backupName(entry)}: ${facts}. It is whole in its structure; that it is what was dumped cannot be proven.`,
      t`Restore…`,
    );
    if (pressed !== undefined) await vscode.commands.executeCommand('dbFerry.restoreBackup', entry.folder);
  },
};
