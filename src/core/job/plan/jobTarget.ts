import { AppError } from '../../base/errors';
import { jobFolder } from '../record/jobFolder';
import { readJob, type Job } from '../record/readJob';
import type { JobRequest } from '../record/jobEvents';

/** What `undo` and `release` work on. */
export interface JobTarget {
  readonly reference: string;
  /** the job whose kept database is meant; undefined: the last one's */
  readonly job?: string;
  /** those that the job used; see `Places` */
  readonly earlier: readonly string[];
}

/** Reads the operand of `undo` and `release`: a database reference, or a job of this root that exchanged one. Throws `restore.nothingKept`, `job.unknown`. */
export async function targetOf(request: JobRequest): Promise<JobTarget> {
  const { root } = request;
  const [operand = ''] = request.operands;
  if (operand.includes('/')) return { reference: operand, earlier: [] };
  const job = await readJob(jobFolder(root, operand));
  const reference = restoredBy(job);
  if (reference === undefined)
    throw new AppError('restore.nothingKept', { reference: `job ${operand} (${job.request.kind})` });
  const before = job.result?.data['before'];
  if (typeof before === 'string') throw new AppError('restore.nothingKept', { reference, before });
  return { reference, job: operand, earlier: job.request.kubeconfigs };
}

/** Every place on a server that a job works in, as references to a pod or a database. */
export function placesOf({ operands, options }: JobRequest): string[] {
  const places = [...operands, options.deep ?? ''].filter((text) => !text.startsWith('/') && text.includes('/'));
  return [...new Set(places)];
}

/** The database that a job gave its name to; an undo keeps what it replaced, too. */
function restoredBy({ request: { kind, operands }, result }: Job): string | undefined {
  if (kind === 'restore' || kind === 'copy') return operands[1];
  const target = result?.data['target'];
  return kind === 'undo' && typeof target === 'string' ? target : undefined;
}
