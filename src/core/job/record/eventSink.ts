import type { RequestPlace } from '../../governance/requestPlace';
import type { AppError } from '../../base/errors';
import type { Report } from '../../base/progress';
import type { JobRequest } from '../request';
import type { JobEvent, JobResult } from './jobEvents';

/** What takes a job's events beside its own journal: an audit trail, the standard output of a pod, a notifier. */
export interface EventSink {
  /** Before anything is done. What it throws is the job's result: without this sink there is no job. `report` writes an event of its own; `abandon` ends the job as a cancel would, for a reason of its own, which is its result. */
  begin?(job: {
    readonly id: string;
    readonly request: JobRequest;
    readonly signal: AbortSignal;
    readonly report: Report;
    readonly abandon: (reason: AppError) => void;
  }): Promise<void>;
  /** The request by which it runs, once that is used up. */
  runsBy?(place: RequestPlace, name: string): void;
  /** Each event, as soon as it is written. What it throws is passed over: nothing that listens makes a job fail. */
  take?(event: JobEvent): void;
  /** After the result was written, and before the process ends. What it throws goes into the log. */
  end?(result: JobResult): Promise<void>;
}
