import { Cron } from 'croner';

/** True for five fields of cron that name at least one moment. Pure. */
export function isSchedule(text: string): boolean {
  try {
    return schedule(text, 'UTC').nextRun() !== null;
  } catch {
    return false;
  }
}

/** True for a name of the IANA time zones. Pure. */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** True for a whole number of minutes, hours or days: `90m`, `9h`, `3d`. Pure. */
export function isDuration(text: string): boolean {
  return /^[1-9]\d{0,4}[mhd]$/.test(text);
}

/** Milliseconds of such a text; of any other, NaN. Pure. */
export function durationMs(text: string): number {
  if (!isDuration(text)) return Number.NaN;
  const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
  return Number(text.slice(0, -1)) * (units[text.slice(-1)] ?? Number.NaN);
}

/** The last moment of a schedule that is not after `now`. Pure. */
export function lastOf(text: string, timeZone: string, now: Date): Date | undefined {
  // what comes before the next second, since a moment itself is not among those before it
  return schedule(text, timeZone).previousRuns(1, new Date(Math.floor(now.getTime() / 1000) * 1000 + 1000))[0];
}

/** The first moment of a schedule after `now`. Pure. */
export function nextOf(text: string, timeZone: string, now: Date): Date | undefined {
  return schedule(text, timeZone).nextRun(now) ?? undefined;
}

function schedule(text: string, timezone: string): Cron {
  const key = `${text} ${timezone}`;
  const known = read.get(key) ?? new Cron(text, { timezone, paused: true, mode: '5-part' });
  if (read.size > 500) read.clear();
  read.set(key, known);
  return known;
}

/** Read once: looking for an opening asks the same one hundreds of times. */
const read = new Map<string, Cron>();
