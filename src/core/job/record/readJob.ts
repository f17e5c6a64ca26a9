import type { WaitingFacts } from '../../base/noteData';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import type { Fate } from '../../base/fate';
import { parseAs, parseJson } from '../../base/json';
import type { Finding } from '../../base/finding';
import type { Phase, Progress } from '../../base/progress';
import { readSafely } from '../../base/safeFile';
import { EventTail } from './eventTail';
import type { JobRequest } from '../request';
import type { JobEvent, JobResult, ProcessIdentity } from './jobEvents';
import { addEvents, noFacts, type JobFacts } from './jobFacts';
import { jobFiles, readRequest } from './jobFolder';
import { lifeOf } from '../run/processIdentity';

/** `starting` until its process wrote its first event; the outcomes of `JobResult`; `interrupted`: gone without a result. */
export type JobState = 'starting' | 'running' | 'stopping' | 'interrupted' | JobResult['outcome'];

/** A job as its folder tells it, without its events. Times are UTC ISO 8601. */
export interface Job {
  readonly id: string;
  readonly folder: string;
  readonly request: JobRequest;
  readonly state: JobState;
  readonly process?: ProcessIdentity;
  readonly started?: string;
  /** the time of the last event, which is the end where there is a result */
  readonly lastEvent?: string;
  /** the last step of the work */
  readonly phase?: Phase;
  readonly progress?: Extract<Progress, { type: 'progress' }>;
  readonly expected?: Extract<Progress, { type: 'expected' }>;
  /** `login.ends`: a login ends before it is expected to be done */
  readonly lateLogin?: Extract<Finding, { code: 'login.ends' }>;
  /** it lives, and keeps the workspace awake */
  readonly keepsAwake?: true;
  /** it lives, and somebody waits for a lock that its dump holds: the data of the note `locks.waiting` */
  readonly waiting?: WaitingFacts;
  readonly result?: JobResult;
  /** what it left was removed by `clean` */
  readonly cleaned: boolean;
  /** of one that prepared a side database: what became of it since; absent while it waits, as far as is known here */
  readonly settled?: Settled;
  /** what became of it, where that was not known and then found out */
  readonly resolved?: Fate;
  /** it ended in a way that may have left something here or in the target, and nobody cleaned up */
  readonly mayHaveLeft: boolean;
}

/** What became of what a job prepared. */
export interface Settled {
  /** `gone`: it is not there any more, and no job of ours took it */
  readonly how: 'swapped' | 'discarded' | 'gone';
  /** the job that did it, or found it out */
  readonly job: string;
  /** UTC ISO 8601 */
  readonly time: string;
}

/** The same with all its events. */
export interface WholeJob extends Job {
  readonly events: readonly JobEvent[];
}

/** Reads a job folder. Throws `job.unknown` where there is no request in it. */
export async function readJob(folder: string): Promise<Job> {
  const request = await readRequest(folder);
  const tail = new EventTail(join(folder, jobFiles.events), 'last progress');
  return summaryOf(folder, request, await readOn(folder, tail, noFacts));
}

/** The same with all its events, which takes time and memory where there are many. Throws `job.unknown`. */
export async function readWholeJob(folder: string): Promise<WholeJob> {
  const request = await readRequest(folder);
  const { events, ...read } = await readOn(folder, new EventTail(join(folder, jobFiles.events)), noFacts);
  return { ...(await summaryOf(folder, request, read)), events };
}

/** The events that came since the last time, the facts with them, and whether the job's process lives. */
export async function readOn(
  folder: string,
  tail: EventTail,
  before: JobFacts,
): Promise<{ readonly events: readonly JobEvent[]; readonly facts: JobFacts; readonly isAlive: boolean }> {
  const events = await tail.next();
  const facts = addEvents(before, events);
  if (facts.result !== undefined) return { events, facts, isAlive: false };
  if (await isAlive(folder, facts.started?.process)) return { events, facts, isAlive: true };
  // what it wrote between our reading and its end
  const last = await tail.next();
  return { events: [...events, ...last], facts: addEvents(facts, last), isAlive: false };
}

/** A job, from its request and what its events said. */
export async function summaryOf(
  folder: string,
  request: JobRequest,
  read: { readonly facts: JobFacts; readonly isAlive: boolean },
): Promise<Job> {
  const { started, lastEvent, phase, progress, expected, lateLogin, result, saidToRemain } = read.facts;
  const { keepsAwake, waiting } = read.isAlive ? read.facts : noFacts;
  const state = result?.outcome ?? (read.isAlive ? livingState(read.facts) : 'interrupted');
  const cleaned = (await modified(join(folder, jobFiles.cleaned))) !== undefined;
  const ended = result !== undefined || state === 'interrupted';
  const resolved = state === 'unknown' || state === 'interrupted' ? await readResolved(folder) : undefined;
  const settled = state === 'prepared' || state === 'interrupted' ? await readSettled(folder) : undefined;
  return {
    id: basename(folder),
    folder,
    request,
    state,
    ...(started === undefined ? {} : { process: started.process, started: started.time }),
    ...(lastEvent === undefined ? {} : { lastEvent }),
    ...(phase === undefined ? {} : { phase }),
    ...(progress === undefined ? {} : { progress }),
    ...(expected === undefined ? {} : { expected }),
    ...(lateLogin === undefined ? {} : { lateLogin }),
    ...(keepsAwake === undefined ? {} : { keepsAwake }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(result === undefined ? {} : { result }),
    cleaned,
    ...(settled === undefined ? {} : { settled }),
    ...(resolved === undefined ? {} : { resolved }),
    mayHaveLeft: ended && !cleaned && (result === undefined || state === 'unknown' || saidToRemain),
  };
}

/** True for a job whose side database waits to be swapped or discarded, as far as is known here. */
export function isWaiting({ state, settled }: Pick<Job, 'state' | 'settled'>): boolean {
  return state === 'prepared' && settled === undefined;
}

/** True for a job that may still work: its process lives, or cannot be seen and gave a sign of life. */
export function isLiving({ state }: Pick<Job, 'state'>): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}

/**
 * Whether the process of a job still runs. One in another container of the same volume cannot be seen; it touches its
 * events every few seconds, and that decides. So does it for a process that was started but wrote nothing yet.
 */
export async function isAlive(folder: string, identity: ProcessIdentity | undefined): Promise<boolean> {
  const life = identity === undefined ? 'elsewhere' : lifeOf(identity);
  if (life !== 'elsewhere') return life === 'alive';
  const sign = identity === undefined ? jobFiles.request : jobFiles.events;
  const time = await modified(join(folder, sign));
  return time !== undefined && Date.now() - time < silenceMs;
}

/**
 * The result of a job that was interrupted: nothing changed, unless it was exchanging or dropping databases. Then only
 * the server knows.
 */
export function interruptedResult(id: string, phase: Phase | undefined): JobResult {
  const uncertain = phase !== undefined && uncertainPhases.includes(phase);
  return {
    type: 'result',
    outcome: uncertain ? 'unknown' : 'failed',
    exitCode: uncertain ? 5 : 1,
    error: { code: 'job.interrupted', data: { job: id, ...(phase === undefined ? {} : { phase }) } },
    data: {},
  };
}

/** Phases in which a process that vanishes may have changed the target. */
export const uncertainPhases: readonly Phase[] = ['swap', 'commit', 'compare', 'undo', 'release', 'discard'];

/** A job process touches its events this often where nothing else is written. */
export const heartbeatMs = 5_000;

/** Without a sign of life for so long, a process that cannot be seen is taken to be gone. */
const silenceMs = 60_000;

function livingState({ started, isStopping }: JobFacts): JobState {
  if (started === undefined) return 'starting';
  return isStopping ? 'stopping' : 'running';
}

async function readResolved(folder: string): Promise<Fate | undefined> {
  try {
    const read = parseAs(resolvedForm, await readSafely(join(folder, jobFiles.resolved), { most: 1e6, own: true }));
    if (read === undefined) return undefined;
    // a code of a later version is shown as what it is
    return 'text' in read ? { job: basename(folder), code: 'told', text: read.text } : (read.fate as Fate);
  } catch {
    return undefined;
  }
}

const resolvedForm = v.union([
  v.object({ fate: v.looseObject({ job: v.string(), code: v.string() }) }),
  // an earlier version wrote a sentence
  v.object({ text: v.string() }),
]);

async function readSettled(folder: string): Promise<Settled | undefined> {
  try {
    const text = await readSafely(join(folder, jobFiles.settled), { most: 1e6, own: true });
    const read = v.safeParse(settledForm, parseJson(text.toString()));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

const settledForm: v.GenericSchema<unknown, Settled> = v.object({
  how: v.picklist(['swapped', 'discarded', 'gone']),
  job: v.string(),
  time: v.string(),
});

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
