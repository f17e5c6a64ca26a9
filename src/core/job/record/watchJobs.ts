import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Bell } from './bell';
import { EventTail } from './eventTail';
import type { JobRequest } from '../request';
import { unreadableJob, type UnreadableJob } from './listJobs';
import { noFacts, type JobFacts } from './jobFacts';
import { jobFiles, jobsFolder, readRequest } from './jobFolder';
import { moveOldJobs } from './moveJobs';
import { isLiving, isWaiting, readOn, summaryOf, type Job } from './readJob';

/** What is new about the jobs of a root. */
export interface JobsChange {
  /** all of them, newest first */
  readonly jobs: readonly Job[];
  /** those that are new or different since the last time; the first time all */
  readonly changed: readonly Job[];
  /** ids of those whose folders are gone */
  readonly removed: readonly string[];
  /** those that this version cannot read, newest first */
  readonly unreadable: readonly UnreadableJob[];
}

/**
 * Calls `onChange` with the jobs of a root, also when there are none, and then whenever something changed: at most four
 * times a second. Jobs that run are followed by their events; one that has its result is not read again. A root that is
 * not there yet has no jobs. Throws `state.unsafe`. Resolves when `signal` aborts. `onChange` must not throw.
 */
export async function watchJobs(
  root: string,
  onChange: (change: JobsChange) => void,
  signal: AbortSignal,
): Promise<void> {
  await moveOldJobs(root);
  const list = new JobList(jobsFolder(root));
  const bell = new Bell(list.folder, signal);
  let watched: number | undefined;
  let first = true;
  let couldNotRead = '';
  try {
    while (!signal.aborted) {
      const there = await inodeOf(list.folder);
      if (there !== watched) bell.watch(list.folder);
      watched = there;
      // of 0.1.0 one may have run until now
      await moveOldJobs(root);
      const change = await list.look();
      const cannotRead = change.unreadable.map(({ id, error }) => `${id} ${error.code}`).join(' ');
      if (first || change.changed.length > 0 || change.removed.length > 0 || cannotRead !== couldNotRead)
        onChange(change);
      first = false;
      couldNotRead = cannotRead;
      const quietUntil = Date.now() + tickMs;
      // what lives is looked at with every tick; else a new folder wakes us
      await bell.rung(list.isBusy ? tickMs : there === undefined ? absentMs : idleMs);
      await pause(quietUntil - Date.now(), signal);
    }
  } finally {
    bell.close();
  }
}

const tickMs = 250;
const absentMs = 1000;
/** Where a folder cannot be watched (network volumes); and for what becomes of jobs that were interrupted. */
const idleMs = 3000;
/** A folder is made before the request in it. */
const makingMs = 3000;

/** The jobs of a folder, each read as far as it was written. */
class JobList {
  private readonly readers = new Map<string, JobReader>();

  constructor(readonly folder: string) {}

  /** True while something may change without the folder itself being changed. */
  get isBusy(): boolean {
    return [...this.readers.values()].some((reader) => reader.isBusy);
  }

  async look(): Promise<JobsChange> {
    const names = new Set(await readdir(this.folder).catch(() => []));
    const removed = [...this.readers.keys()].filter((name) => !names.has(name));
    const gone = removed.filter((name) => this.forget(name));
    for (const name of names) {
      if (!this.readers.has(name)) this.readers.set(name, new JobReader(join(this.folder, name)));
    }
    const changed: Job[] = [];
    for (const reader of this.readers.values()) {
      // one that cannot be read now is read again at the next tick, and keeps no other from being seen
      if (await reader.look()) changed.push(...reader.jobs);
    }
    const readers = [...this.readers.values()];
    const newestFirst = (a: { readonly id: string }, b: { readonly id: string }): number => (a.id < b.id ? 1 : -1);
    const jobs = readers.flatMap((reader) => reader.jobs).sort(newestFirst);
    const unreadable = readers.flatMap((reader) => reader.unreadable).sort(newestFirst);
    return { jobs, changed, removed: gone, unreadable };
  }

  private forget(name: string): boolean {
    const wasJob = this.readers.get(name)?.jobs.length === 1;
    this.readers.delete(name);
    return wasJob;
  }
}

/** One folder beside the others. */
class JobReader {
  private readonly seen = Date.now();
  private readonly tail: EventTail;
  private facts: JobFacts = noFacts;
  private request: JobRequest | undefined;
  private job: Job | undefined;
  private cannotRead: UnreadableJob | undefined;

  constructor(private readonly folder: string) {
    this.tail = new EventTail(join(folder, jobFiles.events), 'last progress');
  }

  /** The job, or none while there is no request. */
  get jobs(): readonly Job[] {
    return this.job === undefined ? [] : [this.job];
  }

  /** What stands in its way, where there is a request that this version cannot read. */
  get unreadable(): readonly UnreadableJob[] {
    return this.job !== undefined || this.cannotRead === undefined ? [] : [this.cannotRead];
  }

  get isBusy(): boolean {
    return this.job === undefined ? Date.now() - this.seen < makingMs : isLiving(this.job);
  }

  /** Reads on; true when there was something new. Never throws: what cannot be read is `unreadable`. */
  async look(): Promise<boolean> {
    try {
      const isNew = await this.readFurther();
      this.cannotRead = undefined;
      return isNew;
    } catch (error) {
      this.cannotRead = unreadableJob(this.folder, error);
      return false;
    }
  }

  private async readFurther(): Promise<boolean> {
    const before = this.job;
    if (before?.result !== undefined && !before.mayHaveLeft && !isWaiting(before)) return false;
    this.request ??= await readRequest(this.folder);
    const read = await readOn(this.folder, this.tail, this.facts);
    this.facts = read.facts;
    this.job = await summaryOf(this.folder, this.request, read);
    return (
      before === undefined ||
      read.events.length > 0 ||
      before.state !== this.job.state ||
      before.mayHaveLeft !== this.job.mayHaveLeft ||
      !isDeepStrictEqual(before.resolved, this.job.resolved) ||
      before.settled?.how !== this.job.settled?.how
    );
  }
}

async function inodeOf(folder: string): Promise<number | undefined> {
  try {
    return (await stat(folder)).ino;
  } catch {
    return undefined;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0 || signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
