import * as vscode from 'vscode';
import { formatReference, podOf } from '../../core/cluster/reference';
import type { Job } from '../../core/job/record/readJob';
import type { PodPlace } from '../../model/places';
import { AppError } from '../../core/base/errors';
import type { ClusterContents, ClusterModel } from '../../model/clusterModel';
import type { UserDatabase } from '../../model/databases';
import type { Services } from '../../services';
import { ago, size } from '../format';
import { pick, type Item } from './pick';
import { t } from '../../words/language';

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
  return pick(items, { ...ask, placeholder: t`Which cluster?` });
}

interface PodAsk {
  readonly title: string;
  readonly placeholder?: string;
  /** one that is not offered */
  readonly except?: string;
  /** something is to be written there: what takes no writes now stands apart, and what was written to last comes first */
  readonly isTarget?: boolean;
}

/** Asks for a database pod; clusters fill the list as they answer, and a dead one delays none. Throws `cancelled`. */
export async function pickPod(services: Services, ask: PodAsk): Promise<PodPlace> {
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
  const last = ask.isTarget === true ? lastTarget(await services.jobs.watch()) : undefined;
  const loading = models.map((model) => model.load(trees.clusters.pinnedIn(model.cluster.alias)));
  return pick(
    () =>
      grouped(
        models.map((model) => [trees.clusters.nameOf(model.cluster), itemsOf(model)]),
        ask,
        last,
      ),
    { title: ask.title, placeholder: ask.placeholder ?? t`Which database pod?`, none: t`No database pod was found.` },
    { until: Promise.allSettled(loading), changed: clusters.onDidChange },
  );
}

/** Below the name of their cluster. */
function grouped(
  clusters: readonly (readonly [name: string, items: readonly PodItem[]])[],
  { isTarget = false }: PodAsk,
  last: string | undefined,
): Item<PodPlace>[] {
  const all = clusters.flatMap(([, items]) => items);
  const isApart = ({ takesNone, id }: PodItem): boolean => isTarget && (takesNone || id === last);
  return [
    ...headed(
      t`Used last`,
      all.filter((item) => isTarget && item.id === last && !item.takesNone),
    ),
    ...clusters.flatMap(([name, items]) =>
      headed(
        name,
        items.filter((item) => !isApart(item)),
      ),
    ),
    ...headed(
      t`Takes no writes now`,
      all.filter((item) => isTarget && item.takesNone),
    ),
  ];
}

function headed(label: string, items: readonly PodItem[]): Item<PodPlace>[] {
  return items.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
}

/** The pod that something was restored into last, as its reference. */
function lastTarget(jobs: readonly Job[]): string | undefined {
  const targets = jobs.flatMap(({ request }) => ('target' in request ? [request.target] : []));
  return targets[0] && formatReference(podOf(targets[0]));
}

type PodItem = vscode.QuickPickItem & {
  readonly value: PodPlace;
  readonly id: string;
  readonly icon: string;
  /** a standby, or not ready */
  readonly takesNone: boolean;
};

function podItems({ protection, trees }: Services, model: ClusterModel): PodItem[] {
  const name = trees.clusters.nameOf(model.cluster);
  return [...model.contents.namespaces].flatMap(([namespace, pods]) => {
    const icon = protection.isProtected(model.cluster, namespace) ? 'lock' : 'server';
    return pods.map((pod) => {
      const reference = `${pod.cluster}/${namespace}/${pod.name}`;
      const facts = [`${name}/${namespace}`, pod.roleHint, pod.ready ? undefined : (pod.reason ?? t`not ready`)];
      return {
        id: reference,
        icon,
        label: pod.name,
        description: facts.filter((fact) => fact !== undefined).join(' · '),
        takesNone: pod.roleHint === 'replica' || !pod.ready,
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
      last ? t`replaced ${ago(last.mark.time)}` : undefined,
    ]
      .filter((part) => part !== undefined)
      .join(' · '),
    value: facts.name,
  }));
  return pick(items, {
    title: ask.title,
    placeholder: t`Which database of ${ask.place}?`,
    none: t`There is no database in it.`,
  });
}
