import type { JobWork } from '../core/job/request';
import { sharesOf } from '../core/job/record/phaseShares';
import type { Progress } from '../core/base/progress';

type Moment = Extract<Progress, { type: 'progress' } | { type: 'phase' }>;

/**
 * How much of a job is done, 0 to 100; undefined where nobody knows. Each phase has its share of the whole, as measured on databases of
 * 1 GB; within it the bytes count. A phase without a scale counts when the next one begins.
 */
export function jobPercent(request: JobWork, moment: Moment): number | undefined {
  let before = 0;
  for (const [phase, share] of sharesOf(request)) {
    if (phase !== moment.phase) before += share;
    else return before + (share * (moment.type === 'progress' ? (moment.percent ?? 0) : 0)) / 100;
  }
  return undefined;
}
