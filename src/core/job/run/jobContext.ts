import type { Work } from '../../base/progress';
import type { RequestPlace } from '../../governance/requestPlace';
import type { reportOfBackup } from '../record/report';
import type { JobResult } from '../record/jobEvents';
import type { JobKind, RequestOf } from '../request';

/** What one kind of job is given to do its work. */
export interface JobContext<Kind extends JobKind = JobKind> {
  readonly id: string;
  readonly folder: string;
  readonly request: RequestOf<Kind>;
  readonly work: Work;
  /** Has something done when the result is written; what it throws goes into the log. */
  readonly atEnd?: (action: (result: JobResult) => Promise<void>) => void;
  /** Says by which request it runs, and where that is kept. */
  readonly runsBy?: (place: RequestPlace, name: string) => void;
  /** Holds a target database for this job until it ends; throws `target.busy`. */
  readonly lock: (key: string, reference: string) => Promise<void>;
  /** The report that is sealed with a backup of the database `source`, with what a result would say of it. */
  readonly describe?: (backup: Parameters<typeof reportOfBackup>[1]) => Promise<string>;
}

/** How the work ended that did not throw; facts of its kind in `data`. */
export interface JobDone extends Pick<JobResult, 'findings' | 'differences' | 'notes' | 'data'> {
  readonly outcome: 'done' | 'differences' | 'prepared';
}

/** One kind of job. Throws `AppError`; a result is made of it by the job's process. */
export type RunKind<Kind extends JobKind = JobKind> = (context: JobContext<Kind>) => Promise<JobDone>;

/** All kinds, loaded when they are run. */
export type JobKinds = { readonly [Kind in JobKind]: () => Promise<RunKind<Kind>> };
