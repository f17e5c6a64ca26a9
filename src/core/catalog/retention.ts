import { AppError } from '../base/errors';

/**
 * How many backups of a database stay. Rules are joined by *or*: a backup stays that any of them names. A period that holds none does not count, so that `daily: 7` are seven days on which there was one.
 */
export interface RetentionRules {
  /** the newest so many */
  readonly last?: number | undefined;
  /** the newest of each of so many days, weeks (from Monday), months, years */
  readonly daily?: number | undefined;
  readonly weekly?: number | undefined;
  readonly monthly?: number | undefined;
  readonly yearly?: number | undefined;
  /** hours before the newest good one: what is younger stays */
  readonly withinHours?: number | undefined;
  /** never fewer good ones than this; default 1 */
  readonly minVerified?: number | undefined;
  /** of those that are not proven good the newest so many, to look into; default 1 */
  readonly failed?: number | undefined;
  /** in which days, weeks, months begin: an IANA name; default UTC */
  readonly zone?: string | undefined;
}

/** A backup as retention sees it. */
export interface RetainedBackup {
  readonly id: string;
  /** of its snapshot */
  readonly time: Date;
  /** only what is complete and verified counts for a rule */
  readonly isGood: boolean;
  /** somebody put a hold on it */
  readonly held?: boolean | undefined;
  /** the store keeps it until then */
  readonly lockedUntil?: Date | undefined;
  /** a job reads it now, or an undo needs it */
  readonly usedBy?: string | undefined;
}

/** Why a backup stays, or goes. */
export type RetentionReason =
  | { readonly code: 'last'; readonly at: number }
  | { readonly code: 'daily' | 'weekly' | 'monthly' | 'yearly'; readonly period: string }
  /** the oldest there is, while a rule is not yet filled */
  | { readonly code: 'oldest'; readonly rule: Period }
  | { readonly code: 'within'; readonly hours: number }
  | { readonly code: 'newest' }
  | { readonly code: 'minVerified'; readonly least: number }
  | { readonly code: 'failed'; readonly at: number }
  | { readonly code: 'held' }
  /** nobody that counts here signed it: it is somebody's, and no rule's */
  | { readonly code: 'notOurs' }
  | { readonly code: 'locked'; readonly until: Date }
  | { readonly code: 'used'; readonly by: string }
  /** no rule names it */
  | { readonly code: 'noRule' }
  /** it is not proven good, and there are newer ones that are not either */
  | { readonly code: 'notGood' };

/** What becomes of a backup, with every reason. */
export interface RetentionDecision {
  readonly backup: RetainedBackup;
  readonly stays: boolean;
  readonly reasons: readonly RetentionReason[];
}

type Period = 'daily' | 'weekly' | 'monthly' | 'yearly';
const periods: readonly Period[] = ['daily', 'weekly', 'monthly', 'yearly'];

/** The one check of rules. Throws `usage` for none at all, and for numbers that are no counts: what keeps nothing is asked for by deleting. */
export function checkRetention(rules: RetentionRules): void {
  const { zone, ...counts } = rules;
  for (const [name, value] of Object.entries(counts)) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0))
      throw new AppError('usage', { rule: 'retention.count', name });
  }
  const keeping = [rules.last, rules.daily, rules.weekly, rules.monthly, rules.yearly, rules.withinHours];
  if (!keeping.some((value) => value !== undefined && value > 0))
    throw new AppError('usage', { rule: 'retention.none' });
  if (rules.minVerified === 0) throw new AppError('usage', { rule: 'retention.least' });
  if (zone !== undefined && !isZone(zone)) throw new AppError('usage', { rule: 'retention.zone', zone });
}

/**
 * Decides for all backups of one database in one store, newest first. Ages count from the newest good one, not from now, so that schedules that fail never eat the good ones. Pure. Throws what
 * `checkRetention` throws.
 */
export function retain(backups: readonly RetainedBackup[], rules: RetentionRules): readonly RetentionDecision[] {
  checkRetention(rules);
  const sorted = [...backups].sort((a, b) => b.time.getTime() - a.time.getTime() || (a.id < b.id ? 1 : -1));
  const good = sorted.filter(({ isGood }) => isGood);
  const reasons = new Map<RetainedBackup, RetentionReason[]>(sorted.map((backup) => [backup, []]));
  const keep = (backup: RetainedBackup, reason: RetentionReason): void => {
    reasons.get(backup)?.push(reason);
  };

  keepByRules(good, rules, keep);
  const others = sorted.filter(({ isGood }) => !isGood);
  others.slice(0, rules.failed ?? 1).forEach((backup, at) => {
    keep(backup, { code: 'failed', at: at + 1 });
  });
  // never the newest, whatever it is: it may still be verified
  if (sorted[0]) keep(sorted[0], { code: 'newest' });
  for (const backup of sorted) {
    if (backup.held) keep(backup, { code: 'held' });
    if (backup.lockedUntil) keep(backup, { code: 'locked', until: backup.lockedUntil });
    if (backup.usedBy !== undefined) keep(backup, { code: 'used', by: backup.usedBy });
  }
  const least = rules.minVerified ?? 1;
  // those that stay anyway count first, then the newest
  let missing = least - good.filter((backup) => reasons.get(backup)?.length !== 0).length;
  for (const backup of good) {
    if (missing <= 0) break;
    if (reasons.get(backup)?.length !== 0) continue;
    keep(backup, { code: 'minVerified', least });
    missing -= 1;
  }
  return sorted.map((backup) => {
    const kept = reasons.get(backup) ?? [];
    if (kept.length > 0) return { backup, stays: true, reasons: kept };
    return { backup, stays: false, reasons: [{ code: backup.isGood ? 'noRule' : 'notGood' }] };
  });
}

function keepByRules(
  good: readonly RetainedBackup[],
  rules: RetentionRules,
  keep: (backup: RetainedBackup, reason: RetentionReason) => void,
): void {
  const [newest] = good;
  if (!newest) return;
  good.slice(0, rules.last ?? 0).forEach((backup, at) => {
    keep(backup, { code: 'last', at: at + 1 });
  });
  const hours = rules.withinHours ?? 0;
  const since = newest.time.getTime() - hours * 3_600_000;
  if (hours > 0) for (const backup of good) if (backup.time.getTime() >= since) keep(backup, { code: 'within', hours });
  const dayOf = days(rules.zone ?? 'UTC');
  const dated = good.map((backup) => ({ backup, day: dayOf(backup.time) }));
  for (const rule of periods) {
    let left = rules[rule] ?? 0;
    let before: string | undefined;
    dated.forEach(({ backup, day }, at) => {
      const period = periodOf(rule, day);
      const isNew = period !== before;
      before = period;
      if (left === 0 || !(isNew || at === good.length - 1)) return;
      left -= 1;
      keep(backup, isNew ? { code: rule, period } : { code: 'oldest', rule });
    });
  }
}

interface Day {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
}

/** The calendar of a time zone, with its changes of the clock. */
function days(zone: string): (time: Date) => Day {
  const format = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
    ...{ timeZone: zone, year: 'numeric', month: 'numeric', day: 'numeric' },
  });
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    return { year: parts['year'] ?? 0, month: parts['month'] ?? 0, day: parts['day'] ?? 0 };
  };
}

/** `2026-11-30`, `2026-W49`, `2026-11`, `2026` */
function periodOf(rule: Period, { year, month, day }: Day): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  if (rule === 'yearly') return String(year);
  if (rule === 'monthly') return `${year}-${two(month)}`;
  if (rule === 'daily') return `${year}-${two(month)}-${two(day)}`;
  // a week belongs to the year that its Thursday is in
  const date = new Date(Date.UTC(year, month - 1, day));
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * 86_400_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  return `${thursday.getUTCFullYear()}-W${two(1 + Math.floor((thursday.getTime() - first) / 604_800_000))}`;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
