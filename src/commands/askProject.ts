import { AppError } from '../core/base/errors';
import type { ClusterModel } from '../model/clusterModel';
import type { Services } from '../services';
import { pickCluster } from '../ui/ask/pickPlace';
import { showInputBox } from '../ui/shown';
import { t } from '../words/language';

/** A project by its name, which need not be one that may be seen. */
export interface Project {
  readonly model: ClusterModel;
  readonly name: string;
}

/** Asks for a cluster and the name of a project there. Throws `cancelled`. */
export async function askProject(services: Services, title: string, prompt: string): Promise<Project> {
  const model = await pickCluster(services, { title });
  const name = await showInputBox({
    title: `${title}: ${services.trees.clusters.nameOf(model.cluster)}`,
    prompt,
    ignoreFocusOut: true,
    validateInput: (text) => (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(text) ? undefined : t`No name of a project`),
  });
  if (name === undefined) throw new AppError('cancelled');
  return { model, name };
}
