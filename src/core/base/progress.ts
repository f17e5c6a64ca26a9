import type { Finding } from './finding';
import type { Log } from './log';
import type { Note } from './noteData';

/** What a running piece of work says about itself. Data, never a call into a user interface; at most 4 a second. */
export type Progress =
  | { type: 'phase'; phase: Phase }
  | {
      type: 'progress';
      phase: Phase;
      /** bytes moved in this phase */
      bytes: number;
      /** 0..100; absent while it cannot be known */
      percent?: number;
      /** bytes per second over the last seconds */
      rate?: number;
      /** seconds to the end: of the step where a step reports it, of the job in a job's events; absent until the rate is steady */
      secondsLeft?: number;
      /** the table in work, `schema.table` */
      table?: string;
      /** what goes on at the same time, where that is another step: a restore that follows its dump */
      beside?: { readonly phase: Phase; readonly bytes: number; readonly table?: string };
    }
  | { type: 'expected'; bytes?: number; seconds?: number; basis: 'last run' | 'size' }
  | { type: 'finding'; finding: Finding }
  | Note;

/** The steps a person sees, in the order in which they can come. */
export type Phase =
  | 'preflight'
  | 'dump'
  | 'read'
  | 'seal'
  | 'definitions'
  | 'restore'
  | 'indexes'
  | 'analyze'
  | 'verify'
  | 'prepare'
  | 'properties'
  | 'swap'
  | 'commit'
  | 'compare'
  | 'undo'
  | 'release'
  | 'discard'
  | 'clean'
  | 'stopping';

/** Receives progress. Must not throw and must not block. */
export type Report = (progress: Progress) => void;

/** What every longer piece of work is given: how to report, how it is cancelled, where it writes its log. */
export interface Work {
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly log: Log;
}
