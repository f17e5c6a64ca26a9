import type { JobKind } from '../core/job/request';
import type { JobResult } from '../core/job/record/jobEvents';
import { comparisonNoteWords, differenceWords } from '../words/comparisonWords';
import { findingWords } from '../words/findingWords';
import { count, safe } from '../words/format';
import { outcomeWords } from '../words/outcomeWords';
import { resultLines, resultNumbers } from '../words/resultFacts';
import { errorLines } from './errorLines';
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
    terminal.error(errorLines(result.error.code, result.error.data));
    if (result.outcome === 'cancelled' && result.error.code !== 'cancelled') terminal.error('Cancelled.');
    if (result.outcome === 'failed' && result.error.code === 'internal') terminal.error(`Log: ${job.folder}/log.txt`);
    return;
  }
  terminal.line(outcomeWords(result, job.kind));
  const numbers = resultNumbers(result.data).map(({ name, text }) => `${name} ${text}`);
  if (numbers.length > 0) terminal.line(`  ${numbers.join(' · ')}`);
  for (const line of resultLines(result.data, cliHints)) terminal.line(`  ${line}`);
}

const shownDifferences = 50;
