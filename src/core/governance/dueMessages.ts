import { agreed, isTooOld, validUntil } from './judge';
import type { OperationRequest } from './operationRequest';

/** What people have to be told of a request because time passes. */
export type DueEvent = 'reminder' | 'escalated' | 'timedOut' | 'expired' | 'review' | 'overdue';

/**
 * What people have to be told of a request by now and were not, by the clock that counts where it is kept: that it begins soon, that nobody answered, that nobody decided, that what was approved was not begun, that somebody
 * else has to look at it, or has not. Each is told until one channel takes it, and fifteen tries in vain at most. Pure.
 */
export function dueMessages(request: OperationRequest, now: Date): readonly DueEvent[] {
  const { status } = request;
  return broughtBy(request, now).filter((event) => {
    const tried = (status.notices ?? []).filter((one) => one.event === event);
    return !tried.some(({ state, tries = 0 }) => state === 'accepted' || tries >= mostTries);
  });
}

/** When nobody answered for so long that others may decide; undefined: nobody stands behind them. Pure. */
export function escalatesAt({ metadata, spec }: OperationRequest): Date | undefined {
  const { escalateAfterMinutes } = spec;
  if (escalateAfterMinutes === undefined) return undefined;
  return new Date(Date.parse(metadata.creationTimestamp) + escalateAfterMinutes * 60_000);
}

/**
 * Whether nobody looked in time at what was done in an emergency, measured from the end of what was approved: who ran it has no say in that. `usualHours`: what counts where the policy says nothing; without it nothing does. Pure.
 */
export function isReviewLate(request: OperationRequest, now: Date, usualHours = Number.POSITIVE_INFINITY): boolean {
  if (request.status.state !== 'ReviewDue') return false;
  const { reviewWithinHours = usualHours } = request.spec;
  return now.getTime() > validUntil(request, now).getTime() + reviewWithinHours * hourMs;
}

/** What time brought by now, whether or not anybody was told of it. Pure. */
export function broughtBy(request: OperationRequest, now: Date): readonly DueEvent[] {
  const { spec, status } = request;
  if (status.state === 'ReviewDue') {
    return isReviewLate(request, now) ? ['overdue'] : ['review'];
  }
  // what ended long ago is no news
  const isRecent = (since: number): boolean => now.getTime() - since < newsMs;
  if (status.state === 'TimedOut') return isRecent(Date.parse(spec.waitsUntil ?? '')) ? ['timedOut'] : [];
  if (status.state === 'Expired') return isRecent(validUntil(request, now).getTime()) ? ['expired'] : [];
  if (status.state !== 'Pending' && status.state !== 'Approved') return [];
  if (agreed(request).length < spec.approvals) {
    if (isTooOld(spec, now)) return ['timedOut'];
    const escalates = escalatesAt(request);
    return escalates !== undefined && now >= escalates ? ['escalated'] : [];
  }
  if (now > validUntil(request, now)) return ['expired'];
  const begins = spec.notBefore === undefined ? undefined : Date.parse(spec.notBefore);
  const isSoon = begins !== undefined && now.getTime() < begins && now.getTime() >= begins - hourMs;
  return isSoon ? ['reminder'] : [];
}

const hourMs = 3_600_000;
const newsMs = 7 * 24 * hourMs;
/** of one delivery there are up to three */
const mostTries = 15;
