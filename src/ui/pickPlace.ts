import type * as vscode from 'vscode';
import type { PodPlace } from '../model/places';
import { AppError } from '../core/errors';
import type { ClusterModel } from '../model/clusterModel';
import type { UserDatabase } from '../model/databases';
import type { Services } from '../services';
import { ago, size } from './format';
import { pick } from './pick';

/** Asks for a cluster; the only one needs no question. Throws `cancelled`, `cluster.none`. */
export async function pickCluster({ clusters }: Services, ask: { readonly title: string }): Promise<ClusterModel> {
  const models = await clusters.all();
  const [only] = models;
  if (!only) throw new AppError('cluster.none');
  if (models.length === 1) return only;
  const items = models.map((model) => ({
    label: model.cluster.alias,
    description: model.cluster.server,
    value: model,
  }));
  return pick(items, { ...ask, placeholder: 'Which cluster?' });
}

/** Asks for a database pod; clusters fill the list as they answer, and a dead one delays none. Throws `cancelled`. */
export async function pickPod(
  { clusters, protection, trees }: Services,
  ask: { readonly title: string; readonly placeholder?: string; readonly except?: string },
): Promise<PodPlace> {
  const models = await clusters.all();
  if (models.length === 0) throw new AppError('cluster.none');
  const items = (): PodItem[] =>
    models.flatMap((model) =>
      [...model.contents.namespaces].flatMap(([namespace, pods]) =>
        pods.map((pod) => {
          const reference = `${pod.cluster}/${namespace}/${pod.name}`;
          const isProtected = protection.isProtected(pod.cluster, namespace);
          return {
            label: `$(${isProtected ? 'lock' : 'server'}) ${pod.name}`,
            description: [
              `${trees.clusters.nameOf(model.cluster)}/${namespace}`,
              pod.roleHint,
              pod.ready ? undefined : pod.reason,
            ]
              .filter((part) => part !== undefined)
              .join(' · '),
            value: { model, pod, reference },
          };
        }),
      ),
    );
  const loading = models.map((model) => model.load(trees.clusters.pinnedIn(model.cluster.alias)));
  return pick(
    () => items().filter(({ value }) => value.reference !== ask.except),
    { title: ask.title, placeholder: ask.placeholder ?? 'Which database pod?', none: 'No database pod was found.' },
    { until: Promise.allSettled(loading), changed: clusters.onDidChange },
  );
}

/** Asks for one of several databases of a pod. Throws `cancelled`. */
export async function pickDatabase(
  databases: readonly UserDatabase[],
  ask: { readonly title: string; readonly place: string },
): Promise<string> {
  const items = databases.map(({ facts, kept: [last] }) => ({
    label: `$(database) ${facts.name}`,
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

type PodItem = vscode.QuickPickItem & { readonly value: PodPlace };
