import type { Job } from '../core/job/record/readJob';
import { duration } from './format';
import { phaseWords } from './progressWords';
import { t } from './language';

/** What a person reads for a job's state. */
export function stateText({
  state,
  cleaned,
  phase,
  settled,
}: Pick<Job, 'state' | 'cleaned' | 'phase' | 'settled'>): string {
  if (state === 'prepared') return settled === undefined ? t`prepared, waits` : t`prepared, ${settled.how}`;
  if (state === 'interrupted') return cleaned ? t`interrupted, cleaned` : t`interrupted`;
  return state === 'running' && phase !== undefined ? t`running: ${phaseWords()[phase]}` : state;
}

/** How long a job took, or has been running. */
export function tookText({ started, lastEvent, result }: Pick<Job, 'started' | 'lastEvent' | 'result'>): string {
  if (started === undefined) return '';
  const end = result === undefined || lastEvent === undefined ? Date.now() : Date.parse(lastEvent);
  return duration(Math.max(0, (end - Date.parse(started)) / 1000));
}
