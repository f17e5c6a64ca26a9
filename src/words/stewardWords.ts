import type { TickReport } from '../core/fleet/steward/tick';
import { safe } from './format';
import { t } from './language';
import { some } from './some';

/** What a look at requests came to, line by line. */
export function tickLines({ requests, timedOut, expired, removed, overdue, told }: TickReport): string[] {
  return [
    t`${some(requests.length, 'request')} looked after.`,
    ...timedOut.map((name) => safe(t`${name}: nobody decided in time; it is closed.`)),
    ...expired.map((name) => safe(t`${name}: what was approved has expired; it is closed.`)),
    ...removed.map(({ right }) => safe(t`The right ${right} is over, and is removed.`)),
    ...overdue.map(({ right }) => safe(t`The right ${right} is over, and could NOT be removed.`)),
    ...(told.accepted === 0 ? [] : [t`${some(told.accepted, 'message')} sent.`]),
    ...(told.pending === 0 ? [] : [t`${some(told.pending, 'message')} not taken yet; tried again.`]),
  ];
}
