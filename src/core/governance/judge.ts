import type { OperationRequest } from './operationRequest';

/** Why a request does not let a job run. */
export type NotApproved =
  | 'unknown'
  | 'digest'
  | 'foreign'
  | 'pending'
  | 'denied'
  | 'withdrawn'
  | 'ended'
  | 'used'
  | 'early'
  | 'expired'
  | 'tooOld'
  | 'unannounced';

export interface Judging {
  readonly digest: string;
  /** who runs it, as the cluster knows them, or as they say */
  readonly by: string;
  /** by the cluster's clock where there is one */
  readonly now: Date;
  readonly approvals: number;
  /** hours before its beginning that people have to be told of it */
  readonly noticeHours?: number | undefined;
  /** the end of the right that was given for it */
  readonly until?: Date | undefined;
}

/** Whether a request lets a job run that does what the digest says; undefined: it does. Pure. */
export function judge({ spec, status }: OperationRequest, judging: Judging): NotApproved | undefined {
  const { digest, by, now, approvals, until, noticeHours = 0 } = judging;
  if (spec.digest !== digest) return 'digest';
  if (spec.requestedBy !== by) return 'foreign';
  if (status.approvals.some(({ decision }) => decision === 'deny') || status.state === 'Denied') return 'denied';
  if (status.state === 'Withdrawn') return 'withdrawn';
  if (status.state === 'TimedOut') return 'tooOld';
  if (status.state === 'Expired') return 'expired';
  if (status.state === 'Running') return 'used';
  if (status.state !== 'Pending' && status.state !== 'Approved') return 'ended';
  const yes = agreed({ spec, status });
  if (yes.length < Math.max(approvals, spec.approvals)) return isTooOld(spec, now) ? 'tooOld' : 'pending';
  if (spec.notBefore !== undefined && now < new Date(spec.notBefore)) return 'early';
  const ends = Math.min(validUntil({ spec, status }, now).getTime(), until?.getTime() ?? Number.POSITIVE_INFINITY);
  if (now.getTime() > ends) return 'expired';
  return isAnnounced({ spec, status }, noticeHours) ? undefined : 'unannounced';
}

/** Whether a message of its plan was taken by a channel, so long before its beginning. Pure. */
export function isAnnounced({ spec, status }: Pick<OperationRequest, 'spec' | 'status'>, noticeHours: number): boolean {
  if (noticeHours === 0) return true;
  const latest = Date.parse(spec.notBefore ?? '') - noticeHours * 3_600_000 + graceMs;
  return (status.notices ?? []).some(
    ({ event, state, at }) => event === 'planned' && state === 'accepted' && Date.parse(at) <= latest,
  );
}

/** What is asked for is written down before people are told of it */
const graceMs = 600_000;

/** Those who said yes to exactly this, each once, and none of them who asked. Pure. */
export function agreed({
  spec,
  status,
}: Pick<OperationRequest, 'spec' | 'status'>): OperationRequest['status']['approvals'] {
  const yes = status.approvals.filter(
    ({ by, decision, digest }) => decision === 'approve' && by !== spec.requestedBy && digest === spec.digest,
  );
  return [...new Map(yes.map((one) => [one.by, one])).values()];
}

/** The end of what was approved: from the last yes, or from when it is planned. Pure. */
export function validUntil(request: Pick<OperationRequest, 'spec' | 'status'>, now: Date): Date {
  const { notBefore, validMinutes } = request.spec;
  const said = agreed(request).map(({ at }) => Date.parse(at));
  const last = said.length === 0 ? now.getTime() : Math.max(...said);
  const begins = Math.max(last, notBefore === undefined ? 0 : Date.parse(notBefore));
  return new Date(begins + validMinutes * 60_000);
}

/** What a person is told of its state: three clocks that are never mixed. Pure. */
export function shownState({ spec, status }: OperationRequest, now: Date): string {
  if (status.state === 'Pending' && agreed({ spec, status }).length < spec.approvals)
    return isTooOld(spec, now) ? 'TimedOut' : 'Pending';
  if (status.state !== 'Pending' && status.state !== 'Approved') return status.state;
  const why = judge(
    { metadata: { name: '', creationTimestamp: now.toISOString() }, spec, status },
    {
      ...{ digest: spec.digest, by: spec.requestedBy, now, approvals: spec.approvals },
    },
  );
  if (why === 'early') return 'Waiting';
  return why === 'expired' ? 'Expired' : why === 'denied' ? 'Denied' : 'Approved';
}

/** True where nobody decided in time. Pure. */
export function isTooOld({ waitsUntil }: OperationRequest['spec'], now: Date): boolean {
  return waitsUntil !== undefined && now > new Date(waitsUntil);
}
