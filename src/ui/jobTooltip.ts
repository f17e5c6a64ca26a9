import { formatReference } from '../core/cluster/reference';
import { operandsOf } from '../core/job/request';
import type { Job } from '../core/job/record/readJob';
import { fateWords } from '../words/cleanWords';
import { waitingText } from '../words/noteWords';
import { basisWords } from '../words/progressWords';
import { capital } from './findingLines';
import { duration, localTime } from './format';
import { jobState, jobTitle } from './jobWords';
import { t } from '../words/language';

/** What its row has no room for: the places in full, who asked and why, what it is expected to take, and what it does to others. */
export function jobTooltip(job: Job): string {
  const { request, started, expected, keepsAwake, waiting, resolved } = job;
  const { by, reason } = request.asked;
  return [
    `${jobTitle(job)}: ${jobState(job)}`,
    placesOf(job),
    t`asked by ${by}${reason === undefined ? '' : `: ${reason}`}`,
    started === undefined ? '' : t`started ${localTime(started)}`,
    expected?.seconds === undefined
      ? ''
      : t`expected to take ${duration(expected.seconds)}, by ${basisWords()[expected.basis]}`,
    keepsAwake ? t`keeps the workspace awake` : '',
    waiting === undefined ? '' : capital(waitingText(waiting)),
    resolved === undefined ? '' : capital(fateWords(resolved)),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** The places a job works on, in full: titles name databases and pods only. '' for what works on all. */
export function placesOf({ request }: Pick<Job, 'request'>): string {
  const where = request.kind === 'drill' ? request.into : request.kind === 'verify' ? request.deep : undefined;
  const deep = where === undefined ? [] : [formatReference(where)];
  return [...operandsOf(request), ...deep].join(' → ');
}
