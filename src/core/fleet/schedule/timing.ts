import { createHash } from 'node:crypto';
import { Cron } from 'croner';
import { AppError } from '../../base/errors';

/** When a schedule runs: what stands in its CronJob. */
export interface Timing {
  /** five fields, as cron and Kubernetes read them */
  readonly cron: string;
  /** an IANA name */
  readonly zone: string;
  /** the least time from one slot to the next, in seconds */
  readonly interval: number;
}

/** Hours in which nothing runs unless it was asked for: a change of the clock leaves one of them out, or has it twice. */
const oddHours: readonly number[] = [1, 2, 3];
const nightHours = [20, 21, 22, 23, 0, 4, 5] as const;
const mostText = 200;

/**
 * What `daily`, `weekly`, `hourly` or five fields of cron mean for a place. Of a word, minute and hour come from the place, so that many databases do not begin at once, and each begins at the
 * same time for ever; never between 01:00 and 03:59. Throws `usage` { rule: 'schedule.at' | 'retention.zone' }. Pure but for the calendar.
 */
export function timingOf(at: string, zone: string, place: string): Timing {
  if (!isZone(zone)) throw new AppError('usage', { rule: 'retention.zone', zone });
  const hash = createHash('sha256').update(place).digest();
  const minute = hash.readUInt16BE(0) % 60;
  const hour = nightHours[hash.readUInt16BE(2) % nightHours.length] ?? 0;
  const words: Readonly<Partial<Record<string, string>>> = {
    hourly: `${minute} * * * *`,
    daily: `${minute} ${hour} * * *`,
    weekly: `${minute} ${hour} * * 0`,
  };
  const cron = words[at] ?? at.trim().replaceAll(/\s+/g, ' ');
  return { cron, zone, interval: intervalOf(cron, at) };
}

/** True where a daily or rarer schedule begins in an hour that the clock may leave out or repeat. Pure. */
export function isInOddHours({ cron }: Pick<Timing, 'cron'>): boolean {
  const hour = cron.split(' ')[1] ?? '*';
  return /^\d+$/.test(hour) && oddHours.includes(Number(hour));
}

/** The next slots after a moment. */
export function nextSlots({ cron, zone }: Pick<Timing, 'cron' | 'zone'>, after: Date, count = 1): readonly Date[] {
  return new Cron(cron, { timezone: zone, mode: '5-part' }).nextRuns(count, after);
}

/** The least gap of the next sixty slots, in seconds: in UTC, where no clock is changed. */
function intervalOf(cron: string, said: string): number {
  const refuse = (): AppError => new AppError('usage', { rule: 'schedule.at', at: said.slice(0, mostText) });
  // what Kubernetes does not read, or reads otherwise, is no schedule: seconds, years, L, W, #, names with @
  if (cron.length > mostText || !/^[\d*/, A-Za-z-]+$/.test(cron) || cron.split(' ').length !== 5) throw refuse();
  if (/[LW]/.test(cron.split(' ')[2] ?? '')) throw refuse();
  let runs: readonly Date[];
  try {
    runs = new Cron(cron, { timezone: 'UTC', mode: '5-part' }).nextRuns(60, new Date('2026-01-01T00:00:00Z'));
  } catch {
    throw refuse();
  }
  const gaps = runs.slice(1).map((run, index) => (run.getTime() - (runs[index]?.getTime() ?? 0)) / 1000);
  if (runs.length === 0) throw refuse();
  return gaps.length === 0 ? 365 * 86_400 : Math.min(...gaps);
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return /^[A-Za-z0-9_+/-]{1,60}$/.test(zone);
  } catch {
    return false;
  }
}
