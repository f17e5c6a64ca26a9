import { AppError } from '../../../base/errors';
import type { Job } from '../../record/readJob';
import { podVariables } from './podTemplate';
import { breakerOf, type PastSlot } from './breaker';

/** Whether a slot of a schedule is to be passed over: it is paused, or fails again and again. Throws `schedule.paused` { until }, `schedule.breaker` { failures, until }. */
export function mayRunSlot(env: NodeJS.ProcessEnv, slot: string, jobs: readonly Job[], now = new Date()): void {
  const until = new Date(env[podVariables.pausedUntil] ?? '');
  if (until > now) throw new AppError('schedule.paused', { until: until.toISOString() });
  const schedule = env[podVariables.schedule] ?? '';
  const interval = Number(env[podVariables.interval]);
  // one that was asked for by hand is always done
  if (schedule === '' || !(interval > 0) || !isSlot(slot, schedule)) return;
  const breaker = breakerOf(pastSlots(jobs, schedule), interval, now);
  if (!breaker.open) return;
  throw new AppError('schedule.breaker', { failures: breaker.failures, until: breaker.until.toISOString() });
}

/** The slots that have a record, oldest first. */
function pastSlots(jobs: readonly Job[], schedule: string): PastSlot[] {
  return jobs
    .filter(({ id }) => isSlot(id.replace(/-\d{1,3}$/, ''), schedule) || isSlot(id, schedule))
    .flatMap(({ state, lastEvent }) => {
      if (lastEvent === undefined) return [];
      return [{ ended: new Date(lastEvent), outcome: state === 'done' ? ('done' as const) : ('failed' as const) }];
    })
    .sort((a, b) => a.ended.getTime() - b.ended.getTime());
}

/** The CronJob controller ends a Job's name with the minutes of its slot since 1970. */
function isSlot(id: string, schedule: string): boolean {
  return id.startsWith(`${schedule}-`) && /^\d{7,9}$/.test(id.slice(schedule.length + 1));
}
