import { AppError } from '../../base/errors';
import { formatReference, parseDatabaseReference, type DatabaseReference } from '../../cluster/reference';
import { jobFolder } from '../record/jobFolder';
import { readJob, type Job } from '../record/readJob';
import { formatOperand, type RequestOf } from '../request';

/** What `undo` and `release` work on. */
export interface JobTarget {
  readonly reference: DatabaseReference;
  /** the job whose kept database is meant; undefined: the last one's */
  readonly job?: string;
  /** those that the job used; see `Places` */
  readonly earlier: readonly string[];
}

/** What an undo or a release names: a database, or a job of this root that exchanged one. Throws `restore.nothingKept`, `job.unknown`. */
export async function targetOf({ root, of }: Pick<RequestOf<'undo' | 'release'>, 'root' | 'of'>): Promise<JobTarget> {
  if ('cluster' in of) return { reference: of, earlier: [] };
  const job = await readJob(jobFolder(root, of.job));
  const reference = restoredBy(job);
  if (reference === undefined)
    throw new AppError('restore.nothingKept', { reference: `job ${formatOperand(of)} (${job.request.kind})` });
  const before = job.result?.data['before'];
  if (typeof before === 'string')
    throw new AppError('restore.nothingKept', { reference: formatReference(reference), before });
  return { reference, job: of.job, earlier: job.request.kubeconfigs };
}

/** The database that a job gave its name to; an undo keeps what it replaced, too. */
function restoredBy({ request, result }: Job): DatabaseReference | undefined {
  if (request.kind === 'restore' || request.kind === 'copy') return request.target;
  if (request.kind !== 'undo') return undefined;
  const target = result?.data['target'];
  return typeof target === 'string' ? parseDatabaseReference(target) : undefined;
}
