import * as vscode from 'vscode';
import type { BackupSummary } from '../../core/catalog/summary';
import { AppError } from '../../core/base/errors';
import type { Services } from '../../services';
import { backupFacts, databaseName, sourceName } from '../backupWords';
import { localTime } from '../format';
import { pick, type Item } from './pick';
import { t } from '../../words/language';

/** Something else that can be chosen than a backup of the list; `choose` asks on. */
export interface Other {
  readonly icon: string;
  readonly label: string;
  choose(): Promise<string>;
}

/** Asks for a backup, by database and time; returns its folder, or what `others` (a dump file) return. Throws `cancelled`. */
export async function pickBackup(
  { backups }: Services,
  {
    title,
    placeholder = t`Which backup?`,
    except,
    others = [dumpFile(title)],
  }: {
    readonly title: string;
    readonly placeholder?: string;
    /** the folder of one that is not offered */
    readonly except?: string;
    readonly others?: readonly Other[];
  },
): Promise<string> {
  const items = (): Item<() => Promise<string>>[] => [
    ...backups.groups.flatMap((group) => itemsOf(group.filter(({ folder }) => folder !== except))),
    ...(others.length === 0 ? [] : [separator('')]),
    ...others.map((other) => ({ icon: other.icon, label: other.label, alwaysShow: true, value: () => other.choose() })),
  ];
  const chosen = await pick(
    items,
    { title, placeholder, none: t`There are no backups yet.` },
    { until: backups.all(), changed: backups.onDidChange },
  );
  return chosen();
}

/** A file that is asked for. */
export function dumpFile(title: string): Other {
  return { icon: 'folder-opened', label: t`Choose a Dump File…`, choose: () => askDumpFile(title) };
}

/** Asks for a dump file; returns its path. Throws `cancelled`. */
export async function askDumpFile(title: string, openLabel = t`Choose`, kinds: string[] = ['dump']): Promise<string> {
  const filters = { 'Dump files': kinds, 'All files': ['*'] };
  const [file] = (await vscode.window.showOpenDialog({ title, openLabel, filters })) ?? [];
  if (!file) throw new AppError('cancelled');
  return file.fsPath;
}

/** The backups of a database, newest first, below its name. */
function itemsOf(group: readonly BackupSummary[]): Item<() => Promise<string>>[] {
  const [newest] = group;
  if (!newest) return [];
  const { manifest } = newest;
  const isAdopted = manifest.origin === 'adopted';
  const head = isAdopted ? t`Adopted` : `${databaseName(manifest)} · ${sourceName(manifest.source)}`;
  return [
    separator(head),
    ...group.map((backup) => ({
      id: backup.folder,
      icon: 'archive',
      label: `${databaseName(backup.manifest)} · ${localTime(backup.manifest.time.snapshot)}`,
      description: backupFacts(backup),
      value: () => Promise.resolve(backup.folder),
    })),
  ];
}

function separator(label: string): Item<never> {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}
