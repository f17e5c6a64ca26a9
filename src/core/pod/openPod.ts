import { own } from '../base/ownSaying';
import type { KubeClient } from '../cluster/kubeClient';
import { explainRefusal } from '../cluster/reviews';
import { AppError, isAppError, withFacts } from '../base/errors';
import { kubePodExec } from '../exec/kubePodExec';
import type { DatabasePod, OpenPod } from './databasePod';
import { findPods, resolveOwners } from './discover/findPods';
import { parsePod } from './discover/parsePod';
import { probe } from './server/probe';
import { describe, recognise } from './discover/recognise';

/**
 * Probes a pod and returns it with the way to run commands in it. Throws what `probe` and the exec throw; `cluster.forbidden` says which right
 * is missing, and to whom.
 */
export async function openPod(client: KubeClient, pod: DatabasePod, signal?: AbortSignal): Promise<OpenPod> {
  const exec = kubePodExec(client, { namespace: pod.namespace, pod: pod.name, container: pod.container });
  try {
    return { pod, exec, facts: await probe(exec, signal) };
  } catch (error) {
    throw isAppError(error, 'cluster.forbidden') ? await explainRefusal(client, pod.namespace, error, signal) : error;
  }
}

/**
 * The pod that a reference means, opened. `pod` is a pod's name, also of one that was not recognised as a database, or
 * that of its workload: then the one primary among its pods, as SQL says. Only for a workload pods have to be listed. Throws `pod.unknown`,
 * `pod.noPrimary` (none, or several: pods that are no replicas of each other), and what `openPod` throws.
 */
export async function locate(
  client: KubeClient,
  place: { readonly namespace: string; readonly pod: string },
  signal?: AbortSignal,
): Promise<OpenPod> {
  const named = await podNamed(client, place, signal);
  if (!(named instanceof AppError)) return openPod(client, named, signal);
  try {
    const { pods } = await findPods(client, { namespace: place.namespace, ...(signal ? { signal } : {}) });
    // who may list pods and not read one
    const listed = pods.find((pod) => pod.name === place.pod);
    if (listed) return await openPod(client, listed, signal);
    const members = pods.filter((pod) => pod.workload.name === place.pod);
    if (members.length > 0) return await primary(client, place, members, signal);
  } catch (error) {
    // who may not list pods is told of the pod: a workload's name is the rarer thing to mean
    if (isAppError(error, 'cluster.forbidden')) {
      throw isAppError(named, 'pod.unknown') ? withFacts(named, { unlisted: true }, error) : named;
    }
    throw error;
  }
  throw named;
}

async function primary(
  client: KubeClient,
  place: { readonly namespace: string; readonly pod: string },
  members: readonly DatabasePod[],
  signal?: AbortSignal,
): Promise<OpenPod> {
  const ready = members.filter((pod) => pod.ready || members.length === 1);
  const answers = await Promise.allSettled(ready.map((pod) => openPod(client, pod, signal)));
  const opened = answers.filter((answer) => answer.status === 'fulfilled').map((answer) => answer.value);
  const primaries = opened.filter((one) => !one.facts.standby);
  const [only] = primaries;
  if (only && primaries.length === 1) return only;
  const failure: unknown = answers.find((answer) => answer.status === 'rejected')?.reason;
  if (failure !== undefined && (members.length === 1 || isAppError(failure, 'cancelled'))) throw failure as Error;
  throw new AppError(
    'pod.noPrimary',
    {
      reference: `${client.cluster.alias}/${place.namespace}/${place.pod}`,
      pods: members.map((pod) => pod.name),
      primaries: primaries.map((one) => one.pod.name),
    },
    failure === undefined ? {} : { cause: failure },
  );
}

/** The pod of this name as the API describes it; else why there is none: `pod.unknown`, or `cluster.forbidden` where pods may not be read. */
async function podNamed(
  client: KubeClient,
  place: { readonly namespace: string; readonly pod: string },
  signal?: AbortSignal,
): Promise<DatabasePod | AppError> {
  const reference = `${client.cluster.alias}/${place.namespace}/${place.pod}`;
  const path = `/api/v1/namespaces/${encodeURIComponent(place.namespace)}/pods/${encodeURIComponent(place.pod)}`;
  let answer: unknown;
  try {
    answer = await client.get(path, signal ? { signal } : {});
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden')) return error;
    if (!isAppError(error, 'cluster.api') || error.data['status'] !== 404) throw error;
    return new AppError('pod.unknown', { reference, message: error.data['message'] }, { cause: error });
  }
  const pod = parsePod(answer);
  if (pod?.metadata.name !== place.pod || pod.metadata.namespace !== place.namespace)
    return new AppError('pod.unknown', { reference, message: own('own.noPod') });
  const container = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const name = container ?? pod.spec.containers[0]?.name ?? '';
  const found = recognise(pod) ?? { container: name, flavour: 'unknown' as const, row: undefined };
  const [resolved] = await resolveOwners(client, [describe(client.cluster.alias, pod, found)], signal);
  return resolved ?? describe(client.cluster.alias, pod, found);
}
