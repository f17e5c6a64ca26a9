import type { Job } from '../core/job/record/readJob';
import type { Phase } from '../core/base/progress';
import { phaseWords } from '../words/progressWords';
import { ago, duration, size } from './format';

export { jobTitle } from '../words/jobTitle';

/** How far it is, or how it ended: the dimmed part of its row. */
export function jobState(job: Job): string {
  const { state, progress, phase, lastEvent, started, cleaned, resolved } = job;
  const when = lastEvent === undefined ? '' : ` · ${ago(lastEvent)}`;
  const took = started !== undefined && lastEvent !== undefined ? ` in ${seconds(started, lastEvent)}` : '';
  switch (state) {
    case 'starting':
      return 'starting';
    case 'stopping':
      return 'stopping…';
    case 'running': {
      const now = progress && progress.phase === phase ? shortProgress(progress) : phaseText(phase);
      return job.waiting === undefined ? now : `${now} · others wait for its locks`;
    }
    case 'done':
      return `done${took}${when}`;
    case 'differences':
      return `${differences(job)}${when}`;
    case 'interrupted':
      return cleaned ? `interrupted, cleaned up${when}` : `interrupted${when}`;
    case 'unknown':
      if (resolved !== undefined) return `outcome was unknown, found out${when}`;
      return cleaned ? `outcome unknown, given up${when}` : `outcome unknown${when}`;
    case 'refused':
      return `refused${when}`;
    case 'failed':
    case 'cancelled':
      return `${state}${when}`;
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
    secondsLeft === undefined ? undefined : `${duration(secondsLeft)} left`,
  ]
    .filter((part) => part !== undefined)
    .join(' · ');
}

export function phaseText(phase: Phase | undefined): string {
  return phase === undefined ? 'starting' : phaseWords[phase];
}

function differences({ request: { kind }, result }: Job): string {
  if (kind === 'clean') return 'not all is gone or known';
  const number = result?.differences?.length;
  if (number === undefined) return 'with differences';
  return number === 1 ? 'one difference' : `${number} differences`;
}

function seconds(from: string, to: string): string {
  return duration(Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000));
}
