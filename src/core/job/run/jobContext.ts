import type { Work } from '../../base/progress';
import type { JobKind, JobRequest, JobResult } from '../record/jobEvents';

/** What one kind of job is given to do its work. */
export interface JobContext {
  readonly id: string;
  readonly folder: string;
  readonly request: JobRequest;
  readonly work: Work;
  /** Holds a target database for this job until it ends; throws `target.busy`. */
  readonly lock: (key: string, reference: string) => Promise<void>;
}

/** How the work ended that did not throw; facts of its kind in `data`. */
export interface JobDone extends Pick<JobResult, 'findings' | 'differences' | 'notes' | 'data'> {
  readonly outcome: 'done' | 'differences';
}

/** One kind of job. Throws `AppError`; a result is made of it by the job's process. */
export type RunKind = (context: JobContext) => Promise<JobDone>;

/** All kinds, loaded when they are run. */
export type JobKinds = Readonly<Record<JobKind, () => Promise<RunKind>>>;
