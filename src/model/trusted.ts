import { realpathSync } from 'node:fs';
import { delimiter, dirname, join, sep } from 'node:path';
import * as vscode from 'vscode';

/**
 * True for a place inside the folders of a workspace that the user does not trust: nothing there is looked at, be it a root of backups, jobs or a
 * kubeconfig, since a repository could have brought it.
 */
export function isHidden(place: string): boolean {
  if (vscode.workspace.isTrusted) return false;
  const real = realOf(place);
  return (vscode.workspace.workspaceFolders ?? []).some(({ uri }) => {
    const folder = realOf(uri.fsPath);
    return real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep);
  });
}

/** The environment without the kubeconfig files that are hidden. */
export function visibleEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const listed = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  const seen = listed.filter((file) => !isHidden(file));
  if (seen.length === listed.length) return env;
  // an empty list would lead to the default file, which nobody meant
  return { ...env, KUBECONFIG: seen.length === 0 ? '/dev/null' : seen.join(delimiter) };
}

/** The real path, as far as there is one. */
function realOf(name: string): string {
  try {
    return realpathSync(name);
  } catch {
    const parent = dirname(name);
    return parent === name ? name : join(realOf(parent), name.slice(parent.length));
  }
}
