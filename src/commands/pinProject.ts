import type { Services } from '../services';
import { NamespaceNode } from '../tree/namespaceNode';
import { saveList, settings } from '../ui/settings';
import { askProject } from './askProject';
import type { Command } from './command';
import { showQuickPick } from '../ui/shown';
import { t } from '../words/language';

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
        : (
            await showQuickPick(
              pinned.map((label) => ({ label })),
              { title: t`Unpin Project`, placeHolder: t`Which project?` },
            )
          )?.label;
    if (place !== undefined)
      await saveList(
        'pinnedProjects',
        pinned.filter((one) => one !== place),
      );
  },
};

async function askPlace(services: Services): Promise<string> {
  const prompt = t`The name of the project, also of one that may not be listed.`;
  const { model, name } = await askProject(services, t`Pin Project`, prompt);
  return `${model.cluster.alias}/${name}`;
}
