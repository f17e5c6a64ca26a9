import type { JobResult } from '../core/job/record/jobEvents';
import type { JobKind } from '../core/job/request';
import { hasForgotten } from './cleanWords';
import { sameWords } from './comparisonWords';
import { duration, safe } from './format';
import type { ResultData } from '../core/job/record/resultData';
import { text, texts } from './shown';
import { t } from './language';

/** How a job ended that did not fail, in a sentence. */
export function outcomeWords(
  { outcome, data, findings = [], differences = [], notes = [] }: JobResult,
  kind: JobKind,
): string {
  const named = (key: keyof ResultData): string => safe(text(data, key) ?? '?');
  if (kind === 'diff') return outcome === 'done' ? safe(sameWords(notes)) : t`Different.`;
  if (outcome === 'prepared') {
    const listed = differences.length > 0 ? t`, with the differences that are listed` : t` and verified`;
    return t`Prepared for ${named('target')}${listed}. Nothing is replaced: ${named('side')} waits for its swap.`;
  }
  const differently = outcome === 'differences' ? t`, with the differences that are listed` : '';
  switch (kind) {
    case 'backup':
      return t`Backup ${named('backup')} is complete and verified.`;
    case 'verify':
      return outcome === 'done' ? t`Backup ${named('backup')} is whole.` : t`What was restored differs, as listed.`;
    case 'drill':
      return drilled(named('backup'), data);
    case 'restore':
    case 'copy':
      if (findings.some(({ code }) => code === 'inPlace.definitions')) {
        return t`Restored into ${named('target')}; the rows are verified, the definitions could not be compared.`;
      }
      if (differences.some(({ because }) => because !== undefined)) {
        return t`Restored into ${named('target')} without what is listed; all that is there is verified.`;
      }
      return t`Restored into ${named('target')} and verified${differently}.`;
    case 'undo':
      return t`Undone: ${named('target')} is again what it was.`;
    case 'swap':
      return t`Swapped: ${named('target')} is what job ${named('preparedBy')} prepared${differently === '' ? '' : t`, with the differences that it listed`}.`;
    case 'discard':
      return outcome === 'done'
        ? t`Discarded: what was prepared for ${named('target')} is dropped.`
        : t`What was prepared for ${named('target')} is dropped, but not all that belonged to it.`;
    case 'release':
      return released(named('target'), data);
    case 'import': {
      const backups = texts(data, 'backups').map(safe).join(', ');
      return outcome === 'done'
        ? t`Imported: backup ${backups} is complete and verified.`
        : t`Imported without what is listed: backup ${backups} is complete and verified.`;
    }
    case 'clean':
      if (data['nothing'] === true) return t`Nothing to clean.`;
      if (hasForgotten(data)) return t`Forgotten: no server was asked.`;
      return outcome === 'done' ? t`Cleaned.` : t`Cleaned, but not all is gone or known.`;
  }
}

/** A drill has an answer of its own. */
function drilled(backup: string, data: ResultData): string {
  const { recoverySeconds, because, checks = [] } = data;
  const took = typeof recoverySeconds === 'number' ? t` A recovery takes ${duration(recoverySeconds)}.` : '';
  if (because === undefined) return t`Proven: backup ${backup} came back whole and was dropped again.${took}`;
  if (because === 'drill.differs')
    return t`THE BACKUP IS BAD: what came out of ${backup} differs from what was backed up, as listed.`;
  if (because !== 'drill.unmet') {
    const reason = text(data, 'reason');
    return t`THE BACKUP IS BAD: ${backup} is not what was backed up${reason === undefined ? '' : ` (${safe(reason)})`}.`;
  }
  const unmet = checks.filter(({ outcome }) => outcome === 'unmet');
  const said = unmet.map(({ name, expect, answer }) => t`${name}: ${answer ?? '?'} instead of ${expect}`);
  return t`THE BACKUP IS BAD: ${backup} came back whole, but is not what its checks expect. ${safe(said.join('; '))}.`;
}

function released(target: string, data: ResultData): string {
  const remaining = texts(data, 'remaining');
  if (remaining.length === 0) return t`Released: what was kept for ${target} is dropped.`;
  return t`Not all that was kept for ${target} is dropped: ${remaining.map(safe).join(', ')} stays.`;
}
