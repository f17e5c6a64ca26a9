import { homedir } from 'node:os';
import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { section, type settingNames } from '../contributions';
import { defaultRoot } from '../core/catalog/root';
import { AppError } from '../core/base/errors';
import { stateFolder } from '../core/state/stateFolder';
import { isHidden } from '../model/trusted';

type Name = (typeof settingNames)[number];

/** The settings as they are now; each is read when it is asked for, so that a change needs no reload. */
export const settings = {
  kubeconfigFiles: (): string[] =>
    read<string[]>('kubeconfigFiles', [])
      .map(absolute)
      .filter((file) => !isHidden(file)),
  clusterNames: (): Readonly<Record<string, string>> => read('clusterNames', {}),
  protectedPlaces: (): string[] => read<string[]>('protectedPlaces', []),
  pinnedProjects: (): string[] => read<string[]>('pinnedProjects', []),
  trustedKeys: (): string[] => read<string[]>('trustedKeys', []),
  compression: (): string => read('compression', 'auto'),
  countRows: (): boolean => read('countRows', false),
  /** of the user's own settings alone: no folder turns it off */
  encrypt: (): boolean => read('encrypt', false),
  keepCopies: (): boolean => read('keepCopies', false),
  pipelineCopies: (): boolean => read('pipelineCopies', false),
  restoreStreams: (): number => read('restoreStreams', 4),
  /** bytes a second; undefined: as fast as it goes */
  gentle: (): number | undefined => {
    const rate = read<number>('gentle', 0);
    return rate > 0 ? rate * 1e6 : undefined;
  },
  askForReason: (): boolean => read('askForReason', false),
  openReport: (): string => read('openReport', 'never'),
  keepAwake: (): boolean => read('keepAwake', true),
  /** The root of backups; absolute. Throws `root.refused` where it, or the state that belongs to it, is in a workspace that is not trusted. */
  root: (): string => {
    const folder = read('backupFolder', '').trim();
    const root = folder === '' ? defaultRoot(process.env) : absolute(folder);
    const hidden = [root, stateFolder()].find(isHidden);
    if (hidden !== undefined) throw new AppError('root.refused', { root: hidden, reason: 'untrusted' });
    return root;
  },
};

/** A path as people write it in settings: `~` and what is relative is below the home folder. */
function absolute(path: string): string {
  return resolve(homedir(), path.trim().replace(/^~(?=\/|$)/, homedir()));
}

/** Adds to the kubeconfig files those that are not there yet; what is there stays as it was written. */
export async function addKubeconfigFiles(files: readonly string[]): Promise<void> {
  const known = settings.kubeconfigFiles();
  const added = files.filter((file) => !known.includes(file));
  await saveList('kubeconfigFiles', [...read<string[]>('kubeconfigFiles', []), ...new Set(added)]);
}

/** Writes a list of a setting that the user changes by a command. */
export async function saveList(
  name: 'kubeconfigFiles' | 'protectedPlaces' | 'pinnedProjects',
  list: readonly string[],
): Promise<void> {
  await vscode.workspace.getConfiguration(section).update(name, list, vscode.ConfigurationTarget.Global);
}

/** Calls back when one of these settings changed. */
export function onSettings(names: readonly Name[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (names.some((name) => event.affectsConfiguration(`${section}.${name}`))) listener();
  });
}

function read<T>(name: Name, missing: T): T {
  return vscode.workspace.getConfiguration(section).get<T>(name) ?? missing;
}
