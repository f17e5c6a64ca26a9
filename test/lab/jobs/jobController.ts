import type { ChildProcess } from 'node:child_process';
import { Cron } from 'croner';
import { ownersOf } from '../api/kept';
import { deleted } from '../api/write';
import type { KubeObject } from '../api/objects';
import { isOf, podFor, podStatus, startPod, type Ended, type JobSetting } from './jobPod';

interface JobSpec {
  readonly backoffLimit?: number;
  readonly suspend?: boolean;
  readonly activeDeadlineSeconds?: number;
  readonly podFailurePolicy?: {
    readonly rules: readonly {
      readonly action: string;
      readonly onExitCodes?: { readonly values: readonly number[] };
    }[];
  };
}

interface JobStatus {
  readonly startTime?: string;
  readonly active?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly conditions?: readonly object[];
}

interface CronSpec {
  readonly schedule: string;
  readonly timeZone?: string;
  readonly suspend?: boolean;
  readonly startingDeadlineSeconds?: number;
  readonly jobTemplate: { readonly metadata?: object; readonly spec: object };
}

/** What Kubernetes waits before it begins again is ten seconds and more; here a moment. */
const againMs = 1000;

/**
 * What Jobs and CronJobs of a cluster of the lab are made to do: one pod at a time, begun again as its Job says, ended by its deadline or with it; CronJobs that forbid two at once. What nothing of ours asks for
 * is not there: more pods at once, histories and times after which a Job goes.
 */
export class JobController {
  private readonly running = new Map<string, { readonly child: ChildProcess; isTold: boolean }>();
  private readonly begun = new Set<string>();
  private readonly again = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly setting: JobSetting) {
    this.timer = setInterval(() => this.look(), 100);
    this.timer.unref();
  }

  /** Ends all that runs. */
  async close(): Promise<void> {
    clearInterval(this.timer);
    const all = [...this.running.values()].map(
      async ({ child }) =>
        new Promise((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve(undefined);
          child.once('close', resolve);
          kill(child, 'SIGKILL');
        }),
    );
    await Promise.all(all);
  }

  private look(): void {
    const { kept } = this.setting;
    const now = Date.now();
    for (const cronJob of kept.items('cronjobs')) this.tick(cronJob, now);
    for (const job of kept.items('jobs')) this.tend(job, now);
    for (const pod of kept.items('pods')) {
      const isOrphan = !kept.items('jobs').some((job) => isOf(pod, job));
      if (isOrphan && pod.metadata['deletionTimestamp'] === undefined) kept.put('pods', deleted(pod));
      const uid = String(pod.metadata['uid']);
      const run = this.running.get(uid);
      if (pod.metadata['deletionTimestamp'] === undefined) continue;
      if (!run) {
        if (this.begun.has(uid)) kept.drop('pods', pod);
      } else if (!run.isTold) {
        run.isTold = true;
        kill(run.child, 'SIGTERM');
        const { terminationGracePeriodSeconds: grace = 30 } = pod['spec'] as { terminationGracePeriodSeconds?: number };
        setTimeout(() => kill(run.child, 'SIGKILL'), grace * 1000).unref();
      }
    }
  }

  private tend(job: KubeObject, now: number): void {
    const { kept } = this.setting;
    const spec = job['spec'] as JobSpec;
    const status = statusOf(job);
    if (status.conditions !== undefined || spec.suspend === true) return;
    if (status.startTime === undefined) {
      this.setStatus(job, { ...status, startTime: new Date(now).toISOString() });
      return;
    }
    const pods = kept.items('pods').filter((pod) => isOf(pod, job));
    if (isLate(job, now)) {
      for (const pod of pods) if (pod.metadata['deletionTimestamp'] === undefined) kept.put('pods', deleted(pod));
      if (!pods.some((pod) => this.isAlive(pod)))
        this.fail(job, 'DeadlineExceeded', 'Job was active longer than specified deadline');
      return;
    }
    const isOver = (pod: KubeObject): boolean => isEnded(pod) || (this.wasBegun(pod) && !this.isAlive(pod));
    if (pods.some((pod) => !isOver(pod)) || (this.again.get(uidOf(job)) ?? 0) > now) return;
    void this.begin(kept.put('pods', podFor(job)));
  }

  private async begin(pod: KubeObject): Promise<void> {
    const { kept } = this.setting;
    const uid = uidOf(pod);
    for (;;) {
      try {
        const { child, ended } = await startPod(this.setting, pod);
        this.running.set(uid, { child, isTold: false });
        this.begun.add(uid);
        this.setPod(pod, podStatus('Running', { running: { startedAt: new Date().toISOString() } }));
        this.end(pod, await ended);
        return;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        this.setPod(pod, podStatus('Pending', { waiting: { reason: 'CreateContainerConfigError', message } }));
        await new Promise((resolve) => setTimeout(resolve, againMs).unref());
        const isThere = kept
          .items('pods')
          .some((one) => uidOf(one) === uid && one.metadata['deletionTimestamp'] === undefined);
        if (isThere) continue;
        this.begun.add(uid);
        return;
      }
    }
  }

  private end(pod: KubeObject, { exitCode, message }: Ended): void {
    const { kept } = this.setting;
    this.running.delete(uidOf(pod));
    const wasDeleted =
      kept.items('pods').find((one) => uidOf(one) === uidOf(pod))?.metadata['deletionTimestamp'] !== undefined;
    const finishedAt = new Date().toISOString();
    const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', message, finishedAt };
    this.setPod(pod, podStatus(exitCode === 0 ? 'Succeeded' : 'Failed', { terminated }));
    const job = kept.items('jobs').find((one) => isOf(pod, one));
    if (!job || statusOf(job).conditions !== undefined || isLate(job, Date.now())) return;
    const { backoffLimit = 6, podFailurePolicy } = job['spec'] as JobSpec;
    const status = statusOf(job);
    if (exitCode === 0 && !wasDeleted) {
      const conditions = [{ type: 'Complete', status: 'True', lastTransitionTime: finishedAt }];
      this.setStatus(job, { ...status, active: 0, succeeded: 1, completionTime: finishedAt, conditions });
      this.succeeded(job, finishedAt);
      return;
    }
    const failed = (status.failed ?? 0) + 1;
    const isFinal = podFailurePolicy?.rules.some(
      ({ action, onExitCodes }) => action === 'FailJob' && onExitCodes?.values.includes(exitCode) === true,
    );
    const counted = { ...status, active: 0, failed };
    if (isFinal === true) {
      const why = `Container db-ferry for pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name} failed with exit code ${exitCode} matching FailJob rule at index 1`;
      this.fail({ ...job, status: counted }, 'PodFailurePolicy', why);
    } else if (failed > backoffLimit) {
      this.fail({ ...job, status: counted }, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
    } else {
      this.again.set(uidOf(job), Date.now() + againMs);
      this.setStatus(job, counted);
    }
  }

  /** The one slot that is due, however many were missed. */
  private tick(cronJob: KubeObject, now: number): void {
    const { kept } = this.setting;
    const {
      schedule,
      timeZone = 'UTC',
      suspend,
      startingDeadlineSeconds = Infinity,
      jobTemplate,
    } = cronJob['spec'] as CronSpec;
    if (suspend === true) return;
    const status = (cronJob['status'] ?? {}) as { lastScheduleTime?: string };
    const since = new Date(status.lastScheduleTime ?? String(cronJob.metadata['creationTimestamp']));
    const slot = lastSlot(new Cron(schedule, { timezone: timeZone, mode: '5-part' }), since, now);
    if (slot === undefined || now - slot.getTime() > startingDeadlineSeconds * 1000) return;
    const { name, namespace = '' } = cronJob.metadata;
    const isActive = kept.items('jobs').some((job) => isOwned(job, cronJob) && statusOf(job).conditions === undefined);
    // all of ours forbid two at once
    if (isActive) return;
    const id = `${name}-${Math.floor(slot.getTime() / 60_000)}`;
    if (!kept.find('jobs', namespace, id)) {
      const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name, uid: uidOf(cronJob), controller: true };
      const metadata = { ...jobTemplate.metadata, name: id, namespace, ownerReferences: [owner] };
      kept.put('jobs', { kind: 'Job', apiVersion: 'batch/v1', metadata, spec: jobTemplate.spec });
    }
    this.setCron(cronJob, { ...status, lastScheduleTime: slot.toISOString() });
  }

  private succeeded(job: KubeObject, at: string): void {
    const cronJob = this.setting.kept.items('cronjobs').find((one) => isOwned(job, one));
    if (cronJob) this.setCron(cronJob, { ...(cronJob['status'] as object | undefined), lastSuccessfulTime: at });
  }

  private setCron({ metadata: { name, namespace = '' } }: KubeObject, status: object): void {
    const found = this.setting.kept.find('cronjobs', namespace, name);
    if (found) this.setting.kept.put('cronjobs', { ...found, status });
  }

  private fail(job: KubeObject, reason: string, message: string): void {
    const lastTransitionTime = new Date().toISOString();
    const conditions = [{ type: 'Failed', status: 'True', reason, message, lastTransitionTime }];
    this.setStatus(job, { ...statusOf(job), active: 0, conditions });
  }

  private setStatus({ metadata: { name, namespace = '' } }: KubeObject, status: object): void {
    const found = this.setting.kept.find('jobs', namespace, name);
    if (found) this.setting.kept.put('jobs', { ...found, status });
  }

  private setPod({ metadata: { name, namespace = '' } }: KubeObject, status: object): void {
    const found = this.setting.kept.find('pods', namespace, name);
    if (found) this.setting.kept.put('pods', { ...found, status });
  }

  private isAlive(pod: KubeObject): boolean {
    return this.running.has(uidOf(pod));
  }

  private wasBegun(pod: KubeObject): boolean {
    return this.begun.has(uidOf(pod));
  }
}

function isLate(job: KubeObject, now: number): boolean {
  const { startTime } = statusOf(job);
  const { activeDeadlineSeconds: seconds = Infinity } = job['spec'] as JobSpec;
  return startTime !== undefined && now > Date.parse(startTime) + seconds * 1000;
}

function lastSlot(cron: Cron, since: Date, now: number): Date | undefined {
  let slot: Date | undefined;
  for (let next = cron.nextRun(since); next !== null && next.getTime() <= now; next = cron.nextRun(next)) slot = next;
  return slot;
}

function isOwned(job: KubeObject, cronJob: KubeObject): boolean {
  return ownersOf(job).some(({ uid }) => uid === cronJob.metadata['uid']);
}

function statusOf(job: KubeObject): JobStatus {
  return job['status'] ?? {};
}

function isEnded(pod: KubeObject): boolean {
  return ['Succeeded', 'Failed'].includes(String((pod['status'] as { phase?: string } | undefined)?.phase));
}

function uidOf({ metadata }: KubeObject): string {
  return String(metadata['uid']);
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    // what a container is told, its first process is told; what ends it, ends all of it
    process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
  } catch {
    // gone
  }
}
