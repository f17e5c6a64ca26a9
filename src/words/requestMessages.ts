import type { RequestEvent } from '../core/fleet/notify/notifyEvents';
import type { RequestMessageWords, Told } from '../core/fleet/notify/requestMessages';
import { clocksOf } from '../core/governance/clocks';
import { shownState } from '../core/governance/judge';
import type { OperationRequest } from '../core/governance/operationRequest';
import { sentences, wordsFor } from './errorWords';
import { localTime, safe } from './format';
import type { Hints } from './hints';
import { t } from './language';
import { messageWords } from './messageTemplates';
import { whoWords } from './policyWords';
import { approvalWords, clockWords, decisionLines, requestDoes, requestRows } from './requestWords';
import { some } from './some';

/** What messages say of a request; `command`: the line that shows it, by the name that the command line takes. */
export const requestMessageWords = (command: RequestMessageWords['command']): RequestMessageWords => ({
  title: (request) => t`${requestDoes(request)} (${request.metadata.name})`,
  outcome: (request, event, now) => safe(outcomes[event](request, now)),
  lines: (request, now) => [
    ...requestRows(request, now).map(([name, value]) => `${name}: ${value}`),
    ...decisionLines(request),
  ],
  command,
  messages: messageWords,
});

const outcomes: { readonly [E in RequestEvent]: (request: OperationRequest, now: Date) => string } = {
  planned: ({ spec }) =>
    spec.notBefore === undefined
      ? t`it begins when it is approved; what it does stands below.`
      : t`it begins at ${localTime(spec.notBefore)} at the earliest, once it is approved; what it does stands below.`,
  asked: (request, now) => t`${request.spec.requestedBy} needs ${needed(request)}; ${clocks(request, now)}`,
  emergency: (request, now) =>
    t`${request.spec.requestedBy} needs ${needed(request)}, now; ${clocks(request, now)} Somebody else looks at it afterwards.`,
  decided: (request) => t`${approvalWords(request)}.`,
  approved: (request, now) => t`${approvalWords(request)}; ${clocks(request, now)}`,
  denied: ({ status }) => t`${status.approvals.find(({ decision }) => decision === 'deny')?.by ?? '?'} said no.`,
  withdrawn: ({ spec }) => t`by ${spec.requestedBy}.`,
  reminder: (request, now) => clocks(request, now),
  escalated: (request) =>
    t`nobody decided within ${some(request.spec.escalateAfterMinutes ?? 0, 'minute')}; now ${whose(request.spec.fallback)} may.`,
  timedOut: ({ spec }) => t`it waited until ${localTime(spec.waitsUntil ?? '')}. Who still needs it asks anew.`,
  expired: (request, now) => clocks(request, now),
  review: ({ spec }) =>
    spec.reviewWithinHours === undefined
      ? t`somebody else than ${spec.requestedBy} looks at it.`
      : t`somebody else than ${spec.requestedBy} looks at it within ${some(spec.reviewWithinHours, 'hour')}.`,
  overdue: ({ spec }) =>
    t`somebody else than ${spec.requestedBy} had to look at it within ${some(spec.reviewWithinHours ?? 0, 'hour')}.`,
  reviewed: ({ status }) => t`by ${status.review?.by ?? '?'}.`,
};

function needed({ spec }: OperationRequest): string {
  return t`${some(spec.approvals, 'approval')} of ${whose(spec.approvers)}`;
}

function whose(people: readonly string[] | undefined): string {
  return people === undefined || people.length === 0
    ? t`whom the cluster lets approve`
    : people.map(whoWords).join(t` or `);
}

function clocks(request: OperationRequest, now: Date): string {
  const all = clocksOf(request, now).map((clock) => clockWords(clock, now));
  return all.length === 0 ? '' : `${all.join('; ')}.`;
}

/** What became of telling people, a line for each channel; nothing where nobody is to be told. `isNeeded`: without it the operation does not begin. */
export function toldLines({ deliveries, problem, isRecorded }: Told, isNeeded: boolean, hints: Hints): string[] {
  const lines = deliveries.map(({ channel, event, accepted, answer }) =>
    accepted ? safe(t`told: ${channel}, ${event}`) : safe(t`NOT told: ${channel}, ${event}: ${answer}`),
  );
  const isTold = isRecorded && deliveries.some(({ event, accepted }) => event === 'planned' && accepted);
  return [
    ...lines,
    ...(problem === undefined ? [] : [sentences(wordsFor(problem.code, problem.data, hints)).replaceAll('\n', ' ')]),
    ...(isNeeded && !isTold
      ? [
          t`It has to be announced, and no channel took the message: so it does not begin. The notify file says who is told.`,
        ]
      : []),
  ];
}

/** What people are told of a request that somebody decided on. Pure. */
export function decidedEvent({ status }: OperationRequest): RequestEvent {
  if (status.state === 'Denied') return 'denied';
  return status.state === 'Pending' ? 'decided' : 'approved';
}

/** What people are told of a request as it stands. Pure. */
export function stateEvents(request: OperationRequest, now: Date): readonly RequestEvent[] {
  const { spec, status } = request;
  const isPlanned = spec.notBefore !== undefined && new Date(spec.notBefore) > now;
  const planned: readonly RequestEvent[] = isPlanned ? ['planned'] : [];
  switch (shownState(request, now)) {
    case 'Pending':
      return [spec.emergency ? 'emergency' : 'asked', ...planned];
    case 'Approved':
    case 'Waiting':
      return ['approved', ...planned];
    case 'Denied':
      return ['denied'];
    case 'Withdrawn':
      return ['withdrawn'];
    case 'TimedOut':
      return ['timedOut'];
    case 'Expired':
      return ['expired'];
    case 'ReviewDue':
      return ['review'];
    default:
      return status.review === undefined ? [] : ['reviewed'];
  }
}
