import { AppError } from '../../base/errors';
import { formatReference, parseDatabaseReference, type DatabaseReference } from '../../cluster/reference';
import { jobFolder } from '../record/jobFolder';
import { readJob, type Job } from '../record/readJob';
import { formatOperand, type OfJob } from '../request';

/** What those work on that may name a job. */
export interface JobTarget {
  readonly reference: DatabaseReference;
  /** the job whose kept database is meant; undefined: the last one's */
  readonly job?: string;
  /** those that the job used; see `Places` */
  readonly earlier: readonly string[];
}

/**
 * What an undo, a release, a swap or a discard names: a database, or a job of this root that exchanged or prepared one. An undo of what was prepared is that of its swap.
 * Throws `restore.nothingKept`, `prepare.nothing`, `job.unknown`.
 */
export async function targetOf({ root, of, kind }: Pick<OfJob, 'root' | 'of' | 'kind'>): Promise<JobTarget> {
  if ('cluster' in of) return { reference: of, earlier: [] };
  const job = await readJob(jobFolder(root, of.job));
  const earlier = job.request.kubeconfigs;
  if (kind === 'swap' || kind === 'discard') return { reference: preparedBy(job), job: of.job, earlier };
  const reference = await restoredBy(job);
  if (reference === undefined)
    throw new AppError('restore.nothingKept', { reference: `job ${formatOperand(of)} (${job.request.kind})` });
  const { settled } = job;
  if (job.state === 'prepared') {
    if (settled?.how === 'swapped') return { reference, job: settled.job, earlier };
    throw new AppError('restore.nothingKept', { reference: formatReference(reference) });
  }
  const before = job.result?.data['before'];
  if (typeof before === 'string')
    throw new AppError('restore.nothingKept', { reference: formatReference(reference), before });
  return { reference, job: of.job, earlier };
}

/** What a job prepared, or began to. Throws `prepare.nothing`. */
function preparedBy({ id, request, settled }: Job): DatabaseReference {
  if ((request.kind !== 'restore' && request.kind !== 'copy') || request.options.prepare !== true)
    throw new AppError('prepare.nothing', { reference: `job ${id} (${request.kind})`, job: id });
  const reference = formatReference(request.target);
  if (settled) throw new AppError('prepare.nothing', { reference, job: id, by: settled.job, how: settled.how });
  return request.target;
}

/** The database that a job gave its name to; an undo keeps what it replaced, too. */
async function restoredBy({ request, result }: Job): Promise<DatabaseReference | undefined> {
  if (request.kind === 'restore' || request.kind === 'copy') return request.target;
  if (request.kind !== 'undo' && request.kind !== 'swap') return undefined;
  const target = result?.data['target'];
  if (typeof target === 'string') return parseDatabaseReference(target);
  return request.kind === 'swap' ? (await targetOf(request)).reference : undefined;
}
