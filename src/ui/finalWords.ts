import { some } from '../words/some';
import type { JobResult } from '../core/job/record/jobEvents';
import type { Job } from '../core/job/record/readJob';
import { fatesOf } from '../words/cleanWords';
import { differenceWords } from '../words/comparisonWords';
import { outcomeWords } from '../words/outcomeWords';
import { count, duration, size } from './format';
import { capital } from './findingLines';
import { jobTitle } from './jobWords';
import { t } from '../words/language';

/** How a job ended that did not fail: what it was about, the sentence of its kind, and the figures. */
export function finalWords(job: Pick<Job, 'request'>, result: JobResult): string {
  const facts = figures(result.data);
  const outcome = outcomeWords(result, job.request.kind);
  // what became of a job is the news of its clean-up
  const found = fatesOf(result.data).map(capital);
  return `${jobTitle(job)}: ${[outcome, ...whatDiffers(result), ...found.slice(0, mostFound), facts === '' ? '' : `${facts}.`].join(' ').trim()}`;
}

/** The first differences, and how many more there are. */
function whatDiffers({ differences = [] }: JobResult): string[] {
  if (differences.length === 0) return [];
  const more = differences.length - mostFound;
  const shown = differences.slice(0, mostFound).map(differenceWords);
  return [`${[...shown, ...(more > 0 ? [t`${count(more)} more`] : [])].join('; ')}.`];
}

/** a notification is no report */
const mostFound = 2;

function figures(data: JobResult['data']): string {
  const words = [
    figure(data['archiveBytes'], size),
    figure(data['tables'], (value) => some(value, 'table')),
    figure(data['rows'], (value) => some(value, 'row')),
    figure(data['seconds'], duration),
    figure(data['pauseSeconds'] === 0 ? undefined : data['pauseSeconds'], pauseWords),
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** a database that is made new keeps nobody waiting */
function pauseWords(seconds: number): string {
  return t`logins waited ${Math.round(seconds * 1000)} ms`;
}

function figure(value: unknown, words: (value: number) => string): string | undefined {
  return typeof value === 'number' ? words(value) : undefined;
}
