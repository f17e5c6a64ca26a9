import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../core/base/errors';
import type { DatabaseReference, PodReference } from '../core/cluster/reference';
import type { BackupRef, JobKind, JobRef } from '../core/job/request';
import type { Job } from '../core/job/record/readJob';
import type { Call } from './command';
import { inNamedStore } from '../core/store/layout';
import { isInCluster } from './inCluster';
import { backupNamed, jobNamed } from './named';
import { isPath } from './setting';

/** A reference that names a database. Throws `reference.invalid`. */
export async function databaseReference(text = ''): Promise<DatabaseReference> {
  const { parseDatabaseReference } = await import('../core/cluster/reference');
  return parseDatabaseReference(text);
}

/** A reference that names a pod and no database. Throws `reference.invalid`. */
export async function podReference(text = ''): Promise<PodReference> {
  const { parsePodReference } = await import('../core/cluster/reference');
  return parsePodReference(text);
}

/** A backup, by an id, the beginning of one, `latest…` or a path. Throws what `backupNamed` throws. */
export async function backupReference(call: Call, text = ''): Promise<BackupRef> {
  if (isInCluster(call) && !isPath(text)) return { id: text };
  if (inNamedStore(text)) return { path: text };
  // a job has its own working folder
  return isPath(text) ? { path: path.resolve(text) } : { id: await backupNamed(call, text) };
}

/** What `diff` compares: `latest…`, a path or an id names a backup, everything else with slashes a database. Throws what `backupNamed` and `databaseReference` throw. */
export async function backupOrDatabase(call: Call, text: string): Promise<BackupRef | DatabaseReference> {
  return !isPath(text) && isPlace(text) ? databaseReference(text) : backupReference(call, text);
}

/** What `undo` and `release` take: a job of this root, or a database. Throws `job.unknown`, `reference.invalid`. */
export async function jobOrDatabase(call: Call): Promise<JobRef | DatabaseReference> {
  const [text = ''] = call.operands;
  const changes: readonly JobKind[] = ['restore', 'copy', 'undo', 'swap'];
  if (isPlace(text)) return databaseReference(text);
  return knownJob(call, text, ({ request, state }) => changes.includes(request.kind) && state !== 'prepared');
}

/** What `swap` and `discard` take: a job of this root that prepared something, or a database. Throws `job.unknown`, `reference.invalid`. */
export async function preparedOrDatabase(call: Call): Promise<JobRef | DatabaseReference> {
  const [text = ''] = call.operands;
  if (isPlace(text)) return databaseReference(text);
  return knownJob(call, text, ({ state, settled }) => state === 'prepared' && settled === undefined);
}

/** What `clean` takes: nothing, a job of this root, or a pod. Throws `job.unknown`, `reference.invalid`. */
export async function jobOrPod(call: Call): Promise<JobRef | PodReference | undefined> {
  const [text] = call.operands;
  if (text === undefined) return undefined;
  return isPlace(text) ? podReference(text) : knownJob(call, text, ({ mayHaveLeft }) => mayHaveLeft);
}

function isPlace(text: string): boolean {
  return text.includes('/') && !text.startsWith('latest:');
}

async function knownJob(call: Call, text: string, fits: (job: Job) => boolean): Promise<JobRef> {
  const { readRequest } = await import('../core/job/record/jobFolder');
  const { id, folder } = await jobNamed(call, text, fits);
  await readRequest(folder);
  return { job: id };
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
