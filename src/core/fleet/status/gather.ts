import { type AppError, isAppError, toAppError } from '../../base/errors';
import { readCatalog } from '../../catalog/catalog';
import { isOurs } from '../../catalog/manifest';
import { connect } from '../../cluster/connect';
import type { Cluster } from '../../cluster/cluster';
import type { KubeClient } from '../../cluster/kubeClient';
import { findPods } from '../../pod/discover/findPods';
import { openPod } from '../../pod/openPod';
import type { Job } from '../../job/record/readJob';
import { listJobs } from '../../job/record/listJobs';
import { kubernetesRunner } from '../../job/runner/kubernetes/kubernetesRunner';
import { drillOutcome } from '../../job/record/drillOutcome';
import { defined } from '../../base/defined';
import { formatReference, type DatabaseReference } from '../../cluster/reference';
import type { JobRequest } from '../../job/request';
import { readMark } from '../../restore/side/sideDatabase';
import { listSchedules, nextOf } from '../schedule/schedule';
import type {
  FleetDatabase,
  FleetFacts,
  KnownBackup,
  KnownDrill,
  KnownRun,
  KnownSchedule,
  NamedPlace,
} from './objectives';

/** Where a status looks. */
export interface FleetSources {
  readonly clusters: readonly Cluster[];
  readonly namespace?: string | undefined;
  readonly roots: readonly string[];
  /** `cluster/namespace` of runners, beside `db-ferry` of each cluster */
  readonly runners: readonly string[];
}

/** What could not be asked: a row that says so, never a database that is not there. */
export interface FleetProblem {
  readonly place: string;
  readonly error: AppError;
}

/** The maintenance database that every server has counts only where somebody put something into it. */
const emptyBytes = 20e6;

/** Asks clusters, catalogs and runners, all at once. Never throws for one that does not answer: it is a problem beside the others. */
export async function gatherFleet(
  sources: FleetSources,
  now: Date,
  signal: AbortSignal,
): Promise<FleetFacts & { readonly problems: readonly FleetProblem[] }> {
  const problems: FleetProblem[] = [];
  const facts = {
    databases: [] as FleetDatabase[],
    backups: [] as KnownBackup[],
    drills: [] as KnownDrill[],
    schedules: [] as KnownSchedule[],
    drillSchedules: [] as KnownSchedule[],
    runs: [] as KnownRun[],
  };
  const attempt = async (place: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (signal.aborted) throw error;
      problems.push({ place, error: toAppError(error) });
    }
  };
  const clients = new Map(sources.clusters.map((cluster) => [cluster.alias, connect(cluster)]));
  const addJobs = (jobs: readonly Job[], store: string | undefined): void => {
    for (const job of jobs) {
      // what lies in a root says its catalog
      const backup = store === undefined ? undefined : backupIn(job, store);
      const drill = drillIn(job);
      const run = runIn(job);
      if (backup) facts.backups.push(backup);
      if (run) facts.runs.push(run);
      if (drill) facts.drills.push(drill);
    }
  };
  const ofRunner = async (client: KubeClient, namespace: string): Promise<void> => {
    const place = `${client.cluster.alias}/${namespace}`;
    for (const one of await listSchedules(client, namespace)) {
      const of = scheduledFor(one.request);
      if (of === undefined) continue;
      const { cluster, namespace: its, pod, database } = of;
      (one.request.kind === 'drill' ? facts.drillSchedules : facts.schedules).push({
        place: { cluster, namespace: its, database, pods: [pod] },
        ...{
          name: one.name,
          runner: place,
          at: `${one.timing.cron} ${one.timing.zone}`,
          interval: one.timing.interval,
        },
        ...{ next: nextOf(one, now)?.toISOString(), keeps: one.keep !== undefined, suspended: one.suspended },
        pausedUntil: one.paused?.until,
      });
    }
    addJobs(await kubernetesRunner(client, namespace).list(), place);
  };
  const runners = new Set([...sources.runners, ...sources.clusters.map(({ alias }) => `${alias}/db-ferry`)]);
  await Promise.all([
    ...[...clients.values()].map(async (client) =>
      attempt(client.cluster.alias, async () => databasesOf(client, sources.namespace, { facts, attempt, signal })),
    ),
    ...[...runners].map(async (runner) => {
      const [alias = '', namespace = ''] = runner.split('/');
      const client = clients.get(alias);
      if (client)
        await attempt(runner, async () => ofRunner(client, namespace)).then(() => forgetAbsent(problems, runner));
    }),
    ...sources.roots.map(async (root) =>
      attempt(root, async () => {
        addCatalog(facts, root, await readCatalog(root));
        addJobs(await listJobs(root), undefined);
      }),
    ),
  ]);
  return { ...facts, problems };
}

/** The database that a schedule is for. */
function scheduledFor(request: JobRequest): DatabaseReference | undefined {
  if (request.kind === 'backup') return request.source;
  return request.kind === 'drill' && 'of' in request.backup ? request.backup.of : undefined;
}

/** A namespace that may not be looked into, or is not there, has no runner of ours that one could use. */
function forgetAbsent(problems: FleetProblem[], runner: string): void {
  const at = problems.findIndex(({ place, error }) => place === runner && isAppError(error, 'cluster.forbidden'));
  if (at >= 0 && runner.endsWith('/db-ferry')) problems.splice(at, 1);
}

async function databasesOf(
  client: KubeClient,
  namespace: string | undefined,
  to: {
    readonly facts: { readonly databases: FleetDatabase[] };
    readonly attempt: (place: string, act: () => Promise<void>) => Promise<void>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { pods } = await findPods(client, { ...(namespace === undefined ? {} : { namespace }), signal: to.signal });
  const left = pods.filter(({ roleHint }) => roleHint !== 'replica');
  const worker = async (): Promise<void> => {
    for (let pod = left.shift(); pod !== undefined; pod = left.shift()) {
      const found = pod;
      await to.attempt(`${found.cluster}/${found.namespace}/${found.name}`, async () => {
        const { facts } = await openPod(client, found, to.signal);
        if (facts.standby) return;
        for (const { name, bytes, isTemplate, comment } of facts.databases) {
          if (isTemplate || readMark(comment) !== undefined) continue;
          if (name === 'postgres' && (bytes ?? 0) < emptyBytes) continue;
          const { cluster, namespace: its, workload } = found;
          to.facts.databases.push({
            cluster,
            namespace: its,
            workload: workload.name,
            pod: found.name,
            database: name,
            bytes,
          });
        }
      });
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Backups of ours that are verified: what others signed proves nothing here. */
function addCatalog(
  to: { readonly backups: KnownBackup[]; readonly drills: KnownDrill[] },
  root: string,
  { entries }: Awaited<ReturnType<typeof readCatalog>>,
): void {
  for (const backup of entries) {
    const { source, time, verified, encryption, size, masked } = backup.manifest;
    if (backup.manifest.origin !== 'db-ferry' || !isOurs(backup) || verified.length === 0 || masked) continue;
    const { cluster, namespace, workload, pod, database } = source;
    const place: NamedPlace = { cluster, namespace, database, pods: [workload, pod] };
    for (const { time: ended, seconds, outcome, bytes, job } of backup.drills ?? []) {
      to.drills.push({ place, ended, seconds, outcome, job, ...defined({ bytes }) });
    }
    to.backups.push({
      place,
      ...{ time: time.snapshot, store: root, encrypted: encryption !== undefined, bytes: size.database },
      ...{ seconds: time.seconds, backup: backup.id, stored: size.archive },
    });
  }
}

/** A job in a cluster that took a backup: done means complete and verified. */
function backupIn({ request, result, lastEvent, started }: Job, store: string): KnownBackup | undefined {
  if (request.kind !== 'backup' || result?.outcome !== 'done' || request.options.mask !== undefined) return undefined;
  const { cluster, namespace, pod, database } = request.source;
  const time = started ?? lastEvent;
  if (time === undefined) return undefined;
  const encrypted = request.options.encrypt === true;
  const { seconds } = result.data;
  const place = { cluster, namespace, database, pods: [pod] };
  return { place, time, store: request.options.to ?? store, encrypted, seconds, backup: idIn(result) };
}

function idIn(result: Job['result']): string | undefined {
  const id: unknown = result?.data['backup'];
  return typeof id === 'string' ? id : undefined;
}

/** A backup that was tried; what a person ended, or a rule refused, says nothing of how well it is done. */
function runIn({ request, result, state, started }: Job): KnownRun | undefined {
  if (request.kind !== 'backup' || started === undefined) return undefined;
  const isDone = result?.outcome === 'done';
  const isFailed = state === 'interrupted' || result?.outcome === 'failed' || result?.outcome === 'unknown';
  if (!isDone && !isFailed) return undefined;
  const { cluster, namespace, pod, database } = request.source;
  const place = { cluster, namespace, database, pods: [pod] };
  return { place, time: started, isDone, backup: isDone ? idIn(result) : undefined };
}

/** A restore that was compared and dropped; what failed for another reason than the backup proves nothing of it. */
function drillIn({ id: job, request, result, started, lastEvent, state }: Job): KnownDrill | undefined {
  if (started === undefined || lastEvent === undefined) return undefined;
  if (request.kind !== 'drill' && (request.kind !== 'verify' || request.deep === undefined)) return undefined;
  const named = request.kind === 'drill' && 'of' in request.backup ? formatReference(request.backup.of) : undefined;
  const place = placeIn(result?.data['of'], named, request.about?.place);
  if (place === undefined || (result === undefined && state !== 'interrupted')) return undefined;
  const took = (Date.parse(lastEvent) - Date.parse(started)) / 1000;
  const { recoverySeconds: seconds = took } = result?.data ?? {};
  return { place, ended: lastEvent, seconds, outcome: drillOutcome(result), job };
}

function placeIn(...named: readonly unknown[]): NamedPlace | undefined {
  const text = named.find((one): one is string => typeof one === 'string' && one.split('/').length >= 4);
  const [cluster, namespace, pod, ...rest] = text?.split('/') ?? [];
  if (cluster === undefined || namespace === undefined || pod === undefined) return undefined;
  return { cluster, namespace, pods: [pod], database: rest.join('/') };
}
