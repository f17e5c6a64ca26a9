import type { JobEvent } from '../record/jobEvents';
import type { Job } from '../record/readJob';
import type { JobRequest } from '../request';
import type { Cancelled } from '../run/cancelJob';

/** Where jobs run: a process of this machine, or a pod of a cluster. */
export interface Runner {
  /** where it is, for people: `cluster/namespace`; empty: here */
  readonly place: string;
  /** Starts a job that outlives the caller. Throws what keeps it from being started; then it never will be. */
  start(request: JobRequest): Promise<{ readonly id: string; readonly folder: string }>;
  /** All jobs that it remembers, newest first. */
  list(): Promise<readonly Job[]>;
  /** Its job of this id. Throws `job.unknown`. */
  find(id: string): Promise<Job>;
  /** A job's events from its first one, ending with its result: one that is gone without one is interrupted. Without a result where `signal` aborts. */
  follow(id: string, signal?: AbortSignal): AsyncGenerator<JobEvent>;
  /** Tells a job to stop, and resolves when it has ended. */
  cancel(id: string): Promise<Cancelled>;
}
