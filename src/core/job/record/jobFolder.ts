import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { checkRoot, prepareRoot } from '../../catalog/root';
import { isBucket } from '../../catalog/storeOfRoot';
import { AppError, isAppError, isErrno, type ErrorCode } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import { unwritable } from '../../base/unwritable';
import { checkState, prepareRootState, rootState, stateFolder } from '../../state/stateFolder';
import { parseJson } from '../../base/json';
import { canonicalRequest } from '../checkRequest';
import { parseRequest } from '../parseRequest';
import type { JobRequest } from '../request';
import type { JobEvent } from './jobEvents';

/** The files of a job folder. */
export const jobFiles = {
  request: 'request.json',
  events: 'events.ndjson',
  log: 'log.txt',
  report: 'report.md',
  /** written by who asks a job to stop where a signal cannot reach it */
  cancel: 'cancel',
  /** written by `clean` after it removed what an interrupted job left */
  cleaned: 'cleaned.json',
  /** written by `clean` as soon as it knows what became of a job whose outcome was unknown */
  resolved: 'resolved.json',
  /** written by a swap or a discard into the folder of the job that prepared what they took */
  settled: 'settled.json',
  /** written by the window that tells how the job ended */
  announced: 'announced.json',
  /** the backup that it makes in a bucket, until that is sealed */
  draft: 'draft.json',
  /** space kept back, so that a result can be written when the disk is full */
  reserve: 'reserve',
} as const;

/** Where the jobs of a root are: in this user's own state, never in the root, which others may share. */
export function jobsFolder(root: string): string {
  return join(rootState(root), 'jobs');
}

/** The folder of one of them; throws `job.unknown` for a text that cannot be an id, so that no path is made of it. */
export function jobFolder(root: string, id: string): string {
  if (!isJobId(id)) throw new AppError('job.unknown', { job: id });
  return join(jobsFolder(root), id);
}

/** True for a text that can be the id of a job. */
export function isJobId(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,39}$/.test(text);
}

/**
 * Makes the folder of a new job (0700) with its `request.json`, complete or not there. `named`: its id is known. Throws `disk.full` and
 * `root.unreadable`, and leaves nothing then; `job.needed` where the id is taken.
 */
export async function createJobFolder(
  root: string,
  request: JobRequest,
  named?: string,
): Promise<{ readonly id: string; readonly folder: string }> {
  await (writesBackups(request) && !isBucket(root) ? writable(root, async () => prepareRoot(root)) : checkRoot(root));
  const jobs = await writable(stateFolder(), async () => prepareRootState(root, 'jobs'));
  return writable(jobs, async () => {
    for (;;) {
      const id = named ?? newJobId();
      const folder = join(jobs, id);
      try {
        await mkdir(folder, { mode: 0o700 });
      } catch (error) {
        if (!isErrno(error, ['EEXIST'])) throw error;
        if (named !== undefined) throw new AppError('job.needed', { job: named, state: 'starting' });
        continue;
      }
      await fill(folder, request);
      return { id, folder };
    }
  });
}

/** Others need a root to read from at most. */
function writesBackups(request: JobRequest): boolean {
  const { kind } = request;
  return kind === 'backup' || kind === 'copy' || (kind === 'restore' && request.options.inPlace === true);
}

async function writable<T>(folder: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw await unwritable(folder, error, folder.startsWith(stateFolder()) ? { state: true } : {});
  }
}

/** The request last: it makes the folder a job. */
async function fill(folder: string, request: JobRequest): Promise<void> {
  try {
    await writeFile(join(folder, jobFiles.reserve), Buffer.alloc(reserveBytes), { mode: 0o600 });
    // in its canonical form and nothing else: sha256sum of the file is its digest
    await writeWhole(join(folder, jobFiles.request), canonicalRequest(request));
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

/**
 * The request of a job. It is taken from this user's own state alone, whatever else looks like one: throws `job.unknown` where there is none,
 * `state.unsafe` where somebody else could have put it there, `request.invalid` and `request.newer` for one that this version cannot read.
 */
export async function readRequest(folder: string): Promise<JobRequest> {
  try {
    if (!resolve(folder).startsWith(stateFolder() + sep)) throw new Error('not in the state folder');
    await checkState();
    const text = await readSafely(join(folder, jobFiles.request), { most: 16e6, own: true, inside: stateFolder() });
    return parseRequest(parseJson(text.toString()));
  } catch (error) {
    if (isAppError(error) && kept.includes(error.code)) throw error;
    throw new AppError('job.unknown', { job: basename(folder) }, { cause: error });
  }
}

const kept: readonly ErrorCode[] = ['state.unsafe', 'request.invalid', 'request.newer'];

/** Writes a file so that it is there whole or not at all: temporary name of its own, since two jobs may begin at once, fsync, rename. Mode 0600. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** The events of a job as they are written, by the job's process alone. */
export interface EventLog {
  /** Appends one line. Never throws: a full disk loses a line of progress, not the job. False: the line was lost. */
  append(event: JobEvent): boolean;
  /** Appends the result, using the reserved space, and flushes it to disk. */
  finish(event: JobEvent): boolean;
}

/** Opens `events.ndjson` of a job folder for appending. Writes are synchronous: a line is there before work goes on. */
export function openEventLog(folder: string): EventLog {
  const path = join(folder, jobFiles.events);
  const file = openSync(path, 'a', 0o600);
  let torn = false;
  const append = (event: JobEvent): boolean => {
    const line = Buffer.from(`${torn ? '\n' : ''}${JSON.stringify(event)}\n`);
    try {
      // an append may be cut by a full disk without an error
      torn = writeSync(file, line) !== line.length;
    } catch {
      return false;
    }
    return !torn;
  };
  return {
    append,
    finish(event) {
      removeQuietly(join(folder, jobFiles.reserve));
      const written = append(event) || append(event);
      try {
        fsyncSync(file);
        closeSync(file);
      } catch {
        // the line itself decides
      }
      return written;
    },
  };
}

const reserveBytes = 64 * 1024;

/** An id for a new job. Ids sort by time and fit into names of databases: seconds in base 36 and four random characters. */
export function newJobId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(36);
  const random = (randomBytes(4).readUInt32BE() % 36 ** 4).toString(36).padStart(4, '0');
  return seconds + random;
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // already gone
  }
}
