import * as vscode from 'vscode';
import { AppError } from '../core/errors';
import type { Services } from '../services';
import { NamespaceNode } from '../tree/namespaceNode';
import { pickCluster } from '../ui/pickPlace';
import { saveList, settings } from '../ui/settings';
import type { Command } from './command';

/** Shows a project first; one that may not be listed can be named. */
export const pinProject: Command = {
  id: 'dbFerry.pinProject',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = target instanceof NamespaceNode ? target.id : await askPlace(services);
    await saveList('pinnedProjects', [...new Set([...settings.pinnedProjects(), place])]);
  },
};

/** Shows it among the others again. */
export const unpinProject: Command = {
  id: 'dbFerry.unpinProject',
  async run(_services, target) {
    const pinned = settings.pinnedProjects();
    const place =
      target instanceof NamespaceNode
        ? target.id
        : await vscode.window.showQuickPick(pinned, { title: 'Unpin Project', placeHolder: 'Which project?' });
    if (place !== undefined)
      await saveList(
        'pinnedProjects',
        pinned.filter((one) => one !== place),
      );
  },
};

async function askPlace(services: Services): Promise<string> {
  const model = await pickCluster(services, { title: 'Pin Project' });
  const name = await vscode.window.showInputBox({
    title: `Pin Project of ${model.cluster.alias}`,
    prompt: 'The name of the project, also of one that may not be listed.',
    validateInput: (text) => (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) ? undefined : 'No name of a project'),
  });
  if (name === undefined) throw new AppError('cancelled');
  return `${model.cluster.alias}/${name}`;
}
