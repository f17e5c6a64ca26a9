import { AppError, type ErrorCode } from '../../base/errors';
import type { Finding } from '../../base/finding';
import type { Difference } from '../../postgres/archive/reading';
import type { Phase } from '../../base/progress';
import type { JobResult } from '../record/jobEvents';
import type { JobDone } from './jobContext';
import { uncertainPhases } from '../record/readJob';

/** What a job had reached when an error ended it. */
export interface Circumstances {
  /** its own id */
  readonly job: string;
  /** the last phase it was in, `stopping` left out */
  readonly phase?: Phase;
  /** somebody asked it to stop */
  readonly stopped: boolean;
}

/** How a job ended that threw: the outcome and exit code of each error. */
export function failedResult(error: AppError, { job, phase, stopped }: Circumstances): JobResult {
  const outcome = outcomeOf(error.code, phase, stopped);
  const { code, data } = outcome === 'unknown' ? unknown(error, job) : error;
  const { findings, differences } = data;
  return {
    type: 'result',
    outcome,
    exitCode: misuse.includes(code) ? 2 : exitCodes[outcome],
    error: { code, data },
    ...(Array.isArray(findings) ? { findings: findings as Finding[] } : {}),
    ...(Array.isArray(differences) ? { differences: differences as Difference[] } : {}),
    data: phase === undefined ? {} : { phase },
  };
}

/** Whatever made it so, the way out of it is the same: by the id of this job, also where the error names the one it undoes. */
function unknown({ code, data }: AppError, job: string): AppError {
  return new AppError('restore.unknown', { ...data, ...(code === 'restore.unknown' ? {} : { unforeseen: true }), job });
}

/** The exit code of each outcome, as scripts see it. */
export const exitCodes = {
  done: 0,
  failed: 1,
  differences: 3,
  // with differences that were accepted: 3
  prepared: 0,
  refused: 4,
  unknown: 5,
  cancelled: 130,
} as const satisfies Record<JobResult['outcome'], JobResult['exitCode']>;

/** The exit code of a job that did not throw. Prepared with differences is as much a difference as restored with them. */
export function exitCodeOf({ outcome, differences = [] }: JobDone): JobResult['exitCode'] {
  return outcome === 'prepared' && differences.length > 0 ? exitCodes.differences : exitCodes[outcome];
}

/** What was asked for cannot be: seen only with the facts of the place. */
const misuse: readonly ErrorCode[] = ['usage', 'reference.invalid', 'request.changed'];

/** Refused before anything was tried, by a rule or by another job. */
const refusals: readonly ErrorCode[] = [
  'restore.refused',
  'restore.claimed',
  'audit.unwritable',
  'prepare.nothing',
  'prepare.several',
  'prepare.claimed',
  'backup.refused',
  'policy.refused',
  'policy.early',
  'approval.unknown',
  'approval.unreadable',
  'approval.refused',
  'policy.invalid',
  'policy.unreadable',
  'release.slots',
  'target.busy',
  'schedule.paused',
  'schedule.breaker',
  ...misuse,
];

/** Refusals while the preflight looks around; later they are failures. */
const refusalsInPreflight: readonly ErrorCode[] = ['disk.full', 'disk.targetFull'];

const unforeseen: readonly ErrorCode[] = ['internal', 'disk.full'];

function outcomeOf(code: ErrorCode, phase: Phase | undefined, stopped: boolean): JobResult['outcome'] {
  if (code === 'restore.unknown') return 'unknown';
  // what nobody foresaw, while names were being exchanged, proves nothing about the server; nor does a full disk here
  if (unforeseen.includes(code) && phase !== undefined && uncertainPhases.includes(phase)) return 'unknown';
  if (stopped || code === 'cancelled') return 'cancelled';
  if (refusals.includes(code)) return 'refused';
  if (refusalsInPreflight.includes(code) && (phase === undefined || phase === 'preflight')) return 'refused';
  return 'failed';
}
