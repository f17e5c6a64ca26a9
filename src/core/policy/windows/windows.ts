import type { Operation, Window } from '../rules/policySchema';
import { durationMs, lastOf, nextOf } from './schedule';

/** What the windows say of one moment. */
export interface Opening {
  /** no window of kind deny holds it shut, and one of kind allow is open where there are any */
  readonly isOpen: boolean;
  /** a window that forbids it now */
  readonly denied?: Window;
  /** there are windows of kind allow that speak of it */
  readonly hasAllow: boolean;
  /** until when it stays open; absent: nothing closes it, or it is not open */
  readonly until?: Date;
  /** of what would go on past that: it may, where all windows that end then say so; else it does not begin */
  readonly overrun: 'finish' | 'stop-before-swap';
  /** when it opens next, for as long as it takes; absent: it is open, or does not open within a year */
  readonly next?: Date;
}

/** What is to be done when, for which windows are asked. */
export interface Planned {
  readonly operation: Operation;
  /** true for a pattern of places that means where it is done */
  readonly isAt: (pattern: string) => boolean;
  readonly from: Date;
  /** milliseconds that it is expected to take */
  readonly lasts?: number;
  /** windows that this passes */
  readonly passes?: (window: Window) => boolean;
}

/** Windows as Argo CD means them: without one all is allowed; with one of kind allow only inside such a one; what a window of kind deny forbids is forbidden, whatever allows it. Pure. */
export function openingAt(windows: readonly Window[], planned: Planned): Opening {
  const { operation, isAt, from, lasts = 0, passes = () => false } = planned;
  const meant = windows.filter(
    (window) =>
      (window.operations === undefined || window.operations.includes(operation)) &&
      (window.places === undefined || window.places.some(isAt)) &&
      !passes(window),
  );
  const [deny, allow] = [meant.filter(({ kind }) => kind === 'deny'), meant.filter(({ kind }) => kind === 'allow')];
  const denied = deny.find((window) => endOf(window, from) !== undefined);
  const isOpen = denied === undefined && openUntil({ deny, allow }, from) !== undefined;
  const until = isOpen ? openUntil({ deny, allow }, from) : undefined;
  const next = isOpen && fits(until, from, lasts) ? undefined : nextOpening({ deny, allow }, from, lasts);
  const closing = until === undefined || until === 'always' ? [] : closers({ deny, allow }, until);
  const mayFinish = closing.length > 0 && closing.every(({ overrun }) => overrun === 'finish');
  return {
    ...{ isOpen, hasAllow: allow.length > 0, overrun: mayFinish ? 'finish' : 'stop-before-swap' },
    ...(denied === undefined ? {} : { denied }),
    ...(until === undefined || until === 'always' ? {} : { until }),
    ...(next === undefined ? {} : { next }),
  };
}

interface Sides {
  readonly deny: readonly Window[];
  readonly allow: readonly Window[];
}

function fits(until: Date | 'always' | undefined, from: Date, lasts: number): boolean {
  return until === 'always' || (until !== undefined && from.getTime() + lasts <= until.getTime());
}

/** Until when it is open without a gap; `undefined`: it is not open at all. */
function openUntil({ deny, allow }: Sides, from: Date): Date | 'always' | undefined {
  if (deny.some((window) => endOf(window, from) !== undefined)) return undefined;
  const shut = deny.flatMap((window) => startAfter(window, from) ?? []).sort(byTime)[0];
  if (allow.length === 0) return shut ?? 'always';
  let until: Date | undefined;
  for (let step = 0; step < mostSteps; step += 1) {
    const now = until ?? from;
    const ends = allow.flatMap((window) => endOf(window, now) ?? []).sort(byTime);
    const last = ends.at(-1);
    if (last === undefined) break;
    until = last;
    if (shut !== undefined && shut <= until) return shut;
    // beyond that nobody plans
    if (until.getTime() - from.getTime() > horizonMs) break;
  }
  return until;
}

/** The windows that end it at a moment: of kind allow those that end then, of kind deny those that begin. */
function closers({ deny, allow }: Sides, until: Date): readonly Window[] {
  const before = new Date(until.getTime() - 1);
  return [
    ...deny.filter((window) => startAfter(window, before)?.getTime() === until.getTime()),
    ...allow.filter((window) => endOf(window, before)?.getTime() === until.getTime()),
  ];
}

/** The first moment from `from` on at which it is open for so long: it opens where a window begins or ends, at no other time. */
function nextOpening(sides: Sides, from: Date, lasts: number): Date | undefined {
  let now = from;
  for (let step = 0; step < mostSteps; step += 1) {
    if (fits(openUntil(sides, now), now, lasts)) return now;
    const moments = [
      ...sides.allow.map((window) => startAfter(window, now)),
      ...sides.deny.map((window) => endOf(window, now) ?? endOfNext(window, now)),
    ].filter((moment) => moment !== undefined && moment > now);
    const [first] = moments.sort(byTime);
    if (first === undefined || first.getTime() - from.getTime() > horizonMs) return undefined;
    now = first;
  }
  return undefined;
}

const horizonMs = 370 * 86_400_000;
const mostSteps = 1000;

function byTime(a: Date | undefined, b: Date | undefined): number {
  return (a?.getTime() ?? 0) - (b?.getTime() ?? 0);
}

/** When a window ends that is open at a moment; it is no longer at its end. */
function endOf(window: Window, now: Date): Date | undefined {
  const { schedule, duration, timeZone, from, to } = window;
  if (schedule === undefined || duration === undefined || timeZone === undefined) {
    const isIn = from !== undefined && to !== undefined && new Date(from) <= now && now < new Date(to);
    return isIn ? new Date(to) : undefined;
  }
  const start = lastOf(schedule, timeZone, now);
  const end = start && new Date(start.getTime() + durationMs(duration));
  return end !== undefined && now < end ? end : undefined;
}

/** When a window ends that is not open at a moment, the next time. */
function endOfNext(window: Window, now: Date): Date | undefined {
  const start = startAfter(window, now);
  if (start === undefined) return undefined;
  const { duration, to } = window;
  return duration === undefined ? new Date(to ?? start) : new Date(start.getTime() + durationMs(duration));
}

/** When a window begins the next time after a moment. */
function startAfter({ schedule, timeZone, from }: Window, now: Date): Date | undefined {
  if (schedule !== undefined && timeZone !== undefined) return nextOf(schedule, timeZone, now);
  return from !== undefined && new Date(from) > now ? new Date(from) : undefined;
}
