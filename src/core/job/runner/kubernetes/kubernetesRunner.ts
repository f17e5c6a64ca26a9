import { AppError } from '../../../base/errors';
import type { KubeClient } from '../../../cluster/kubeClient';
import { identityOf } from '../../../cluster/reviews';
import { defined } from '../../../base/defined';
import { isBlocked } from '../../../base/finding';
import type { Cluster } from '../../../cluster/cluster';
import { readClusters } from '../../../cluster/readClusters';
import { formatReference, type PodReference } from '../../../cluster/reference';
import { isBucket } from '../../../catalog/storeOfRoot';
import { decide } from '../../../policy/decide';
import { ownPolicyText, policyVariable } from '../../../policy/policies';
import { encryptedPlaces, protectedPlaces } from '../../../policy/protectedList';
import { parseJson } from '../../../base/json';
import { checkWork } from '../../checkRequest';
import { parseRequest } from '../../parseRequest';
import { backupsOf, type JobRequest } from '../../request';
import type { JobResult } from '../../record/jobEvents';
import { newJobId } from '../../record/jobFolder';
import type { Job, JobState } from '../../record/readJob';
import type { Cancelled } from '../../run/cancelJob';
import type { Runner } from '../runner';
import { followPod, newest, resultOf } from './followPod';
import { annotations, labels, pathOf, selector } from './names';
import { endOf, isOver, terminatedOf, type KubeJob, type KubePod } from './objects';
import { inPod, jobSpec, metadataOf } from './podTemplate';
import { readSettings, type RunnerSettings } from './settings';
import { hasStatus } from '../../../cluster/apiError';

/** Runs jobs as Jobs of one namespace of a cluster, by what `deploy` put there. */
export function kubernetesRunner(client: KubeClient, namespace: string): Runner {
  const place = `${client.cluster.alias}/${namespace}`;
  const folderOf = (id: string): string => `${place}/${id}`;
  const listPods = async (labelSelector: string): Promise<KubePod[]> =>
    (await client.list<KubePod>(pathOf('pods', namespace), { query: { labelSelector } })).items;
  const never = new AbortController().signal;
  return {
    place,
    async start(asked) {
      checkWork(asked);
      const settings = await readSettings(client, namespace);
      const request = await requestInPod(client, asked, settings);
      const { alias } = client.cluster;
      const id = `db-ferry-${newJobId()}`;
      const { labels: own, annotations: notes } = metadataOf(request, alias);
      const metadata = { name: id, namespace, labels: own, annotations: notes };
      const spec = jobSpec(request, alias, settings, { variables: await policyInPod() });
      await client.post(pathOf('jobs', namespace), { apiVersion: 'batch/v1', kind: 'Job', metadata, spec });
      return { id, folder: folderOf(id) };
    },
    async list() {
      const { items } = await client.list<KubeJob>(pathOf('jobs', namespace), { query: { labelSelector: selector } });
      const pods = await listPods(selector);
      return items
        .map((job) => jobFrom(job, pods, folderOf(job.metadata.name)))
        .filter((job) => job !== undefined)
        .sort((a, b) => ((a.started ?? '') < (b.started ?? '') ? 1 : -1));
    },
    async find(id) {
      const found = await findJob(client, namespace, id);
      const pods = await listPods(`${labels.jobName}=${id}`);
      const job = jobFrom(found, pods, folderOf(id));
      if (job) return job;
      throw new AppError('job.unknown', { job: id });
    },
    follow: (id, signal = never) => followPod(client, namespace, id, signal),
    cancel: async (id) => cancelPod(client, namespace, id),
  };
}

/** A request as a pod there can do it: its own root, no file of this machine, and who asks as the cluster knows them. Throws `usage` for what only this machine has. */
export async function requestInPod(
  client: KubeClient,
  asked: JobRequest,
  { kubeconfig }: RunnerSettings,
): Promise<JobRequest> {
  const refuse = (what: string): AppError => new AppError('usage', { rule: 'inCluster.local', what });
  if (asked.kind === 'backup' && asked.options.to !== undefined && !isBucket(asked.options.to)) throw refuse('--to');
  // what is prepared is put in place by a later job, which looks for it in this machine's records
  if ((asked.kind === 'restore' || asked.kind === 'copy') && asked.options.prepare === true) throw refuse('--prepare');
  // the key that masks is kept on this machine
  if ((asked.kind === 'backup' || asked.kind === 'copy') && asked.options.mask !== undefined) throw refuse('--mask');
  for (const named of backupsOf(asked)) if ('path' in named) throw refuse(named.path);
  await refuseProtected(client, asked);
  const by = await identityOf(client, asked.asked.by);
  return {
    ...(await encryptedWhereAsked(client, asked)),
    kubeconfigs: kubeconfig === undefined ? [] : [inPod.kubeconfig],
    root: inPod.root,
    asked: { ...asked.asked, by },
  };
}

/** The policy that this user chose counts in the pod as it does here. Throws `usage` for one that is longer than a variable of a process. */
export async function policyInPod(): Promise<Readonly<Record<string, string>>> {
  const text = await ownPolicyText();
  if (text === undefined) return {};
  if (Buffer.byteLength(text) > longestVariable)
    throw new AppError('usage', { rule: 'inCluster.policy', most: longestVariable });
  return { [policyVariable]: text };
}

/** bytes; Linux takes 128 KiB with its name */
const longestVariable = 120_000;

/** What protects a place is this user's own list, which no pod has: it is asked here. Throws `restore.refused`. */
async function refuseProtected(client: KubeClient, asked: JobRequest): Promise<void> {
  if (asked.kind !== 'restore' && asked.kind !== 'copy') return;
  const { target, confirmed } = asked;
  const cluster = await clusterOf(client, asked, target);
  const protectedBy = cluster && (await protectedPlaces()).entryFor(cluster, target.namespace);
  const replaces = asked.options.as === 'replace';
  const reference = formatReference(target);
  const findings = decide({ reference, database: target.database, replaces, ...defined({ protectedBy, confirmed }) });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
}

/** So is the list of places whose backups are encrypted or not made. Throws `usage` for a safety backup of such a place, which a pod would take in clear. */
async function encryptedWhereAsked(client: KubeClient, asked: JobRequest): Promise<JobRequest> {
  const places = await encryptedPlaces();
  const isMust = async (place: PodReference): Promise<boolean> => {
    const cluster = await clusterOf(client, asked, place);
    return cluster !== undefined && places.entryFor(cluster, place.namespace) !== undefined;
  };
  const isInPlace = (asked.kind === 'restore' || asked.kind === 'copy') && asked.options.inPlace === true;
  if (isInPlace && (await isMust(asked.target)))
    throw new AppError('usage', { rule: 'inCluster.local', what: '--in-place' });
  if (asked.kind === 'backup' && (await isMust(asked.source)))
    return { ...asked, options: { ...asked.options, encrypt: true } };
  if (asked.kind === 'copy' && (await isMust(asked.source)))
    return { ...asked, options: { ...asked.options, encrypt: true } };
  return asked;
}

/** A cluster that this side knows by the name of a place: the runner's own, or another one of the kubeconfig. */
async function clusterOf(
  { cluster }: KubeClient,
  { kubeconfigs }: JobRequest,
  place: PodReference,
): Promise<Cluster | undefined> {
  if (place.cluster === cluster.alias) return cluster;
  const { clusters } = await readClusters({ files: kubeconfigs, env: process.env });
  return clusters.find(({ alias }) => alias === place.cluster);
}

async function findJob(client: KubeClient, namespace: string, id: string): Promise<KubeJob> {
  try {
    return await client.get<KubeJob>(pathOf('jobs', namespace, id));
  } catch (error) {
    if (hasStatus(error, 404)) throw new AppError('job.unknown', { job: id });
    throw error;
  }
}

/** A Job as every job is shown; undefined for one whose request cannot be read. Pure. */
export function jobFrom(job: KubeJob, pods: readonly KubePod[], folder: string): Job | undefined {
  const id = job.metadata.name;
  const request = requestIn(job);
  if (!request) return undefined;
  const pod = newest(pods.filter(({ metadata }) => metadata.labels?.[labels.jobName] === id));
  const result = isOver(job, pod) ? resultOf(job, pod) : undefined;
  const started = job.status?.startTime ?? job.metadata.creationTimestamp;
  const last = result === undefined ? undefined : (job.status?.completionTime ?? endTime(pod));
  return {
    ...{ id, folder, request, cleaned: false },
    state: stateOf(job, pod, result),
    ...(started === undefined ? {} : { started }),
    ...(last === undefined ? {} : { lastEvent: last }),
    ...(result === undefined || isInterrupted(result) ? {} : { result }),
    mayHaveLeft: result !== undefined && (isInterrupted(result) || result.outcome === 'unknown'),
  };
}

function endTime(pod: KubePod | undefined): string | undefined {
  return pod ? terminatedOf(pod)?.finishedAt : undefined;
}

function stateOf(job: KubeJob, pod: KubePod | undefined, result: JobResult | undefined): JobState {
  if (result) return isInterrupted(result) ? 'interrupted' : result.outcome;
  if (job.metadata.annotations?.[annotations.cancelledBy] !== undefined) return 'stopping';
  if (pod?.metadata.deletionTimestamp !== undefined) return 'stopping';
  return pod?.status?.phase === 'Running' ? 'running' : 'starting';
}

function isInterrupted({ error }: JobResult): boolean {
  return error?.code === 'job.interrupted';
}

function requestIn({ metadata }: KubeJob): JobRequest | undefined {
  try {
    return parseRequest(parseJson(metadata.annotations?.[annotations.request] ?? ''));
  } catch {
    return undefined;
  }
}

/**
 * Marks a Job as cancelled, ends its time, and waits for its end: Kubernetes sends its pod a SIGTERM, which ends what it does in the databases' pods. The mark says who it was. What it said last is
 * written on the Job, since its pod goes.
 */
async function cancelPod(client: KubeClient, namespace: string, id: string): Promise<Cancelled> {
  const path = pathOf('jobs', namespace, id);
  const before = await findJob(client, namespace, id);
  if (endOf(before)) {
    const pods = await client.list<KubePod>(pathOf('pods', namespace), {
      query: { labelSelector: `${labels.jobName}=${id}` },
    });
    return { result: resultOf(before, newest(pods.items)), already: true, killed: false };
  }
  const metadata = { annotations: { [annotations.cancelledBy]: await identityOf(client) } };
  await client.patch(path, 'merge', { metadata, spec: { activeDeadlineSeconds: 1 } });
  let result: JobResult | undefined;
  for await (const event of followPod(client, namespace, id, new AbortController().signal)) {
    if (event.type === 'result') result = event;
  }
  if (!result) throw new AppError('internal', { message: `job ${id} has no end` });
  const noted = { metadata: { annotations: { [annotations.result]: JSON.stringify({ ...result, data: {} }) } } };
  await client.patch(path, 'merge', noted).catch(() => undefined);
  return { result, already: false, killed: isInterrupted(result) };
}
