import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError } from '../../../base/errors';
import type { Phase } from '../../../base/progress';
import type { KubeClient } from '../../../cluster/kubeClient';
import type { JobEvent, JobResult } from '../../record/jobEvents';
import { interruptedResult } from '../../record/readJob';
import { annotations, labels, pathOf } from './names';
import { containerOf, endOf, isOver, terminatedOf, type KubeJob, type KubePod } from './objects';
import { eventIn, resultIn } from './podOutput';
import { hasStatus } from '../../../cluster/apiError';

/** What one Job is followed by. */
interface Followed {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * The events of a job in a pod, from its first one to its result. The log is read again where it was cut, from the event that was seen last; a pod that Kubernetes starts anew is followed in turn. What
 * the log says of the end counts only where the container ended that way. A Job that is over without a result is interrupted, with why.
 */
export async function* followPod(
  client: KubeClient,
  namespace: string,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  const followed: Followed = { client, namespace, id, signal };
  const seen = new Map<string, number>();
  let phase: Phase | undefined;
  let waitsFor: string | undefined;
  let said: JobResult | undefined;
  while (!signal.aborted) {
    const job = await jobOf(followed);
    const pod = await newestPod(followed);
    if (pod && hasStarted(pod)) {
      const uid = pod.metadata.uid ?? '';
      // what an earlier pod said last is not what this one says
      if (!seen.has(uid)) said = undefined;
      for await (const { seq, event } of eventsOf(followed, pod.metadata.name, seen.get(uid) ?? 0)) {
        seen.set(uid, seq);
        if (event.type === 'phase' && event.phase !== 'stopping') phase = event.phase;
        if (event.type === 'result') said = event;
        else yield event;
      }
    } else if (pod && !isOver(job, pod)) {
      const reason = whyNot(pod);
      if (reason !== undefined && reason.code !== waitsFor) {
        waitsFor = reason.code;
        yield {
          time: now(),
          type: 'note',
          code: 'runner.waits',
          data: { reason: reason.code, message: reason.message },
        };
      }
    }
    const result = await endedResult(followed, { phase, said });
    if (result) {
      yield { time: now(), ...result };
      return;
    }
    await sleep(1000, undefined, { signal }).catch(() => undefined);
  }
}

/** How a Job ended, from what there is of it; undefined while it works, or another pod of it may come. */
async function endedResult(
  followed: Followed,
  { phase, said }: { readonly phase: Phase | undefined; readonly said: JobResult | undefined },
): Promise<JobResult | undefined> {
  const job = await jobOf(followed);
  const pod = await newestPod(followed);
  return isOver(job, pod) ? resultOf(job, pod, { phase, said }) : undefined;
}

/**
 * The result of a Job that is over. What the process said last counts where its container ended with that very code, or, where the pod is gone, where it says that nothing was done; all else is interrupted.
 * Pure.
 */
export function resultOf(
  job: KubeJob,
  pod: KubePod | undefined,
  { phase, said }: { readonly phase?: Phase | undefined; readonly said?: JobResult | undefined } = {},
): JobResult {
  const id = job.metadata.name;
  const terminated = pod ? terminatedOf(pod) : undefined;
  const told = said ?? resultIn(terminated?.message) ?? resultIn(job.metadata.annotations?.[annotations.result]);
  if (told && (terminated === undefined ? told.exitCode !== 0 : terminated.exitCode === told.exitCode)) return told;
  // gone with its pod, but Kubernetes counted it as done before
  if (told && terminated === undefined && endOf(job)?.type === 'Complete') return told;
  const { error, ...result } = interruptedResult(id, phase);
  return { ...result, error: { code: 'job.interrupted', data: { ...error?.data, ...why(job, pod) } } };
}

/** Why a pod ended without a word. */
function why(job: KubeJob, pod: KubePod | undefined): { readonly reason?: string; readonly message?: string } {
  const container = pod ? terminatedOf(pod) : undefined;
  const disrupted = pod?.status?.conditions?.find(
    ({ type, status }) => type === 'DisruptionTarget' && status === 'True',
  );
  const end = endOf(job);
  const reason =
    disrupted?.reason ??
    (container?.reason === 'OOMKilled' ? container.reason : undefined) ??
    pod?.status?.reason ??
    end?.reason ??
    container?.reason ??
    (pod ? undefined : 'PodDeleted');
  const message = disrupted?.message ?? pod?.status?.message ?? end?.message;
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message: message.slice(0, 500) }),
  };
}

/** Why a pod does not start; undefined where it is about to. */
function whyNot(pod: KubePod): { readonly code: string; readonly message: string } | undefined {
  const waiting = containerOf(pod)?.state?.waiting;
  if (waiting?.reason !== undefined && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing') {
    return { code: waiting.reason, message: (waiting.message ?? '').slice(0, 500) };
  }
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status !== 'False') return undefined;
  return { code: scheduled.reason ?? 'Unschedulable', message: (scheduled.message ?? '').slice(0, 500) };
}

function hasStarted(pod: KubePod): boolean {
  const state = containerOf(pod)?.state;
  return state?.running !== undefined || state?.terminated !== undefined;
}

/** The events of a pod's log after one; ends with the log, or where the connection does. */
async function* eventsOf(
  { client, namespace, signal }: Followed,
  pod: string,
  after: number,
): AsyncGenerator<NonNullable<ReturnType<typeof eventIn>>> {
  const query = { container: 'db-ferry', follow: 'true' };
  try {
    for await (const line of client.lines(`${pathOf('pods', namespace, pod)}/log`, { query, signal })) {
      const read = eventIn(line);
      if (read && read.seq > after) yield read;
    }
  } catch (error) {
    if (signal.aborted) return;
    // a cut is mended by reading again, a pod that is gone by looking for the next; what may not be read stays so
    if (isAppError(error, 'cluster.forbidden') || isAppError(error, 'cluster.unauthorized')) throw error;
  }
}

async function jobOf({ client, namespace, id, signal }: Followed): Promise<KubeJob> {
  return patient(async () => {
    try {
      return await client.get<KubeJob>(pathOf('jobs', namespace, id), { signal });
    } catch (error) {
      if (hasStatus(error, 404)) throw new AppError('job.unknown', { job: id });
      throw error;
    }
  }, signal);
}

async function newestPod({ client, namespace, id, signal }: Followed): Promise<KubePod | undefined> {
  const { items } = await patient(
    async () =>
      client.list<KubePod>(pathOf('pods', namespace), { signal, query: { labelSelector: `${labels.jobName}=${id}` } }),
    signal,
  );
  return newest(items);
}

/** The one that was made last. Pure. */
export function newest(pods: readonly KubePod[]): KubePod | undefined {
  const time = (pod: KubePod): string => pod.metadata.creationTimestamp ?? '';
  return [...pods].sort((a, b) => (time(a) < time(b) ? -1 : 1)).at(-1);
}

/** An API server that is away for a while ends nothing: the job runs on without it. */
async function patient<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const deadline = Date.now() + 10 * 60_000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (!isAppError(error, 'cluster.unreachable') || Date.now() > deadline) throw error;
      await sleep(2000, undefined, { signal }).catch(() => undefined);
    }
  }
}

function now(): string {
  return new Date().toISOString();
}
