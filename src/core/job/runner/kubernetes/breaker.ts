/** How a slot of a schedule ended. */
export interface PastSlot {
  readonly ended: Date;
  readonly outcome: 'done' | 'failed' | 'passed';
}

/** What is to be done with a slot. */
export type Breaker =
  { readonly open: false } | { readonly open: true; readonly failures: number; readonly until: Date };

/** So many failures in a row open it. */
export const breakerFailures = 5;
const mostPause = 24 * 3600_000;

/**
 * Whether a schedule that fails again and again is to be left alone for a while: after five failures in a row it is tried after two intervals, then four, and so on, a day at most. One success closes it. So a
 * database that is in trouble is not troubled by its backups, and one that is well again is backed up again without anybody. `past`: oldest first; what was passed over counts for nothing. Pure.
 */
export function breakerOf(past: readonly PastSlot[], intervalSeconds: number, now: Date): Breaker {
  const tried = past.filter(({ outcome }) => outcome !== 'passed');
  const lastDone = tried.findLastIndex(({ outcome }) => outcome === 'done');
  const failures = tried.slice(lastDone + 1);
  const last = failures.at(-1);
  if (last === undefined || failures.length < breakerFailures) return { open: false };
  const factor = 2 ** Math.min(failures.length - breakerFailures + 1, 20);
  const until = new Date(last.ended.getTime() + Math.min(intervalSeconds * 1000 * factor, mostPause));
  return until > now ? { open: true, failures: failures.length, until } : { open: false };
}
