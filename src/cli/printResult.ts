import type { JobKind, JobResult } from '../core/job/jobEvents';
import type { ComparisonNote, Difference } from '../core/postgres/archive/reading';
import { count, duration, safe, size } from './format';
import type { Terminal } from './terminal';
import { findingWords } from './findingWords';
import { sentences, wordsFor } from './words';

/** Prints how a job ended, for people. */
export function printResult(
  result: JobResult,
  job: { readonly id: string; readonly folder: string; readonly kind: JobKind },
  terminal: Terminal,
): void {
  for (const finding of result.findings ?? []) terminal.error(safe(findingWords(finding)));
  const differences = result.differences ?? [];
  for (const difference of differences.slice(0, shownDifferences)) terminal.line(safe(differenceWords(difference)));
  if (differences.length > shownDifferences) {
    terminal.line(`and ${count(differences.length - shownDifferences)} more; --json lists all`);
  }
  for (const note of result.notes ?? []) terminal.info(safe(`note: ${comparisonNoteWords(note)}`));
  if (result.error) {
    terminal.error(sentences(wordsFor(result.error.code, result.error.data)));
    if (result.outcome === 'cancelled' && result.error.code !== 'cancelled') terminal.error('Cancelled.');
    if (result.outcome === 'failed' && result.error.code === 'internal') terminal.error(`Log: ${job.folder}/log.txt`);
    return;
  }
  terminal.line(headline(result, job.kind));
  for (const line of factLines(result.data)) terminal.line(`  ${line}`);
}

/** One difference of a comparison; left and right are the operands in their order. */
export function differenceWords(difference: Difference): string {
  switch (difference.kind) {
    case 'rows':
      return `${difference.table}: ${count(difference.left)} rows and ${count(difference.right)} rows`;
    case 'content':
      return `${difference.table}: other contents in the same number of rows (${count(difference.rows)})`;
    case 'columns':
      return `${difference.table}: columns ${difference.left.join(', ')} and ${difference.right.join(', ')}`;
    case 'table':
      return `${difference.table}: missing on the ${difference.missing}`;
    case 'sequence':
      return `sequence ${difference.sequence}: ${difference.left ?? 'missing'} and ${difference.right ?? 'missing'}`;
    case 'largeObjects':
      return `large objects: ${difference.what} differ (${count(difference.left)} and ${count(difference.right)})`;
    case 'definition':
      return `${difference.what} ${difference.name}: ${difference.change.replace('missing', 'missing on the')}`;
  }
}

const shownDifferences = 50;

function comparisonNoteWords({ code, data }: ComparisonNote): string {
  const of = (key: string): string => (typeof data[key] === 'string' ? data[key] : JSON.stringify(data[key] ?? ''));
  const words = {
    columnOrder: () => `the columns of ${of('table')} stand in another order`,
    wording: () => `worded differently: ${Object.keys(data).map(of).join(', ')}`,
    leftOut: () => `left out on purpose: ${of('kind')} (${of('count')})`,
    majorsDiffer: () =>
      `majors ${of('left')} and ${of('right')} word tables, views and functions differently: these were compared by name and owner`,
  } satisfies Record<ComparisonNote['code'], () => string>;
  return words[code]();
}

function headline({ outcome, data }: JobResult, kind: JobKind): string {
  const named = (key: string): string => safe(typeof data[key] === 'string' ? data[key] : '?');
  if (kind === 'diff') return outcome === 'done' ? 'The same.' : 'Different.';
  const differently = outcome === 'differences' ? ', with the differences above' : '';
  switch (kind) {
    case 'backup':
      return `Backup ${named('backup')} is complete and verified.`;
    case 'verify':
      return outcome === 'done' ? `Backup ${named('backup')} is whole.` : 'What was restored differs, as listed above.';
    case 'restore':
    case 'copy':
      return `Restored into ${named('target')} and verified${differently}.`;
    case 'undo':
      return `Undone: ${named('target')} is again what it was.`;
    case 'release':
      return `Released: what was kept for ${named('target')} is dropped.`;
    case 'clean':
      if (data['nothing'] === true) return 'Nothing to clean.';
      return outcome === 'done' ? 'Cleaned.' : 'Cleaned, but not all.';
  }
}

/** Facts that have a place in the text, in this order; all others are for scripts. */
const facts: readonly (readonly [key: string, name: string, format: (value: number) => string])[] = [
  ['archiveBytes', 'archive', size],
  ['tables', 'tables', count],
  ['rows', 'rows', count],
  ['seconds', 'took', duration],
  ['expectedSeconds', 'expected', duration],
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
  ['kept', (value) => `the database before is kept as ${value}`],
  ['undo', (value) => `to undo: ${value}`],
  ['removed', (value) => `removed ${value}`],
  ['resolved', (value) => value],
  ['remaining', (value) => `could not be removed: ${value}`],
  ['notReached', (value) => `not reached: ${value}`],
];
