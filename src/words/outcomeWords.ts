import type { JobResult } from '../core/job/record/jobEvents';
import type { JobKind } from '../core/job/request';
import { sameWords } from './comparisonWords';
import { safe } from './format';
import type { ResultData } from '../core/job/record/resultData';
import { text, texts } from './shown';

/** How a job ended that did not fail, in a sentence. */
export function outcomeWords(
  { outcome, data, findings = [], differences = [], notes = [] }: JobResult,
  kind: JobKind,
): string {
  const named = (key: keyof ResultData): string => safe(text(data, key) ?? '?');
  if (kind === 'diff') return outcome === 'done' ? safe(sameWords(notes)) : 'Different.';
  if (outcome === 'prepared') {
    const listed = differences.length > 0 ? ', with the differences that are listed' : ' and verified';
    return `Prepared for ${named('target')}${listed}. Nothing is replaced: ${named('side')} waits for its swap.`;
  }
  const differently = outcome === 'differences' ? ', with the differences that are listed' : '';
  switch (kind) {
    case 'backup':
      return `Backup ${named('backup')} is complete and verified.`;
    case 'verify':
      return outcome === 'done' ? `Backup ${named('backup')} is whole.` : 'What was restored differs, as listed.';
    case 'restore':
    case 'copy':
      if (findings.some(({ code }) => code === 'inPlace.definitions')) {
        return `Restored into ${named('target')}; the rows are verified, the definitions could not be compared.`;
      }
      if (differences.some(({ because }) => because !== undefined)) {
        return `Restored into ${named('target')} without what is listed; all that is there is verified.`;
      }
      return `Restored into ${named('target')} and verified${differently}.`;
    case 'undo':
      return `Undone: ${named('target')} is again what it was.`;
    case 'swap':
      return `Swapped: ${named('target')} is what job ${named('preparedBy')} prepared${differently === '' ? '' : ', with the differences that it listed'}.`;
    case 'discard':
      return outcome === 'done'
        ? `Discarded: what was prepared for ${named('target')} is dropped.`
        : `What was prepared for ${named('target')} is dropped, but not all that belonged to it.`;
    case 'release':
      return released(named('target'), data);
    case 'import': {
      const backups = texts(data, 'backups').map(safe).join(', ');
      return outcome === 'done'
        ? `Imported: backup ${backups} is complete and verified.`
        : `Imported without what is listed: backup ${backups} is complete and verified.`;
    }
    case 'clean':
      if (data['nothing'] === true) return 'Nothing to clean.';
      if (Array.isArray(data['forgotten']) && data['forgotten'].length > 0) return 'Forgotten: no server was asked.';
      return outcome === 'done' ? 'Cleaned.' : 'Cleaned, but not all is gone or known.';
  }
}

function released(target: string, data: ResultData): string {
  const remaining = texts(data, 'remaining');
  if (remaining.length === 0) return `Released: what was kept for ${target} is dropped.`;
  return `Not all that was kept for ${target} is dropped: ${remaining.map(safe).join(', ')} stays.`;
}
