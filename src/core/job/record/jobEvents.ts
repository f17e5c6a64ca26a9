import type { AnyFacts } from '../../base/errorData';
import type { ResultData } from './resultData';
import * as v from 'valibot';
import type { Progress } from '../../base/progress';
import type { Difference, ComparisonNote } from '../../postgres/archive/reading';
import type { Finding } from '../../base/finding';
import type { JobKind } from '../request';

/** A line of `events.ndjson`. The state of a job is what its events say; the last line is a `result`. */
export type JobEvent = { readonly time: string } & (Progress | JobStarted | JobResult);

export interface JobStarted {
  readonly type: 'started';
  readonly job: string;
  readonly kind: JobKind;
  /** the digest of the request that it does; none before 0.2 */
  readonly digest?: string;
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

/** A process as it is written down. */
export const processForm: v.GenericSchema<unknown, ProcessIdentity> = v.object({
  pid: v.number(),
  startTime: v.string(),
  container: v.string(),
  boot: v.string(),
});

/** How a job ended; `exitCode` as docs and help of the command line say. */
export interface JobResult {
  readonly type: 'result';
  /** `prepared`: the side database is proven and waits; with differences where these are listed, and the exit code says so */
  readonly outcome: 'done' | 'differences' | 'prepared' | 'failed' | 'refused' | 'unknown' | 'cancelled';
  readonly exitCode: 0 | 1 | 2 | 3 | 4 | 5 | 130;
  readonly error?: { readonly code: string; readonly data: AnyFacts };
  readonly findings?: readonly Finding[];
  readonly differences?: readonly Difference[];
  readonly notes?: readonly ComparisonNote[];
  readonly data: ResultData;
}
