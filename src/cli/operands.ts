import { AppError, isAppError } from '../core/base/errors';
import type { Reference } from '../core/cluster/reference';
import type { Call } from './command';
import { isPath, rootOf } from './setting';

/** A reference that names a database, as it was typed. Throws `reference.invalid`. */
export async function databaseReference(text: string | undefined): Promise<string> {
  const { parseReference } = await import('../core/cluster/reference');
  const reference = parseReference(text ?? '');
  if (reference.pod !== undefined && reference.database !== undefined) return text ?? '';
  throw new AppError('reference.invalid', { text: text ?? '', ...wanted(reference, 'database') });
}

/** A reference that names a pod and no database. Throws `reference.invalid`. */
export async function podReference(text: string | undefined): Promise<string> {
  const { parseReference } = await import('../core/cluster/reference');
  const reference = parseReference(text ?? '');
  if (reference.pod !== undefined && reference.database === undefined) return text ?? '';
  throw new AppError('reference.invalid', { text: text ?? '', ...wanted(reference, 'pod') });
}

/** What a reference names, and what is wanted there. */
function wanted(
  { namespace, pod, database }: Reference,
  what: 'pod' | 'database',
): { readonly names: string; readonly wanted: string; readonly message: string } {
  const names = [namespace, pod, database].filter((part) => part !== undefined).length;
  const message = `A ${what} is wanted: cluster/namespace/pod${what === 'pod' ? '' : '/database'}.`;
  return { names: ['cluster', 'namespace', 'pod', 'database'][names] ?? '', wanted: what, message };
}

/** What `diff` compares: a path or an id names a backup, everything with slashes a database. */
export async function backupOrDatabase(text: string): Promise<void> {
  if (!isPath(text) && text.includes('/')) await databaseReference(text);
}

/** What `undo` and `release` take: a job of this root, or a database. Throws `job.unknown`, `reference.invalid`. */
export async function jobOrDatabase(call: Call): Promise<void> {
  const [text = ''] = call.operands;
  if (text.includes('/')) await databaseReference(text);
  else await knownJob(call, text);
}

/** What `clean` takes: nothing, a job of this root, or a pod. Throws `job.unknown`, `reference.invalid`. */
export async function jobOrPod(call: Call): Promise<void> {
  const [text] = call.operands;
  if (text === undefined) return;
  if (text.includes('/')) await podReference(text);
  else await knownJob(call, text);
}

async function knownJob(call: Call, id: string): Promise<void> {
  const { readRequest } = await import('../core/job/record/jobFolder');
  try {
    await readRequest(await jobNamed(call, id));
  } catch (error) {
    if (isAppError(error, 'job.unknown')) throw new AppError('job.unknown', { job: id });
    throw error;
  }
}

/** The folder of a job of this root, whether there is one or not. Throws `job.unknown` for what is no id. */
export async function jobNamed(call: Call, id: string): Promise<string> {
  const { jobFolder } = await import('../core/job/record/jobFolder');
  const { moveOldJobs } = await import('../core/job/record/moveJobs');
  const root = await rootOf(call);
  await moveOldJobs(root);
  return jobFolder(root, id);
}
