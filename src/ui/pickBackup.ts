import * as vscode from 'vscode';
import { AppError } from '../core/errors';
import type { BackupSummary } from '../core/catalog/summary';
import type { Services } from '../services';
import { backupFacts, databaseName, sourceName } from './backupWords';
import { localTime } from './format';
import { pick } from './pick';

/** Asks for a backup, by database and time, or for an archive elsewhere; returns its folder or file. Throws `cancelled`. */
export async function pickBackup(
  { backups }: Services,
  ask: { readonly title: string; readonly except?: string; readonly ownOnly?: boolean },
): Promise<string> {
  const isWanted = ({ folder }: BackupSummary): boolean => folder !== ask.except;
  const items = (): Item[] => [
    ...byDatabase(backups.groups.map((group) => group.filter(isWanted))),
    ...(ask.ownOnly === true ? [] : elsewhere),
  ];
  const chosen = await pick(
    items,
    { title: ask.title, placeholder: 'Which backup?', none: 'There are no backups yet.' },
    { until: backups.all(), changed: backups.onDidChange },
  );
  return chosen ?? askFile(ask.title);
}

/** Undefined: a file is to be asked for. */
type Item = vscode.QuickPickItem & { readonly value: string | undefined };

const elsewhere: readonly Item[] = [
  { label: '', kind: vscode.QuickPickItemKind.Separator, value: undefined },
  { label: '$(folder-opened) Choose a Dump File…', alwaysShow: true, value: undefined },
];

function byDatabase(groups: readonly (readonly BackupSummary[])[]): Item[] {
  return groups.flatMap((group) => {
    const [newest] = group;
    if (!newest) return [];
    const { source } = newest.manifest;
    const label = `${databaseName(newest.manifest)} · ${sourceName(source)}`;
    return [
      { label, kind: vscode.QuickPickItemKind.Separator, value: undefined },
      ...group.map((backup) => ({
        label: `$(archive) ${localTime(backup.manifest.time.snapshot)}`,
        description: `${databaseName(backup.manifest)} · ${backupFacts(backup)}`,
        value: backup.folder,
      })),
    ];
  });
}

async function askFile(title: string): Promise<string> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: 'Choose',
      filters: { 'Dump files': ['dump'], 'All files': ['*'] },
    })) ?? [];
  if (!file) throw new AppError('cancelled');
  return file.fsPath;
}
