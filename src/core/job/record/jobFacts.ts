import type { Note, WaitingFacts } from '../../base/noteData';
import type { Finding } from '../../base/finding';
import type { Phase, Progress } from '../../base/progress';
import type { JobEvent, JobResult, JobStarted } from './jobEvents';

/** What the events of a job say, as far as they were read. */
export interface JobFacts {
  readonly started?: JobStarted & { readonly time: string };
  /** the last step of the work; `stopping` is none */
  readonly phase?: Phase;
  /** somebody asked it to stop */
  readonly isStopping: boolean;
  readonly progress?: Extract<Progress, { type: 'progress' }>;
  readonly expected?: Extract<Progress, { type: 'expected' }>;
  /** `login.ends`: a login ends before it is expected to be done */
  readonly lateLogin?: Extract<Finding, { code: 'login.ends' }>;
  /** it keeps the workspace awake */
  readonly keepsAwake?: true;
  /** who waits for a lock that its dump holds, as the note `locks.waiting` tells it; gone when nobody waits any more */
  readonly waiting?: WaitingFacts | undefined;
  readonly result?: JobResult;
  /** the time of the last event */
  readonly lastEvent?: string;
  /** it said that something of its own remains on a server */
  readonly saidToRemain: boolean;
}

/** Before the first event. */
export const noFacts: JobFacts = { isStopping: false, saidToRemain: false };

/** The facts with more events read. */
export function addEvents(facts: JobFacts, events: readonly JobEvent[]): JobFacts {
  return events.reduce(addEvent, facts);
}

function addEvent(before: JobFacts, event: JobEvent): JobFacts {
  const facts = { ...before, lastEvent: event.time };
  switch (event.type) {
    case 'started':
      return { ...facts, started: event };
    case 'phase':
      if (event.phase === 'stopping') return { ...facts, isStopping: true };
      // its locks end with the dump
      return { ...facts, phase: event.phase, waiting: undefined };
    case 'progress':
      return { ...facts, progress: event };
    case 'expected':
      return { ...facts, expected: event };
    case 'result':
      return { ...facts, result: event };
    case 'note':
      return addNote(facts, event);
    case 'finding':
      return event.finding.code === 'login.ends' ? { ...facts, lateLogin: event.finding } : facts;
  }
}

function addNote(facts: JobFacts, note: Note): JobFacts {
  const { code } = note;
  if (code === 'keepAwake') return { ...facts, keepsAwake: true };
  if (note.code === 'locks.waiting') return { ...facts, waiting: note.data };
  if (code === 'locks.free') return { ...facts, waiting: undefined };
  return remainCodes.includes(code) ? { ...facts, saidToRemain: true } : facts;
}

const remainCodes: readonly string[] = ['side.remains', 'roles.remain', 'sessions.remain', 'sessions.unknown'];
