import * as v from 'valibot';
import { createHash } from 'node:crypto';
import { AppError, isAppError } from '../../base/errors';
import { asRecord, parseJson } from '../../base/json';
import { defined } from '../../base/defined';
import type { KubeClient } from '../../cluster/kubeClient';
import { identityOf } from '../../cluster/reviews';
import { formatReference } from '../../cluster/reference';
import { newJobId } from '../../job/record/jobFolder';
import { parseRequest } from '../../job/parseRequest';
import { placesOf, type RequestOf } from '../../job/request';
import { policyInPod, requestInPod } from '../../job/runner/kubernetes/kubernetesRunner';
import { pathOf, selector } from '../../job/runner/kubernetes/names';
import type { Meta } from '../../job/runner/kubernetes/objects';
import { jobSpec, metadataOf, podVariables } from '../../job/runner/kubernetes/podTemplate';
import { readSettings } from '../../job/runner/kubernetes/settings';
import { parseKeep, type KeepRules } from '../../job/runner/kubernetes/keep';
import { nextSlots, type Timing } from './timing';

/** A schedule, which is a CronJob: kubectl tells the same of it. */
export interface Schedule {
  /** the name of its CronJob */
  readonly name: string;
  readonly request: RequestOf<'backup' | 'verify' | 'drill'>;
  /** the database it is for, as a reference */
  readonly place: string;
  readonly timing: Timing;
  readonly keep?: KeepRules;
  readonly madeBy?: string;
  /** nothing is done until then, with why */
  readonly paused?: { readonly until: string; readonly by?: string };
  /** somebody suspended the CronJob itself: it has no end of its own */
  readonly suspended: boolean;
  readonly lastSlot?: string;
  readonly lastSuccess?: string;
  readonly created?: string;
}

const marks = {
  place: 'db-ferry.io/place',
  interval: 'db-ferry.io/interval-seconds',
  keep: 'db-ferry.io/keep',
  madeBy: 'db-ferry.io/made-by',
  pausedUntil: 'db-ferry.io/paused-until',
  pausedBy: 'db-ferry.io/paused-by',
} as const;

interface CronJob {
  readonly metadata: Meta;
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string;
    readonly suspend?: boolean;
    readonly jobTemplate: { readonly metadata?: Partial<Meta>; readonly spec: unknown };
  };
  readonly status?: { readonly lastScheduleTime?: string; readonly lastSuccessfulTime?: string };
}

/** The name of the schedule of a kind of job for a place: there is one of each. Pure. */
export function scheduleName(kind: string, place: string): string {
  return `db-ferry-${createHash('sha256').update(`${kind} ${place}`).digest('hex').slice(0, 8)}`;
}

/** What a schedule is made of. */
export interface NewSchedule {
  readonly request: RequestOf<'backup' | 'verify' | 'drill'>;
  readonly place: string;
  readonly timing: Timing;
  readonly keep?: KeepRules | undefined;
}

/**
 * Makes the CronJob, or changes the one that there is for this place. One job at a time; a slot that was missed is caught up once, if not half of the time to the next one has passed. Throws `runner.absent`, and
 * what the cluster refuses.
 */
export async function applySchedule(client: KubeClient, namespace: string, made: NewSchedule): Promise<Schedule> {
  const settings = await readSettings(client, namespace);
  const request = (await requestInPod(client, made.request, settings)) as NewSchedule['request'];
  const { cron, zone, interval } = made.timing;
  const name = scheduleName(request.kind, made.place);
  const { alias } = client.cluster;
  const { labels: own, annotations: notes } = metadataOf(request, alias);
  const spec = jobSpec(request, alias, settings, {
    // the next slot is never kept waiting for long by one that hangs
    seconds: Math.max(600, Math.min(6 * 3600, interval * 3)),
    variables: defined({
      ...(await policyInPod()),
      [podVariables.interval]: String(interval),
      [podVariables.schedule]: name,
      [podVariables.keep]: made.keep === undefined ? undefined : JSON.stringify(made.keep),
    }),
  });
  const body = {
    ...{ apiVersion: 'batch/v1', kind: 'CronJob' },
    metadata: {
      ...{ name, namespace, labels: own },
      annotations: {
        ...notes,
        [marks.place]: made.place,
        [marks.interval]: String(interval),
        [marks.madeBy]: await identityOf(client),
        ...(made.keep === undefined ? {} : { [marks.keep]: JSON.stringify(made.keep) }),
      },
    },
    spec: {
      ...{ schedule: cron, timeZone: zone, concurrencyPolicy: 'Forbid', suspend: false },
      startingDeadlineSeconds: Math.max(30, Math.floor(interval / 2)),
      ...{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 5 },
      // how long its jobs are remembered is the schedule's history, not a time
      jobTemplate: {
        metadata: { labels: own, annotations: notes },
        spec: { ...spec, ttlSecondsAfterFinished: undefined },
      },
    },
  };
  const path = pathOf('cronjobs', namespace, name);
  const applied = await client.patch<CronJob>(path, 'apply', body, {
    query: { fieldManager: 'db-ferry', force: 'true' },
  });
  const read = scheduleFrom(applied);
  if (read) return read;
  throw new AppError('internal', { message: `the CronJob ${name} is not what was made` });
}

/** All schedules of a namespace, by place. One that cannot be read is left out: it is not ours. */
export async function listSchedules(client: KubeClient, namespace: string): Promise<readonly Schedule[]> {
  const query = { labelSelector: selector };
  const { items } = await client.list<CronJob>(pathOf('cronjobs', namespace), { query });
  return items
    .map(scheduleFrom)
    .filter((one) => one !== undefined)
    .sort((a, b) => (a.place < b.place ? -1 : 1));
}

/** The schedule of this name, or of this place and kind. Throws `schedule.unknown`. */
export async function findSchedule(
  client: KubeClient,
  namespace: string,
  named: string,
  kind: 'backup' | 'drill' = 'backup',
): Promise<Schedule> {
  const all = await listSchedules(client, namespace);
  const isMeant = ({ request }: Schedule): boolean => (request.kind === 'drill') === (kind === 'drill');
  const found = all.find(({ name }) => name === named) ?? all.find((one) => one.place === named && isMeant(one));
  if (found) return found;
  throw new AppError('schedule.unknown', { schedule: named, known: all.map(({ place }) => place) });
}

/**
 * Has slots pass without doing anything until a time. The CronJob goes on and its pods say that it is paused: so it ends by itself, with nobody there to end it, and what Kubernetes counts as a success
 * stays the last backup. `until` undefined: goes on now.
 */
export async function pauseSchedule(
  client: KubeClient,
  namespace: string,
  { name }: Schedule,
  until: Date | undefined,
): Promise<void> {
  const path = pathOf('cronjobs', namespace, name);
  const found = await client.get<CronJob>(path);
  const template = asRecord(asRecord(asRecord(found.spec.jobTemplate.spec)?.['template'])?.['spec']);
  const containers = template?.['containers'];
  const [container] = Array.isArray(containers) ? (containers as { env?: { name: string; value?: string }[] }[]) : [];
  if (!container) throw new AppError('schedule.unknown', { schedule: name, known: [] });
  const others = (container.env ?? []).filter((one) => one.name !== podVariables.pausedUntil);
  const pausing = until === undefined ? [] : [{ name: podVariables.pausedUntil, value: until.toISOString() }];
  container.env = [...others, ...pausing];
  const annotations: Record<string, string | undefined> = {
    ...found.metadata.annotations,
    [marks.pausedUntil]: until?.toISOString(),
    [marks.pausedBy]: until === undefined ? undefined : await identityOf(client),
  };
  await client.put(path, {
    ...{ apiVersion: 'batch/v1', kind: 'CronJob' },
    ...found,
    spec: { ...found.spec, suspend: false },
    metadata: { ...found.metadata, annotations },
  });
}

/** Removes a schedule, and what Kubernetes remembers of its jobs; its backups stay. */
export async function removeSchedule(client: KubeClient, namespace: string, { name }: Schedule): Promise<void> {
  await client.delete(pathOf('cronjobs', namespace, name), { propagationPolicy: 'Background' });
}

/** Starts a job of a schedule now, beside its slots; returns the job's id. */
export async function runSchedule(client: KubeClient, namespace: string, { name }: Schedule): Promise<string> {
  const found = await client.get<CronJob>(pathOf('cronjobs', namespace, name));
  const id = `${name}-${newJobId()}`;
  const { metadata, spec } = found.spec.jobTemplate;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid: found.metadata.uid, controller: true };
  await client.post(pathOf('jobs', namespace), {
    ...{ apiVersion: 'batch/v1', kind: 'Job', spec },
    metadata: { ...metadata, name: id, namespace, ownerReferences: [owner] },
  });
  return id;
}

/** When a schedule runs next; undefined while somebody suspended it. */
export function nextOf({ timing, paused, suspended }: Schedule, now: Date): Date | undefined {
  if (suspended) return undefined;
  const from = paused && new Date(paused.until) > now ? new Date(paused.until) : now;
  return nextSlots(timing, from)[0];
}

function scheduleFrom(found: CronJob): Schedule | undefined {
  const { metadata, spec, status } = found;
  const notes = metadata.annotations ?? {};
  try {
    const request = parseRequest(parseJson(notes['db-ferry.io/request'] ?? ''));
    if (request.kind !== 'backup' && request.kind !== 'verify' && request.kind !== 'drill') return undefined;
    const [first] = placesOf(request);
    const until = notes[marks.pausedUntil];
    const by = notes[marks.pausedBy];
    return {
      ...{ name: metadata.name, request, suspended: spec.suspend === true },
      place: notes[marks.place] ?? (first ? formatReference(first) : ''),
      timing: {
        ...{ cron: spec.schedule, zone: spec.timeZone ?? 'UTC' },
        interval: v.parse(v.pipe(v.string(), v.transform(Number), v.number(), v.minValue(1)), notes[marks.interval]),
      },
      ...defined({
        keep: parseKeep(notes[marks.keep]),
        madeBy: notes[marks.madeBy],
        lastSlot: status?.lastScheduleTime,
        lastSuccess: status?.lastSuccessfulTime,
        created: metadata.creationTimestamp,
        paused: until === undefined ? undefined : { until, ...defined({ by }) },
      }),
    };
  } catch (error) {
    if (isAppError(error) || v.isValiError(error)) return undefined;
    throw error;
  }
}
