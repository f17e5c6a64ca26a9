import type { JobKind, JobResult } from '../core/job/jobEvents';
import { comparisonNoteWords, differenceWords } from '../words/comparisonWords';
import { sentences, wordsFor } from '../words/errorWords';
import { findingWords } from '../words/findingWords';
import { count, duration, safe, size } from '../words/format';
import { outcomeWords } from '../words/outcomeWords';
import { cliHints } from './hints';
import type { Terminal } from './terminal';

/** Prints how a job ended, for people. */
export function printResult(
  result: JobResult,
  job: { readonly id: string; readonly folder: string; readonly kind: JobKind },
  terminal: Terminal,
): void {
  for (const finding of result.findings ?? []) terminal.error(safe(findingWords(finding, cliHints)));
  const differences = result.differences ?? [];
  for (const difference of differences.slice(0, shownDifferences)) terminal.line(safe(differenceWords(difference)));
  if (differences.length > shownDifferences) {
    terminal.line(`and ${count(differences.length - shownDifferences)} more; --json lists all`);
  }
  for (const note of result.notes ?? []) terminal.info(safe(`note: ${comparisonNoteWords(note)}`));
  if (result.error) {
    terminal.error(sentences(wordsFor(result.error.code, result.error.data, cliHints)));
    if (result.outcome === 'cancelled' && result.error.code !== 'cancelled') terminal.error('Cancelled.');
    if (result.outcome === 'failed' && result.error.code === 'internal') terminal.error(`Log: ${job.folder}/log.txt`);
    return;
  }
  terminal.line(outcomeWords(result, job.kind));
  for (const line of factLines(result.data)) terminal.line(`  ${line}`);
}

const shownDifferences = 50;

/** Facts that have a place in the text, in this order; all others are for scripts. */
const facts: readonly (readonly [key: string, name: string, format: (value: number) => string])[] = [
  ['archiveBytes', 'archive', size],
  ['tables', 'tables', count],
  ['rows', 'rows', count],
  ['seconds', 'took', duration],
  ['expectedSeconds', 'expected', duration],
  ['lockedSeconds', 'locked for', duration],
  ['pauseSeconds', 'logins waited at most', (seconds) => `${(seconds * 1000).toFixed(0)} ms`],
];

function factLines(data: Readonly<Record<string, unknown>>): string[] {
  const lines: string[] = [];
  const numbers = facts
    .filter(([key]) => typeof data[key] === 'number')
    .map(([key, name, format]) => `${name} ${format(data[key] as number)}`);
  if (numbers.length > 0) lines.push(numbers.join(' · '));
  for (const [key, words] of texts) {
    const value = data[key];
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const one of values) if (typeof one === 'string') lines.push(safe(words(one)));
  }
  return lines;
}

/** The same for texts and lists of texts. */
const texts: readonly (readonly [key: string, words: (value: string) => string])[] = [
  ['folder', (value) => value],
  ['before', (value) => `what was there before is the backup ${value}`],
  ['kept', (value) => `the database before is kept as ${value}`],
  ['undo', (value) => `to undo: ${value}`],
  ['removed', (value) => `removed ${value}`],
  ['resolved', (value) => value],
  ['remaining', (value) => `could not be removed: ${value}`],
  ['notReached', (value) => `not reached: ${value}`],
];
