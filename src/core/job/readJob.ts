import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Phase, Progress } from '../progress';
import type { JobEvent, JobRequest, JobResult, ProcessIdentity } from './jobEvents';
import { jobFiles, readRequest } from './jobFolder';
import { lifeOf } from './processIdentity';

/** `starting` until its process wrote its first event; the outcomes of `JobResult`; `interrupted`: gone without a result. */
export type JobState = 'starting' | 'running' | 'stopping' | 'interrupted' | JobResult['outcome'];

/** A job as its folder tells it. Times are UTC ISO 8601. */
export interface Job {
  readonly id: string;
  readonly folder: string;
  readonly request: JobRequest;
  readonly state: JobState;
  readonly process?: ProcessIdentity;
  readonly started?: string;
  /** the time of the last event, which is the end where there is a result */
  readonly lastEvent?: string;
  readonly phase?: Phase;
  readonly progress?: Extract<Progress, { type: 'progress' }>;
  readonly expected?: Extract<Progress, { type: 'expected' }>;
  readonly result?: JobResult;
  /** what it left was removed by `clean` */
  readonly cleaned: boolean;
  readonly events: readonly JobEvent[];
}

/** Reads a job folder. Throws `job.unknown` where there is no request in it. */
export async function readJob(folder: string): Promise<Job> {
  const request = await readRequest(folder);
  const events = parseEvents(await textOf(join(folder, jobFiles.events)));
  const started = lastOf(events, 'started');
  const result = lastOf(events, 'result');
  const phase = lastOf(events, 'phase')?.phase;
  const progress = lastOf(events, 'progress');
  const expected = lastOf(events, 'expected');
  const lastEvent = events.at(-1)?.time;
  return {
    id: basename(folder),
    folder,
    request,
    state: result?.outcome ?? ((await isAlive(folder, started?.process)) ? livingState(started, phase) : 'interrupted'),
    ...(started === undefined ? {} : { process: started.process, started: started.time }),
    ...(lastEvent === undefined ? {} : { lastEvent }),
    ...(phase === undefined ? {} : { phase }),
    ...(progress === undefined ? {} : { progress }),
    ...(expected === undefined ? {} : { expected }),
    ...(result === undefined ? {} : { result }),
    cleaned: (await modified(join(folder, jobFiles.cleaned))) !== undefined,
    events,
  };
}

/** The events in a text; a torn line (the last of a killed process, or of a full disk) is left out. */
export function parseEvents(text: string): JobEvent[] {
  const events: JobEvent[] = [];
  for (const line of text.split('\n')) {
    const event = parseEvent(line);
    if (event) events.push(event);
  }
  return events;
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
export const uncertainPhases: readonly Phase[] = ['swap', 'undo', 'release'];

/** A job process touches its events this often where nothing else is written. */
export const heartbeatMs = 5_000;

/** Without a sign of life for so long, a process that cannot be seen is taken to be gone. */
const silenceMs = 60_000;

function livingState(started: unknown, phase: Phase | undefined): JobState {
  if (started === undefined) return 'starting';
  return phase === 'stopping' ? 'stopping' : 'running';
}

function parseEvent(line: string): JobEvent | undefined {
  if (line === '') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && 'type' in value ? (value as JobEvent) : undefined;
  } catch {
    return undefined;
  }
}

function lastOf<Type extends JobEvent['type']>(
  events: readonly JobEvent[],
  type: Type,
): Extract<JobEvent, { type: Type }> | undefined {
  return events.findLast((event): event is Extract<JobEvent, { type: Type }> => event.type === type);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

async function modified(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}
