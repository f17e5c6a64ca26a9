import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../core/base/errors';
import type { Reference } from '../core/cluster/reference';
import type { JobKind } from '../core/job/record/jobEvents';
import type { Job } from '../core/job/record/readJob';
import type { Call } from './command';
import { backupNamed, jobNamed } from './named';
import { isPath } from './setting';

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

/** What `diff` compares: `latest…`, a path or an id names a backup, everything else with slashes a database. Throws what `backupNamed` and `databaseReference` throw. */
export async function backupOrDatabase(call: Call, text: string): Promise<string> {
  return !isPath(text) && isPlace(text) ? databaseReference(text) : backupNamed(call, text);
}

/** What `undo` and `release` take: a job of this root, or a database. Throws `job.unknown`, `reference.invalid`. */
export async function jobOrDatabase(call: Call): Promise<string> {
  const [text = ''] = call.operands;
  const changes: readonly JobKind[] = ['restore', 'copy', 'undo'];
  if (isPlace(text)) return databaseReference(text);
  return knownJob(call, text, ({ request }) => changes.includes(request.kind));
}

/** What `clean` takes: nothing, a job of this root, or a pod. Throws `job.unknown`, `reference.invalid`. */
export async function jobOrPod(call: Call): Promise<string | undefined> {
  const [text] = call.operands;
  if (text === undefined) return undefined;
  return isPlace(text) ? podReference(text) : knownJob(call, text, ({ mayHaveLeft }) => mayHaveLeft);
}

function isPlace(text: string): boolean {
  return text.includes('/') && !text.startsWith('latest:');
}

async function knownJob(call: Call, text: string, fits: (job: Job) => boolean): Promise<string> {
  const { readRequest } = await import('../core/job/record/jobFolder');
  const { id, folder } = await jobNamed(call, text, fits);
  await readRequest(folder);
  return id;
}

/** The file that an operand names; absolute. Throws `backup.unknown` where there is none, `usage` where it cannot be read. */
export async function readableFile(text: string): Promise<string> {
  const file = path.resolve(text);
  try {
    await access(file, constants.R_OK);
    return file;
  } catch (error) {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) throw new AppError('backup.unknown', { backup: file });
    const message = error instanceof Error ? error.message : String(error);
    throw new AppError('usage', { message: `${file} cannot be read: ${message}` });
  }
}
