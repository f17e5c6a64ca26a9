import type { Phase, Progress } from '../../base/progress';
import type { Job } from './readJob';
import { follows, gentleOf, operandsOf, type JobWork } from '../request';
import { sharesOf } from './phaseShares';

/** What each step of a job took, in seconds. */
export type PhaseSeconds = Readonly<Partial<Record<Phase, number>>>;

/**
 * Tells when a job ends, and not only the step that it is in. What the whole is expected to take is divided among its steps, as the last run of the same job took them, else
 * as such jobs do; what was done so far corrects both. Pure: it is told what time it is, in milliseconds.
 */
export class JobClock {
  private readonly took = new Map<Phase, number>();
  private readonly order: readonly Phase[];
  private began: number | undefined;
  private current: { readonly phase: Phase; readonly since: number } | undefined;
  private reached = -1;
  private expected: Expected;

  constructor(
    work: JobWork,
    private readonly past?: PhaseSeconds,
  ) {
    const shares = sharesOf(work);
    this.order = [...new Set(shares.map(([phase]) => phase))];
    const seconds = past === undefined ? undefined : sum(this.order.map((phase) => past[phase] ?? 0));
    // of no known length: as many seconds as percent, and what is done says how long a percent is
    this.expected = seconds === undefined ? { seconds: 100, trust: 0 } : { seconds, trust: pastTrust };
    this.shares = new Map(shares);
  }

  private readonly shares: ReadonlyMap<Phase, number>;

  /** What a job reports, with the seconds to the end of the job in place of those of its step. */
  timed(progress: Progress, now: number): Progress {
    this.began ??= now;
    if (progress.type === 'phase') this.enter(progress.phase, now);
    if (progress.type === 'expected' && progress.seconds !== undefined) {
      const basis = progress.basis === 'last run' || this.past !== undefined ? pastTrust : sizeTrust;
      this.expected = { seconds: Math.max(progress.seconds, 0.1), trust: basis };
    }
    if (progress.type !== 'progress') return progress;
    const { secondsLeft: ofPhase, ...rest } = progress;
    // of what goes on beside the step that counts nothing is known of that
    const isOfIt = progress.phase === this.current?.phase;
    const left = isOfIt ? this.left(now, progress.percent, ofPhase) : this.left(now, undefined, undefined);
    return left === undefined ? rest : { ...rest, secondsLeft: left };
  }

  /** The same where nothing was reported for a while: the seconds to the end, by the time alone. */
  silent(now: number): Extract<Progress, { type: 'progress' }> | undefined {
    const left = this.left(now, undefined, undefined);
    if (left === undefined || this.current === undefined) return undefined;
    return { type: 'progress', phase: this.current.phase, bytes: 0, secondsLeft: left };
  }

  /** What each step took until now. */
  phases(now: number): PhaseSeconds {
    const all = new Map(this.took);
    if (this.current) all.set(this.current.phase, (all.get(this.current.phase) ?? 0) + now - this.current.since);
    return Object.fromEntries(Array.from(all, ([phase, ms]) => [phase, Math.round(ms) / 1000]));
  }

  private enter(phase: Phase, now: number): void {
    const { current } = this;
    if (current?.phase === phase) return;
    if (current) this.took.set(current.phase, (this.took.get(current.phase) ?? 0) + now - current.since);
    this.current = { phase, since: now };
    this.reached = Math.max(this.reached, this.order.indexOf(phase));
  }

  private left(now: number, percent: number | undefined, ofPhase: number | undefined): number | undefined {
    const { current } = this;
    if (!current || this.began === undefined || !this.order.includes(current.phase)) return undefined;
    const inPhase = (now - current.since) / 1000;
    const part = percent === undefined ? undefined : Math.min(1, percent / 100);
    const own = this.expectedOf(current.phase);
    const { seconds, trust } = this.expected;
    // of a step under way only when enough of it is done: its first part is seldom like the rest
    const isKnown = trust === pastTrust;
    const counts = part === undefined || isKnown ? 0 : ramp(part, 0.05, 0.3);
    const underWay = { phase: current.phase, taken: counts * inPhase, planned: counts * own * (part ?? 0) };
    const done = [...this.done(current.phase), underWay];
    const taken = sum(done.map((one) => one.taken));
    const planned = sum(done.map((one) => one.planned));
    if (trust === 0 && (taken < 3 || planned < seconds / 20)) return undefined;
    const all = scaleOf({ taken, planned }, trust * seconds, 1);
    // where there was no run like this one, what one side takes says little of the other
    const scale = (phase: Phase): number => {
      if (isKnown || trust === 0) return all;
      const alike = done.filter((one) => kindOf(one.phase) === kindOf(phase));
      const known = { taken: sum(alike.map((one) => one.taken)), planned: sum(alike.map((one) => one.planned)) };
      return scaleOf(known, trust * seconds, Math.sqrt(all));
    };
    const after = this.order.slice(Math.max(this.reached, this.order.indexOf(current.phase)) + 1);
    const expected = own * scale(current.phase);
    const ahead = after.map((phase) => ({ phase, seconds: scale(phase) * this.expectedOf(phase) }));
    const left = leftOf({ taken: inPhase, part, expected, ofPhase, isKnown }) + sum(ahead.map((step) => step.seconds));
    if (isKnown || trust === 0) return left;
    // nothing stands behind what is said of steps of which none like them was seen
    const seen = new Set(done.filter((one) => one.planned >= seconds * leastSeen).map((one) => kindOf(one.phase)));
    const guessed = after.filter((phase) => !seen.has(kindOf(phase))).map((phase) => this.expectedOf(phase));
    const rest = seen.has(kindOf(current.phase)) ? 0 : own * (1 - (part ?? 0));
    return sum(guessed) + rest > mostGuessed * seconds ? undefined : left;
  }

  /** What the steps before took, against what that was expected to take. */
  private done(current: Phase): { readonly phase: Phase; readonly taken: number; readonly planned: number }[] {
    const before = this.order.slice(0, this.order.indexOf(current));
    return before.map((phase) => ({
      phase,
      taken: (this.took.get(phase) ?? 0) / 1000,
      planned: this.expectedOf(phase),
    }));
  }

  private expectedOf(phase: Phase): number {
    const { past, order, shares } = this;
    const { seconds } = this.expected;
    if (past === undefined) return (seconds * (shares.get(phase) ?? 0)) / sum([...shares.values()]);
    return (seconds * (past[phase] ?? 0)) / Math.max(sum(order.map((one) => past[one] ?? 0)), 1e-3);
  }
}

/** What a job of the same kind, of the same place, with the same pace took the last time that it was done; undefined where there was none. */
export function lastPhases(jobs: readonly Job[], work: JobWork): PhaseSeconds | undefined {
  const place = operandsOf(work).at(-1);
  const last = jobs.find(
    ({ request, result }) =>
      request.kind === work.kind &&
      operandsOf(request).at(-1) === place &&
      gentleOf(request) === gentleOf(work) &&
      isInPlace(request) === isInPlace(work) &&
      isPrepared(request) === isPrepared(work) &&
      follows(request) === follows(work) &&
      (result?.outcome === 'done' || result?.outcome === 'differences' || result?.outcome === 'prepared'),
  );
  const phases: unknown = last?.result?.data['phases'];
  if (typeof phases !== 'object' || phases === null) return undefined;
  const known = Object.entries(phases).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return sum(known.map(([, seconds]) => seconds)) > 0 ? Object.fromEntries(known) : undefined;
}

function isInPlace({ options }: JobWork): boolean {
  return 'inPlace' in options && options.inPlace;
}

function isPrepared({ options }: JobWork): boolean {
  return 'prepare' in options && options.prepare;
}

interface Expected {
  readonly seconds: number;
  /** which part of the whole has to be done before what is done counts as much as what was expected */
  readonly trust: number;
}

const pastTrust = 0.3;
const sizeTrust = 0.05;

interface Step {
  /** seconds until now, and in all as expected */
  readonly taken: number;
  readonly expected: number;
  /** 0 to 1 */
  readonly part: number | undefined;
  /** seconds left by its own pace, where it tells */
  readonly ofPhase: number | undefined;
  /** the expectation comes from a run like this one */
  readonly isKnown: boolean;
}

/** Seconds to the end of a step: by its pace, the more the more of it is done; before that, and where it has no scale, by what it is expected to take. */
function leftOf({ taken, part, expected, ofPhase, isKnown }: Step): number {
  // one that takes longer than expected takes longer still
  const byTime = Math.max(expected - taken, taken > expected ? taken / 8 : 0);
  if (part === undefined) return byTime;
  const pace = ofPhase ?? (part > 0 ? (taken * (1 - part)) / part : undefined);
  // what a server says of its work comes in steps; how long it took the last time does not
  const before = isKnown ? Math.max(Math.min(byTime, expected * (1 - part) * 3), 0) : expected * (1 - part);
  if (pace === undefined) return before;
  const weight = isKnown
    ? (ramp(part, 0.5, 1) / 2) * Math.min(1, taken / 2)
    : ramp(part, 0.01, 0.12) * Math.min(1, taken / 3);
  return weight * pace + (1 - weight) * before;
}

/** 0 up to `from`, 1 from `to` on. */
function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** How much longer it takes than expected: what is done against what that was expected to take; `weight` seconds of it are as `prior` says. */
function scaleOf(
  { taken, planned }: { readonly taken: number; readonly planned: number },
  weight: number,
  prior: number,
): number {
  return bounded((taken + weight * prior) / Math.max(planned + weight, 1e-3));
}

/** What takes its time by the same: the way from the source, the way to the target and back, the target's own work, or this side's. */
function kindOf(phase: Phase): 'source' | 'target' | 'server' | 'here' {
  switch (phase) {
    case 'dump':
      return 'source';
    case 'restore':
    case 'verify':
      return 'target';
    case 'read':
    case 'seal':
      return 'here';
    default:
      return 'server';
  }
}

/** Which part of the whole has to be done of a kind before it is known, and which may be a guess where a time is told. */
const leastSeen = 0.02;
const mostGuessed = 0.3;

/** Beyond that a step was something else than was expected, and says nothing of the others. */
function bounded(scale: number): number {
  return Math.min(20, Math.max(0.05, scale));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
