import { agreed, isTooOld, validUntil } from './judge';
import type { OperationRequest } from './operationRequest';

/** One of the three clocks of a request that never are mixed: how long it may wait for decisions, when it may begin, how long what was approved holds. */
export interface Clock {
  readonly which: 'waits' | 'begins' | 'valid';
  readonly at: Date;
  readonly isOver: boolean;
}

/** The clocks that run for a request, by the clock that counts where it is kept. None runs for what has ended. Pure. */
export function clocksOf(request: OperationRequest, now: Date): readonly Clock[] {
  const { spec, status } = request;
  if (status.state !== 'Pending' && status.state !== 'Approved') return [];
  const isApproved = agreed(request).length >= spec.approvals;
  const clock = (which: Clock['which'], at: Date): Clock => ({ which, at, isOver: now > at });
  return [
    ...(isApproved || spec.waitsUntil === undefined ? [] : [clock('waits', new Date(spec.waitsUntil))]),
    ...(spec.notBefore === undefined ? [] : [clock('begins', new Date(spec.notBefore))]),
    ...(isApproved ? [clock('valid', validUntil(request, now))] : []),
  ];
}

/** True for a request that somebody could still decide. Pure. */
export function isUndecided(request: OperationRequest, now: Date): boolean {
  const { spec, status } = request;
  return status.state === 'Pending' && agreed(request).length < spec.approvals && !isTooOld(spec, now);
}
