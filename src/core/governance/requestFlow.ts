import { AppError, isAppError, toAppError } from '../base/errors';
import { warn, type Finding } from '../base/finding';
import { isUndecided } from './clocks';
import { escalatesAt } from './dueMessages';
import { agreed, judge, type Judging } from './judge';
import { canonical } from '../state/canonical';
import type { OperationRequest, RequestSpec } from './operationRequest';
import { isRequestName, isShownWork, makeRequestName, mostReason, readOperationRequest } from './operationRequest';
import type { RequestPlace } from './requestPlace';
import { again } from './again';

/** What became of a decision. `right`: the RoleBinding that was made; absent where none is, and `unable` says that it could not be. */
export interface Decided {
  readonly request: OperationRequest;
  readonly right?: string;
  readonly until?: Date;
  readonly unable?: boolean;
}

/** Asks for something: who asks is who the place says that they are. Throws `request.invalid` { at } for what nobody could read. */
export async function askFor(place: RequestPlace, spec: Omit<RequestSpec, 'requestedBy'>): Promise<OperationRequest> {
  const requestedBy = await place.whoAmI();
  const [name, asked] = [makeRequestName(), { ...spec, requestedBy } as RequestSpec];
  try {
    readOperationRequest({ metadata: { name, creationTimestamp: new Date().toISOString() }, spec: asked });
  } catch (error) {
    throw isAppError(error, 'approval.unreadable') ? new AppError('request.invalid', { at: error.data.at }) : error;
  }
  return place.create(name, asked);
}

/** Hears that a right could not be taken away which may have been given for a request. */
export type OnRemains = (finding: Finding) => void;

/** A right does not outlive what it was given for; where it may not be taken away here, that is told. Before it is approved there is none. Never throws. */
async function takeAway(place: RequestPlace, request: OperationRequest, onRemains: OnRemains): Promise<void> {
  try {
    await place.revoke(request);
  } catch (error) {
    const { name } = request.metadata;
    const { code } = toAppError(error);
    if (request.status.state !== 'Pending')
      onRemains(warn('policy.rightRemains', { right: `db-ferry-${name}`, request: name, because: code }));
  }
}

/** The request of a name. Throws `approval.unknown`. */
export async function requestNamed(place: RequestPlace, name: string): Promise<OperationRequest> {
  const request = isRequestName(name) ? await place.get(name) : undefined;
  if (request === undefined) throw new AppError('approval.unknown', { request: name });
  return request;
}

/**
 * Says yes or no to a request, in one's own name; with `seen` to nothing but what was shown. With the last yes that it needs, who asked is given the right to run it, for its time. Throws `approval.unknown`, `approval.refused` for what
 * cannot be decided (any more), and what the API server says.
 */
export async function decideRequest(
  place: RequestPlace,
  name: string,
  decision: 'approve' | 'deny',
  reason: string | undefined,
  seen?: RequestSpec,
  onRemains: OnRemains = () => undefined,
): Promise<Decided> {
  checkReason(name, reason);
  const request = await requestNamed(place, name);
  // a name may have come to mean another request meanwhile
  if (seen !== undefined && canonical(request.spec) !== canonical(seen))
    throw new AppError('approval.refused', { request: name, reason: 'changed' });
  const [by, now] = [await place.whoAmI(), await place.now()];
  const { spec, status } = request;
  const why = undecidable(request, by, now, decision);
  if (why !== undefined) throw new AppError('approval.refused', { request: name, reason: why });
  const said = {
    by,
    decision,
    digest: spec.digest,
    at: now.toISOString(),
    ...(reason === undefined ? {} : { reason }),
  };
  const yes = agreed({ spec, status: { ...status, approvals: [...status.approvals, said] } });
  const isEnough = decision === 'approve' && yes.length >= spec.approvals;
  const state = decision === 'deny' ? 'Denied' : isEnough ? 'Approved' : 'Pending';
  const decided = await place.decide(request, said, state);
  if (decision === 'deny') {
    await takeAway(place, request, onRemains);
    return { request: decided };
  }
  if (!isEnough) return { request: decided };
  const begins = Math.max(now.getTime(), spec.notBefore === undefined ? 0 : Date.parse(spec.notBefore));
  const until = new Date(begins + spec.validMinutes * 60_000);
  try {
    const right = await place.grant(decided, until);
    return { request: decided, until, ...(right === undefined ? {} : { right }) };
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error;
    // what was decided stands, whether or not the right could be given
    return { request: decided, until, unable: true };
  }
}

/** Takes one's own request back, before it runs. Throws `approval.unknown`, `approval.refused`. */
export async function withdrawRequest(
  place: RequestPlace,
  name: string,
  onRemains: OnRemains = () => undefined,
): Promise<OperationRequest> {
  const request = await requestNamed(place, name);
  if (request.spec.requestedBy !== (await place.whoAmI()))
    throw new AppError('approval.refused', { request: name, reason: 'foreign' });
  if (request.status.state !== 'Pending' && request.status.state !== 'Approved')
    throw new AppError('approval.refused', { request: name, reason: 'ended' });
  const withdrawn = await place.setState(request, 'Withdrawn');
  // who asked may mostly not take it away
  await takeAway(place, request, onRemains);
  return withdrawn;
}

/** Looks at what was done in an emergency, in one's own name; with it the request is done. Throws `approval.unknown`, `approval.refused`. */
export async function reviewRequest(
  place: RequestPlace,
  name: string,
  reason: string | undefined,
  onRemains: OnRemains = () => undefined,
): Promise<OperationRequest> {
  checkReason(name, reason);
  const request = await requestNamed(place, name);
  const by = await place.whoAmI();
  if (request.status.state !== 'ReviewDue')
    throw new AppError('approval.refused', { request: name, reason: 'noReview' });
  if (request.spec.requestedBy === by) throw new AppError('approval.refused', { request: name, reason: 'self' });
  const at = (await place.now()).toISOString();
  const review = { by, at, ...(reason === undefined ? {} : { reason }) };
  const reviewed = await place.setState(request, 'Done', { review });
  // whoever looks at what was done gives rights, and takes this one away
  await takeAway(place, request, onRemains);
  return reviewed;
}

/** Lets those decide who stand behind the approvers, where these did not answer in time. Throws `approval.unknown`, `approval.refused`, and what the API server says. */
export async function escalateRequest(place: RequestPlace, name: string): Promise<OperationRequest> {
  const request = await requestNamed(place, name);
  const now = await place.now();
  if (request.status.escalated !== undefined) return request;
  const from = escalatesAt(request);
  if (!isUndecided(request, now) || from === undefined)
    throw new AppError('approval.refused', { request: name, reason: 'ended' });
  if (now < from) throw new AppError('approval.refused', { request: name, reason: 'early' });
  return place.setState(request, 'Pending', { escalated: { by: await place.whoAmI(), at: now.toISOString() } });
}

/** Whether a request lets a job run now. Throws `approval.unknown`, `approval.refused` with why not. */
export async function mayBegin(
  place: RequestPlace,
  name: string,
  { digest, approvals, noticeHours }: Pick<Judging, 'digest' | 'approvals' | 'noticeHours'>,
): Promise<OperationRequest> {
  const request = await requestNamed(place, name);
  const [by, now, until] = [await place.whoAmI(), await place.now(), await place.grantedUntil(request)];
  const why = judge(request, { digest, approvals, noticeHours, by, now, until });
  if (why !== undefined) throw new AppError('approval.refused', { request: name, reason: why });
  // whoever approved it read something else
  if (!isShownWork(request.spec)) throw new AppError('approval.refused', { request: name, reason: 'unshown' });
  return request;
}

/** Lets a job run by a request, once: it is marked as running. Throws what `mayBegin` throws. */
export async function beginByRequest(
  place: RequestPlace,
  name: string,
  what: Pick<Judging, 'digest' | 'approvals' | 'noticeHours'>,
): Promise<OperationRequest> {
  return again(async () => {
    const request = await mayBegin(place, name, what);
    return place.setState(request, 'Running', { run: { began: (await place.now()).toISOString() } });
  });
}

/** Writes down how it ended. What was done in an emergency waits for somebody who looks at it. */
export async function endByRequest(
  place: RequestPlace,
  name: string,
  outcome: 'done' | 'differences' | 'failed',
  onRemains: OnRemains = () => undefined,
): Promise<void> {
  const request = await requestNamed(place, name);
  const ended = outcome === 'failed' ? 'Failed' : outcome === 'done' ? 'Done' : 'DoneWithDifferences';
  try {
    await again(async () => {
      const read = await requestNamed(place, name);
      const at = await place.now().catch(() => undefined);
      const run = { ...read.status.run, ...(at === undefined ? {} : { ended: at.toISOString() }) };
      await place.setState(read, ended !== 'Failed' && read.spec.emergency ? 'ReviewDue' : ended, { run });
    });
  } finally {
    // also where that could not be written: a right does not outlive its job
    await takeAway(place, request, onRemains);
  }
}

/** What nobody could read afterwards is not written. */
function checkReason(name: string, reason = ''): void {
  if (reason.length > mostReason) throw new AppError('approval.refused', { request: name, reason: 'longReason' });
}

function undecidable(
  { spec, status }: OperationRequest,
  by: string,
  now: Date,
  decision: 'approve' | 'deny',
): AppErrorReason | undefined {
  if (spec.requestedBy === by && decision === 'approve') return 'self';
  if (decision === 'approve' && !isShownWork(spec)) return 'unshown';
  if (status.approvals.some((one) => one.by === by)) return 'twice';
  if (status.state === 'Denied') return 'denied';
  if (status.state === 'Withdrawn') return 'withdrawn';
  if (status.state === 'Approved' && decision === 'deny') return undefined;
  if (status.state !== 'Pending') return 'ended';
  return spec.waitsUntil !== undefined && now > new Date(spec.waitsUntil) ? 'tooOld' : undefined;
}

type AppErrorReason = 'unshown' | 'self' | 'twice' | 'denied' | 'withdrawn' | 'ended' | 'tooOld';
