import type { Progress } from '../../base/progress';
import type { Difference, ComparisonNote } from '../../postgres/archive/reading';
import type { Finding } from '../../base/finding';
import type { MeantDatabase } from '../../restore/side/undo';

export type JobKind = 'backup' | 'restore' | 'copy' | 'verify' | 'diff' | 'undo' | 'release' | 'clean';

/** What was asked for: `request.json` of a job folder. The whole of it; a job never asks back. */
export interface JobRequest {
  readonly kind: JobKind;
  /** the operands as references, backup ids or paths, in the CLI's order */
  readonly operands: readonly string[];
  readonly options: JobOptions;
  readonly kubeconfigs: readonly string[];
  readonly root: string;
  /** what an operand that is an id or a path stands for, for people: nothing is done by it */
  readonly about?: JobAbout;
  readonly asked: { readonly by: string; readonly reason?: string; readonly approval?: string };
}

/** What a job is about, as it was known when it was asked for. */
export interface JobAbout {
  /** the place that a backup was taken from, or that a job worked on: `cluster/namespace/workload/database` */
  readonly place?: string;
  /** when the backup was taken, UTC ISO 8601 */
  readonly snapshot?: string;
}

export interface JobOptions {
  readonly to?: string;
  readonly compress?: string;
  readonly count?: boolean;
  readonly deep?: string;
  readonly as?: 'new' | 'replace';
  readonly noOwner?: boolean;
  readonly noPrivileges?: boolean;
  readonly noTablespaces?: boolean;
  readonly goOn?: boolean;
  readonly acceptMissing?: boolean;
  readonly createRoles?: boolean;
  /** of a restore into a new database: also settings that only a superuser may set, that give a right or run code */
  readonly trustSettings?: boolean;
  readonly mapRoles?: Readonly<Record<string, string>>;
  readonly keep?: boolean;
  /** of a restore, at most */
  readonly streams?: number;
  /** keep to so many bytes a second, with low priority and in one stream */
  readonly gentle?: number;
  readonly inPlace?: boolean;
  /** of a release: also where replication slots of the kept database go with it */
  readonly dropSlots?: boolean;
  /** of an undo, a release, a clean: those that are meant, as they were shown; no other is touched, but by a clean */
  readonly only?: readonly MeantDatabase[];
  /** of a clean: the servers are not asked, and what is left there is not looked for any more */
  readonly forget?: boolean;
}

/** A line of `events.ndjson`. The state of a job is what its events say; the last line is a `result`. */
export type JobEvent = { readonly time: string } & (Progress | JobStarted | JobResult);

export interface JobStarted {
  readonly type: 'started';
  readonly job: string;
  readonly kind: JobKind;
  readonly process: ProcessIdentity;
}

/** A process, recognisable after its pid came back. */
export interface ProcessIdentity {
  readonly pid: number;
  /** field 22 of /proc/<pid>/stat, clock ticks since boot */
  readonly startTime: string;
  /** hostname of the container */
  readonly container: string;
  /** /proc/sys/kernel/random/boot_id */
  readonly boot: string;
}

/** How a job ended; `exitCode` as docs and help of the command line say. */
export interface JobResult {
  readonly type: 'result';
  readonly outcome: 'done' | 'differences' | 'failed' | 'refused' | 'unknown' | 'cancelled';
  readonly exitCode: 0 | 1 | 2 | 3 | 4 | 5 | 130;
  readonly error?: { readonly code: string; readonly data: Readonly<Record<string, unknown>> };
  readonly findings?: readonly Finding[];
  readonly differences?: readonly Difference[];
  readonly notes?: readonly ComparisonNote[];
  /** facts of the kind of job: backup id and folder, kept database, pause in seconds, … */
  readonly data: Readonly<Record<string, unknown>>;
}
