import { some } from '../words/some';
import path from 'node:path';
import * as vscode from 'vscode';
import { parsePodReference } from '../core/cluster/reference';
import type { OpenDump } from '../core/import/openDump';
import { pickPod } from '../ui/ask/pickPlace';
import { backupName } from '../ui/backupWords';
import { copying } from '../ui/copying';
import { size } from '../ui/format';
import { askReason, askedBy } from '../ui/jobRequest';
import { askDumpFile } from '../ui/ask/pickBackup';
import { settings } from '../ui/settings';
import { startJobs } from '../ui/startJobs';
import type { Services } from '../services';
import type { Command } from './command';
import { showInformationMessage, showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

const title = (): string => t`Adopt Dump File`;
const kinds = ['dump', 'backup', 'sql', 'tar', 'gz', 'tgz', 'zst', 'bz2', 'dat'];

/** Takes a dump that was made elsewhere into the catalog, marked as not ours: an archive by itself, SQL by way of a pod that understands it. */
export const adoptDump: Command = {
  id: 'dbFerry.adoptDump',
  changes: 'import',
  async run(services, target) {
    const file = target instanceof vscode.Uri ? target.fsPath : await askDumpFile(title(), t`Adopt`, kinds);
    const { openDump } = await import('../core/import/openDump');
    // the table of contents of a folder stands for the folder
    const dump = await openDump(path.basename(file) === 'toc.dat' ? path.dirname(file) : file);
    await (dump.holds === 'script' ? loadScript(services, dump) : adoptArchive(services, dump));
  },
};

async function adoptArchive({ backups }: Services, dump: OpenDump): Promise<void> {
  const { importArchive } = await import('../core/import/importArchive');
  const reason = await askReason(title());
  const asked = { by: askedBy(), ...(reason === undefined || reason === '' ? {} : { reason }) };
  const entry = await copying(t`Adopting ${dump.file}`, (work) =>
    importArchive(dump, { ...work, root: settings.root(), asked }),
  );
  backups.refresh();
  const { tables, size: sizes } = entry.manifest;
  const facts = `${size(sizes.archive)} · ${some(tables.length, 'table')}`;
  const pressed = await showInformationMessage(
    t`Adopted ${backupName(entry)}: ${facts}. It is whole in its structure; that it is what was dumped cannot be proven.`,
    t`Restore…`,
  );
  if (pressed !== undefined) await vscode.commands.executeCommand('dbFerry.restoreBackup', entry.folder);
}

/** SQL is understood by a server alone: a database is made for it, and dropped again. */
async function loadScript(services: Services, { file }: OpenDump): Promise<void> {
  const name = path.basename(file);
  const pod = await pickPod(services, { title: t`Adopt ${name}`, placeholder: t`It is SQL. Which pod reads it?` });
  const detail = t`It is loaded into a database that is made for it there, by a temporary role without rights, backed up, and dropped. Roles that it names and that are missing are made for as long. What could not be loaded is listed.`;
  const message = t`Load ${name} into ${pod.reference}?`;
  if ((await showWarningMessage(message, { modal: true, detail }, t`Load and Back Up`)) === undefined) return;
  const options = {
    compress: settings.compression(),
    createRoles: true,
    ...(settings.encrypt() ? { encrypt: true } : {}),
  };
  await startJobs(services, [{ kind: 'import', file, into: parsePodReference(pod.reference), options }]);
}
