import * as vscode from 'vscode';
import type { DatabasePlace } from '../model/places';
import type { Services } from '../services';

/** Has the database's name typed where its place is protected; true at once elsewhere. False: given up. */
export async function confirmName({ protection }: Services, { pod, database }: DatabasePlace): Promise<boolean> {
  if (!protection.isProtected(pod.cluster, pod.namespace)) return true;
  const typed = await vscode.window.showInputBox({
    title: `${pod.cluster}/${pod.namespace} is protected`,
    prompt: `Type the name of the database (${database}) to go on.`,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' || database.startsWith(text) ? undefined : 'Another name'),
  });
  return typed === database;
}
