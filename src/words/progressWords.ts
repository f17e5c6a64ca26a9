import type { Phase, Progress } from '../core/base/progress';
import { duration, localTime, safe, size } from './format';
import { t } from './language';

/** The line of a moment: phase, percent, size, rate, end time, table. */
export function progressText(progress: Extract<Progress, { type: 'progress' }>, now = Date.now()): string {
  const { percent, rate, secondsLeft, table, beside } = progress;
  const parts = [
    phaseWords()[progress.phase],
    percent === undefined ? undefined : `${Math.floor(percent)} %`,
    progress.bytes > 0 ? size(progress.bytes) : undefined,
    rate === undefined ? undefined : `${size(rate)}/s`,
    secondsLeft === undefined
      ? undefined
      : t`${aboutSeconds(secondsLeft)} left, until ${localTime(new Date(now + secondsLeft * 1000).toISOString()).slice(11)}`,
    table === undefined ? undefined : safe(table),
    beside && `${phaseWords()[beside.phase]} ${size(beside.bytes)}`,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** An estimate promises no tenths. */
function aboutSeconds(seconds: number): string {
  return seconds < 60 ? t`about ${Math.max(1, Math.round(seconds))} s` : t`about ${duration(seconds)}`;
}

/** What people read for each phase. */
export const phaseWords = (): Readonly<Record<Phase, string>> => ({
  preflight: t`looking before anything is changed`,
  dump: t`dumping`,
  read: t`reading the archive`,
  seal: t`sealing the backup`,
  definitions: t`making tables, types and functions`,
  restore: t`restoring`,
  indexes: t`building indexes and constraints`,
  analyze: t`gathering statistics`,
  verify: t`verifying`,
  prepare: t`closing the side database for its swap`,
  properties: t`carrying over the database's properties`,
  swap: t`exchanging the databases`,
  commit: t`committing the restore in place`,
  compare: t`comparing the definitions with the backup`,
  undo: t`putting the old database back`,
  release: t`dropping the kept database`,
  discard: t`dropping the prepared database`,
  clean: t`cleaning up`,
  stopping: t`stopping`,
});

/** What a job expects of itself: size and time. */
export function expectedText({ bytes, seconds, basis }: Extract<Progress, { type: 'expected' }>): string {
  const parts = [bytes === undefined ? undefined : size(bytes), seconds === undefined ? undefined : duration(seconds)];
  return t`expected: ${parts.filter((part) => part !== undefined).join(t` in `)} (by ${basisWords()[basis]})`;
}

/** What an expectation rests on. */
export const basisWords = () => ({ size: t`its size`, 'last run': t`the last run` }) as const;
