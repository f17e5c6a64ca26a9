import type { Progress } from '../core/progress';

/** How much of a job is done, 0 to 100: only the dump of a backup is measured against its source; the rest has no scale. */
export function jobPercent({ percent }: Extract<Progress, { type: 'progress' }>): number {
  return percent ?? 0;
}
