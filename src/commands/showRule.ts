import { whoAmI } from '../core/cluster/reviews';
import type { Services } from '../services';
import { FailureNode } from '../tree/failureNode';
import { JobNode } from '../tree/jobNode';
import { NamespaceNode } from '../tree/namespaceNode';
import { ruleFor, showRule as show } from '../ui/showRule';
import { neededRule } from '../words/neededRule';
import { askProject, type Project } from './askProject';
import type { Command } from './command';
import { t } from '../words/language';

/** Shows what an administrator has to allow, as YAML: after a refusal, or for a project. */
export const showRule: Command = {
  id: 'dbFerry.showRule',
  async run(services, target) {
    await show(refused(target) ?? (await ruleOf(target, services)));
  },
};

function refused(target: unknown): string | undefined {
  if (target instanceof FailureNode) return ruleFor(target.error);
  if (target instanceof JobNode && target.job.result?.error) return ruleFor(target.job.result.error);
  return undefined;
}

/** What a project's pods need, for the user as the cluster knows it. */
async function ruleOf(target: unknown, services: Services): Promise<string> {
  const { model, name }: Project =
    target instanceof NamespaceNode
      ? { model: target.parent.model, name: target.name }
      : await askProject(services, t`Rule to Ask For`, t`The name of the project whose pods you want to work with.`);
  const user = await whoAmI(model.client, AbortSignal.timeout(15_000));
  return neededRule({ namespace: name, user }) ?? '';
}
