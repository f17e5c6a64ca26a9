import { AppError } from '../../../base/errors';
import type { Job } from '../../record/readJob';
import { operandsOf, type JobRequest } from '../../request';
import { podVariables } from './podTemplate';
import { breakerOf, type PastSlot } from './breaker';

/** Whether a slot of a schedule is to be passed over: it is paused, or fails again and again. Throws `schedule.paused` { until }, `schedule.breaker` { failures, until }. */
export function mayRunSlot(
  env: NodeJS.ProcessEnv,
  { slot, request }: { readonly slot: string; readonly request: JobRequest },
  jobs: readonly Job[],
  now = new Date(),
): void {
  const until = new Date(env[podVariables.pausedUntil] ?? '');
  if (until > now) throw new AppError('schedule.paused', { until: until.toISOString() });
  const schedule = env[podVariables.schedule] ?? '';
  const interval = Number(env[podVariables.interval]);
  // one that was asked for by hand is always done
  if (schedule === '' || !(interval > 0) || !isSlot(slot, schedule)) return;
  const breaker = breakerOf(pastSlots(jobs, schedule, operandsOf(request).join(' ')), interval, now);
  if (!breaker.open) return;
  throw new AppError('schedule.breaker', { failures: breaker.failures, until: breaker.until.toISOString() });
}

/**
 * The slots that have a record, oldest first: one that was tried more than once is one, and done where one try was. What was done by hand for the same place counts, too; what was not done by hand says
 * nothing of the schedule.
 */
function pastSlots(jobs: readonly Job[], schedule: string, place: string): PastSlot[] {
  const slots = new Map<string, PastSlot>();
  for (const { id, state, lastEvent, request } of jobs) {
    if (lastEvent === undefined) continue;
    const tried = isSlot(id, schedule) ? id : id.replace(/-\d{1,3}$/, '');
    const isIts = isSlot(tried, schedule);
    if (!isIts && !(state === 'done' && operandsOf(request).join(' ') === place)) continue;
    const before = slots.get(tried);
    const outcome = state === 'done' || before?.outcome === 'done' ? 'done' : 'failed';
    const ended = new Date(Math.max(Date.parse(lastEvent), before?.ended.getTime() ?? 0));
    slots.set(tried, { ended, outcome });
  }
  return [...slots.values()].sort((a, b) => a.ended.getTime() - b.ended.getTime());
}

/** The CronJob controller ends a Job's name with the minutes of its slot since 1970. */
function isSlot(id: string, schedule: string): boolean {
  return id.startsWith(`${schedule}-`) && /^\d{7,9}$/.test(id.slice(schedule.length + 1));
}
