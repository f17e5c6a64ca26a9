import { AuditSink } from '../../record/auditSink';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, isAppError, toAppError } from '../../../base/errors';
import { parseJson } from '../../../base/json';
import { readSafely } from '../../../base/safeFile';
import { connect } from '../../../cluster/connect';
import type { KubeClient } from '../../../cluster/kubeClient';
import { readClusters } from '../../../cluster/readClusters';
import { formatReference } from '../../../cluster/reference';
import { requestDigest } from '../../checkRequest';
import { parseRequest } from '../../parseRequest';
import { placesOf, type JobRequest } from '../../request';
import type { EventSink } from '../../record/eventSink';
import { createJobFolder, isJobId } from '../../record/jobFolder';
import type { JobEvent, JobResult } from '../../record/jobEvents';
import { listJobs } from '../../record/listJobs';
import { isLiving, type Job } from '../../record/readJob';
import type { Describe } from '../../record/report';
import { failedResult } from '../../run/outcome';
import { runJob } from '../../run/runJob';
import { holdLease, type HeldLease } from './lease';
import { applyRetention, planRetention } from '../../plan/planRetention';
import { parseKeep } from './keep';
import { lineOf, shortResult } from './podOutput';
import { mayRunSlot } from './slot';
import { podVariables } from './podTemplate';

export interface PodRun {
  /** where the request lies */
  readonly file: string;
  readonly describe: Describe;
  readonly env?: NodeJS.ProcessEnv;
  /** takes the lines of events */
  readonly print: (line: string) => void;
  /** where the kubelet reads how a container ended */
  readonly terminationFile?: string;
}

/**
 * The process of a job in a pod: does what the request says that stands in its Job, with a record in the volume, each event as a line of its standard output, and the result once more where the
 * kubelet keeps it. The same slot a second time (Kubernetes may start a pod twice, and a node that comes back may too) does nothing where it is done already, and goes on from nothing where it is not.
 * Returns the exit code. Never throws.
 */
export async function runInPod(run: PodRun): Promise<JobResult['exitCode']> {
  const { env = process.env, print, terminationFile = '/dev/termination-log' } = run;
  let seq = 0;
  let lastProgress = 0;
  const say = (event: JobEvent): void => {
    // a log is kept whole for whoever looks later: of progress every second is enough
    if (event.type === 'progress' && Date.now() - lastProgress < 1000) return;
    if (event.type === 'progress') lastProgress = Date.now();
    print(lineOf({ seq: (seq += 1), event }));
  };
  const end = async (result: JobResult): Promise<void> =>
    writeFile(terminationFile, shortResult(result)).catch(() => undefined);
  const finish = async (result: JobResult): Promise<JobResult['exitCode']> => {
    say({ time: new Date().toISOString(), ...result });
    await end(result);
    return result.exitCode;
  };
  const slot = env[podVariables.job] ?? '';
  try {
    const request = await readOwnRequest(run.file, env[podVariables.request] ?? '');
    if (!isJobId(slot)) throw new AppError('request.invalid', { at: podVariables.job });
    const records = await settledRecords(request.root, slot);
    const before = records.filter(({ id }) => id === slot || isAttempt(id, slot));
    const done = before.find(({ state }) => state === 'done');
    if (done?.result) return await finish({ ...done.result, data: { ...done.result.data, alreadyDone: true } });
    mayRunSlot(env, { slot, request }, records);
    const { folder } = await createJobFolder(request.root, request, attemptId(slot, before.length + 1));
    const leases = leaseSink(env);
    // a pod's own state is gone with it: there is a trail where one is named
    const trail = (process.env['DB_FERRY_AUDIT'] ?? '') === '' ? [] : [new AuditSink()];
    return await runJob(folder, run.describe, {
      sinks: [leases, ...trail, retention(request, env), { take: say, end }],
    });
  } catch (error) {
    return finish(failedResult(toAppError(error), { job: slot, stopped: false }));
  }
}

/** The request, if it is the one that the Job was made with. Throws `request.changed`, `request.invalid`, `request.newer`. */
async function readOwnRequest(file: string, digest: string): Promise<JobRequest> {
  const request = parseRequest(parseJson(String(await readSafely(file, { most: 16e6, follow: true }))));
  if (requestDigest(request) !== digest) throw new AppError('request.changed', { is: requestDigest(request), digest });
  return request;
}

/** The first attempt has the name of the Job, what comes after it a number. Pure. */
function attemptId(slot: string, attempt: number): string {
  return attempt === 1 ? slot : `${slot}-${attempt}`;
}

/** All records of the volume. An earlier try of this slot that lives is waited for: it touches its record, and nobody who is gone does. */
async function settledRecords(root: string, slot: string): Promise<readonly Job[]> {
  for (;;) {
    const all = await listJobs(root).catch((error: unknown) => {
      if (isAppError(error)) throw error;
      return [];
    });
    const before = all.filter(({ id }) => id === slot || isAttempt(id, slot));
    if (!before.some(isLiving)) return all;
    await sleep(5000);
  }
}

function isAttempt(id: string, slot: string): boolean {
  return id.startsWith(`${slot}-`) && /^\d{1,3}$/.test(id.slice(slot.length + 1));
}

/** After a backup of a schedule that is done, what its rules no longer keep of that database goes; what cannot be deleted now is looked at again after the next. */
function retention(request: JobRequest, env: NodeJS.ProcessEnv): EventSink {
  return {
    async end({ outcome }) {
      const rules = parseKeep(env[podVariables.keep]);
      if (rules === undefined || request.kind !== 'backup' || outcome !== 'done') return;
      const { cluster, namespace, pod, database } = request.source;
      const plan = await planRetention(
        request.options.to ?? request.root,
        rules,
        ({ manifest: { source }, signed }) => {
          // what others took is theirs: no job of theirs is known here
          if (signed?.by !== 'own') return false;
          const isThere = source.cluster === cluster && source.namespace === namespace && source.database === database;
          return isThere && (source.pod === pod || source.workload === pod);
        },
      );
      await applyRetention(request.options.to ?? request.root, plan);
    },
  };
}

/** Holds the databases that the job works on, for as long as it does. */
function leaseSink(env: NodeJS.ProcessEnv): EventSink {
  const held: HeldLease[] = [];
  return {
    async begin({ id, request, signal, abandon }) {
      const namespace = env[podVariables.namespace] ?? '';
      const client = await ownClient(env);
      // in one order for all: two that want the same two do not wait for each other
      for (const reference of placesOf(request).map(formatReference).sort()) {
        const onLost = (job: string | undefined): void => abandon(new AppError('target.lost', { reference, job }));
        held.push(await holdLease(client, { namespace, reference, job: id }, { signal, onLost }));
      }
    },
    async end() {
      await Promise.all(held.map(async (one) => one.release()));
    },
  };
}

/** A client of the cluster that this pod is in. Throws `cluster.none`. */
async function ownClient(env: NodeJS.ProcessEnv): Promise<KubeClient> {
  const { clusters, problems } = await readClusters({ env });
  const own = clusters.find(({ inCluster }) => inCluster === true);
  if (own) return connect(own, env);
  throw new AppError('cluster.none', { problems });
}
