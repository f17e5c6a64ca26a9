import type { NotifyWords } from '../core/fleet/notify/notifySink';
import { differenceWords } from '../words/comparisonWords';
import { sentences, wordsFor } from '../words/errorWords';
import { findingWords } from '../words/findingWords';
import { jobTitle } from '../words/jobTitle';
import { messageWords } from '../words/messageTemplates';
import { outcomeWords } from '../words/outcomeWords';
import { phaseWords, progressText } from '../words/progressWords';
import { resultLines, resultNumbers } from '../words/resultFacts';
import { cliHints } from './hints';

/** What messages to people say of a job. */
export const notifyWords: NotifyWords = {
  title: jobTitle,
  outcome: (result, { kind }) =>
    result.error
      ? sentences(wordsFor(result.error.code, result.error.data, cliHints)).replaceAll('\n', ' ')
      : outcomeWords(result, kind),
  lines: (result) =>
    [
      ...(result.findings ?? []).filter(({ level }) => level !== 'note').map((one) => findingWords(one, cliHints)),
      ...(result.differences ?? []).slice(0, most).map(differenceWords),
      ...resultNumbers(result.data).map(({ name, text }) => `${name} ${text}`),
      ...resultLines(result.data, cliHints),
    ].slice(0, most),
  progress: (event) => (event.type === 'progress' ? progressText(event) : phaseWords()[event.phase]),
  report: (job) => `db-ferry report ${job}`,
  messages: messageWords,
};

const most = 40;
