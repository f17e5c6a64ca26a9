import type { OwnerReference } from './names';

/** What is read of an object of Kubernetes; what stands in it is its server's word, and limited by the client. */
export interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Partial<Record<string, string>>>;
  readonly annotations?: Readonly<Partial<Record<string, string>>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface KubeJob {
  readonly metadata: Meta;
  readonly spec?: {
    readonly backoffLimit?: number;
    readonly suspend?: boolean;
    readonly activeDeadlineSeconds?: number;
  };
  readonly status?: {
    readonly active?: number;
    readonly succeeded?: number;
    readonly failed?: number;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly conditions?: readonly Condition[];
  };
}

export interface KubePod {
  readonly metadata: Meta;
  readonly status?: {
    readonly phase?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly running?: object;
    readonly terminated?: Terminated;
  };
}

export interface Terminated {
  readonly exitCode: number;
  readonly reason?: string;
  readonly message?: string;
  readonly finishedAt?: string;
}

/** How a Job ended, by its conditions; undefined while it works. */
export function endOf(job: KubeJob): Condition | undefined {
  const ended = (job.status?.conditions ?? []).filter(({ status }) => status === 'True');
  return ended.find(({ type }) => type === 'Complete' || type === 'Failed');
}

/** The container that does the work. */
export function containerOf(pod: KubePod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === 'db-ferry');
}

/** Its end, where it has ended. */
export function terminatedOf(pod: KubePod): Terminated | undefined {
  return containerOf(pod)?.state?.terminated;
}

/** Whether no pod of a Job does anything any more: Kubernetes says so, or its container ended well, which Kubernetes writes down a little later. */
export function isOver(job: KubeJob, pod: KubePod | undefined): boolean {
  return endOf(job) !== undefined || (pod !== undefined && terminatedOf(pod)?.exitCode === 0);
}
