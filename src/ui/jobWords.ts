import { isLiving, type Job } from '../core/job/record/readJob';
import type { Phase } from '../core/base/progress';
import { jobPlace } from '../words/jobTitle';
import { phaseWords } from '../words/progressWords';
import { ago, duration, size } from './format';
import { jobPercent } from './jobPercent';
import { t } from '../words/language';

export { jobLabel, jobTitle } from '../words/jobTitle';

/** How far it is, or how it ended, and when. */
export function jobState(job: Job): string {
  return `${stateOf(job)}${whenOf(job)}`;
}

/** The dimmed part of its row: what one looks for first stands first, since little of it can be seen. `42 % · 12 s left · pg16-0 (cluster-b) · restoring` */
export function jobRowState(job: Job): string {
  const { progress, phase, state } = job;
  const place = jobPlace(job);
  const at = place === '' ? '' : ` · ${place}`;
  if (state !== 'running' || job.waiting !== undefined) return `${stateOf(job)}${at}${whenOf(job)}`;
  const now = progress?.phase === phase ? progress : undefined;
  const percent = now && jobPercent(job.request, now);
  const far = [
    percent === undefined ? undefined : `${Math.floor(percent)} %`,
    now?.secondsLeft === undefined ? undefined : t`${duration(now.secondsLeft)} left`,
  ].filter((part) => part !== undefined);
  return far.length === 0 ? `${phaseText(phase)}${at}` : `${far.join(' · ')}${at} · ${phaseText(phase)}`;
}

function whenOf({ state, lastEvent }: Job): string {
  return lastEvent === undefined || isLiving({ state }) ? '' : ` · ${ago(lastEvent)}`;
}

function stateOf(job: Job): string {
  const { state, progress, phase, lastEvent, started, cleaned, resolved } = job;
  const took = started !== undefined && lastEvent !== undefined ? t` in ${seconds(started, lastEvent)}` : '';
  switch (state) {
    case 'starting':
      return t`starting`;
    case 'stopping':
      return t`stopping…`;
    case 'running': {
      const now = progress && progress.phase === phase ? shortProgress(progress) : phaseText(phase);
      return job.waiting === undefined ? now : t`${now} · others wait for its locks`;
    }
    case 'done':
      return t`done${took}`;
    case 'prepared':
      return preparedState(job);
    case 'differences':
      return differences(job);
    case 'interrupted':
      return cleaned ? t`interrupted, cleaned up` : t`interrupted`;
    case 'unknown':
      if (resolved !== undefined) return t`outcome was unknown, found out`;
      return cleaned ? t`outcome unknown, given up` : t`outcome unknown`;
    case 'refused':
    case 'failed':
    case 'cancelled':
      return state;
  }
}

/** `412 MB · 96 MB/s · 40 s left · shop.orders` */
export function shortProgress(progress: NonNullable<Job['progress']>): string {
  const { phase, percent, bytes, rate, secondsLeft } = progress;
  return [
    phase === 'dump' ? undefined : phaseText(phase),
    percent === undefined ? undefined : `${Math.floor(percent)} %`,
    bytes > 0 ? size(bytes) : undefined,
    rate === undefined ? undefined : `${size(rate)}/s`,
    secondsLeft === undefined ? undefined : t`${duration(secondsLeft)} left`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

export function phaseText(phase: Phase | undefined): string {
  return phase === undefined ? t`starting` : phaseWords()[phase];
}

function differences({ request: { kind }, result }: Job): string {
  if (kind === 'clean') return t`not all is gone or known`;
  const number = result?.differences?.length;
  if (number === undefined) return t`with differences`;
  return number === 1 ? t`one difference` : t`${number} differences`;
}

/** It waits until somebody does something: how long, and what it takes meanwhile, are seen without a click. */
function preparedState({ settled, result }: Job): string {
  if (settled !== undefined) return settled.how === 'gone' ? t`prepared, gone since` : t`prepared, ${settled.how}`;
  const bytes = result?.data['sideBytes'];
  return t`prepared, waits for its swap${typeof bytes === 'number' ? ` (${size(bytes)})` : ''}`;
}

function seconds(from: string, to: string): string {
  return duration(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}
