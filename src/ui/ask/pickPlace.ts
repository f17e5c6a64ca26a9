import type * as vscode from 'vscode';
import type { PodPlace } from '../../model/places';
import { AppError } from '../../core/base/errors';
import type { ClusterContents, ClusterModel } from '../../model/clusterModel';
import type { UserDatabase } from '../../model/databases';
import type { Services } from '../../services';
import { ago, size } from '../format';
import { pick } from './pick';

/** Asks for a cluster; the only one needs no question. Throws `cancelled`, `cluster.none`. */
export async function pickCluster(
  { clusters, trees }: Services,
  ask: { readonly title: string },
): Promise<ClusterModel> {
  const models = await clusters.all();
  const [only] = models;
  if (!only) throw new AppError('cluster.none');
  if (models.length === 1) return only;
  const items = models.map((model) => ({
    label: trees.clusters.nameOf(model.cluster),
    description: model.cluster.server,
    value: model,
  }));
  return pick(items, { ...ask, placeholder: 'Which cluster?' });
}

/** Asks for a database pod; clusters fill the list as they answer, and a dead one delays none. Throws `cancelled`. */
export async function pickPod(
  services: Services,
  ask: { readonly title: string; readonly placeholder?: string; readonly except?: string },
): Promise<PodPlace> {
  const { clusters, trees } = services;
  const models = await clusters.all();
  if (models.length === 0) throw new AppError('cluster.none');
  // of thousands of pods only those of the cluster that changed are made anew
  const made = new WeakMap<ClusterContents, readonly PodItem[]>();
  const itemsOf = (model: ClusterModel): readonly PodItem[] => {
    const items = made.get(model.contents) ?? podItems(services, model).filter(({ id }) => id !== ask.except);
    made.set(model.contents, items);
    return items;
  };
  const loading = models.map((model) => model.load(trees.clusters.pinnedIn(model.cluster.alias)));
  return pick(
    () => models.flatMap(itemsOf),
    { title: ask.title, placeholder: ask.placeholder ?? 'Which database pod?', none: 'No database pod was found.' },
    { until: Promise.allSettled(loading), changed: clusters.onDidChange },
  );
}

type PodItem = vscode.QuickPickItem & { readonly value: PodPlace; readonly id: string; readonly icon: string };

function podItems({ protection, trees }: Services, model: ClusterModel): PodItem[] {
  const name = trees.clusters.nameOf(model.cluster);
  return [...model.contents.namespaces].flatMap(([namespace, pods]) => {
    const icon = protection.isProtected(model.cluster, namespace) ? 'lock' : 'server';
    return pods.map((pod) => {
      const reference = `${pod.cluster}/${namespace}/${pod.name}`;
      const facts = [`${name}/${namespace}`, pod.roleHint, pod.ready ? undefined : pod.reason];
      return {
        id: reference,
        icon,
        label: pod.name,
        description: facts.filter((fact) => fact !== undefined).join(' · '),
        value: { model, pod, reference },
      };
    });
  });
}

/** Asks for one of several databases of a pod. Throws `cancelled`. */
export async function pickDatabase(
  databases: readonly UserDatabase[],
  ask: { readonly title: string; readonly place: string },
): Promise<string> {
  const items = databases.map(({ facts, kept: [last] }) => ({
    icon: 'database',
    label: facts.name,
    description: [
      facts.bytes === undefined ? undefined : size(facts.bytes),
      last ? `replaced ${ago(last.mark.time)}` : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(' · '),
    value: facts.name,
  }));
  return pick(items, {
    title: ask.title,
    placeholder: `Which database of ${ask.place}?`,
    none: 'There is no database in it.',
  });
}
