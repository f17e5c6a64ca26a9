import type { Phase, Progress } from '../core/base/progress';
import { duration, localTime, safe, size } from './format';

/** The line of a moment: phase, percent, size, rate, end time, table. */
export function progressText(progress: Extract<Progress, { type: 'progress' }>, now = Date.now()): string {
  const { percent, rate, secondsLeft, table } = progress;
  const parts = [
    phaseWords[progress.phase],
    percent === undefined ? undefined : `${Math.floor(percent)} %`,
    progress.bytes > 0 ? size(progress.bytes) : undefined,
    rate === undefined ? undefined : `${size(rate)}/s`,
    secondsLeft === undefined
      ? undefined
      : `${aboutSeconds(secondsLeft)} left, until ${localTime(new Date(now + secondsLeft * 1000).toISOString()).slice(11)}`,
    table === undefined ? undefined : safe(table),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** An estimate promises no tenths. */
function aboutSeconds(seconds: number): string {
  return seconds < 60 ? `about ${Math.max(1, Math.round(seconds))} s` : `about ${duration(seconds)}`;
}

/** What people read for each phase. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  preflight: 'looking before anything is changed',
  dump: 'dumping',
  read: 'reading the archive',
  seal: 'sealing the backup',
  definitions: 'making tables, types and functions',
  restore: 'restoring',
  indexes: 'building indexes and constraints',
  analyze: 'gathering statistics',
  verify: 'verifying',
  prepare: 'closing the side database for its swap',
  properties: "carrying over the database's properties",
  swap: 'exchanging the databases',
  commit: 'committing the restore in place',
  compare: 'comparing the definitions with the backup',
  undo: 'putting the old database back',
  release: 'dropping the kept database',
  discard: 'dropping the prepared database',
  clean: 'cleaning up',
  stopping: 'stopping',
};

/** What a job expects of itself: size and time. */
export function expectedText({ bytes, seconds, basis }: Extract<Progress, { type: 'expected' }>): string {
  const parts = [bytes === undefined ? undefined : size(bytes), seconds === undefined ? undefined : duration(seconds)];
  return `expected: ${parts.filter((part) => part !== undefined).join(' in ')} (by ${basisWords[basis]})`;
}

/** What an expectation rests on. */
export const basisWords = { size: 'its size', 'last run': 'the last run' } as const;
