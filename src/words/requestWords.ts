import { asRecord, parseJson } from '../core/base/json';
import { agreed, shownState } from '../core/governance/judge';
import type { GovernanceLevel, GovernanceTrial, SaidLevel } from '../core/governance/checkGovernance';
import type { EndedRight } from '../core/governance/endedRights';
import type { OperationRequest } from '../core/governance/operationRequest';
import { some } from './some';
import { t } from './language';
import type { Clock } from '../core/governance/clocks';
import { clocksOf } from '../core/governance/clocks';
import { duration, localTime, safe, size } from './format';
import { whoWords } from './policyWords';

/** What a request says, by name; what it does not say is left out. The facts first that a decision rests on: what is done, to what, where from, why, how long. Each a text. */
export function requestRows(request: OperationRequest, now: Date): readonly (readonly [name: string, value: string])[] {
  const { metadata, spec } = request;
  const { source, replaces, approvers = [], expectedSeconds } = spec;
  const rows: readonly (readonly [string, string | undefined])[] = [
    [t`request`, `${metadata.name}, ${stateWords(request, now)}${spec.emergency ? t`, an emergency` : ''}`],
    [t`does`, requestDoes(request)],
    [t`where`, placesOfWork(spec.work)],
    [t`from`, source && sourceWords(source)],
    [t`replaces`, replaces && replacedWords(replaces)],
    [t`takes`, expectedSeconds === undefined ? undefined : t`about ${duration(expectedSeconds)}`],
    [t`asked by`, `${spec.requestedBy}, ${localTime(metadata.creationTimestamp)}`],
    [t`why`, spec.reason],
    [t`ticket`, spec.ticket],
    [t`class`, spec.class],
    [t`masked`, spec.masked === undefined ? t`nobody knows` : spec.masked ? t`yes` : t`no`],
    [t`tried`, source?.drilled === undefined ? undefined : t`restored for a trial ${localTime(source.drilled)}`],
    [t`approvals`, approvalWords(request)],
    [t`may approve`, approvers.length === 0 ? undefined : approvers.map(whoWords).join(t` or `)],
    ...clocksOf(request, now).map((clock) => [t`clock`, clockWords(clock, now)] as const),
    [t`valid for`, t`${duration(spec.validMinutes * 60)} once it is approved`],
    ['SHA-256', spec.digest],
  ];
  return rows.flatMap(([name, value]) =>
    value === undefined ? [] : [[name, safe(value).slice(0, longestRow)] as const],
  );
}

/** What one row says pushes no other out of sight. */
const longestRow = 2000;

/** The places of what is done, from itself and not from what whoever asks says of it. */
function placesOfWork(work: string | undefined): string | undefined {
  const read = work === undefined ? undefined : asRecord(parseJson(work));
  if (read === undefined) return undefined;
  const of = ['cluster', 'namespace', 'pod', 'database', 'job'] as const;
  const places = [read['source'], read['of'], read['target']].flatMap((one) => {
    const facts = asRecord(one);
    const parts = of.flatMap((name) => (typeof facts?.[name] === 'string' ? [facts[name]] : []));
    return parts.length === 0 ? [] : [parts.join('/')];
  });
  return places.length === 0 ? undefined : places.join(' → ');
}

/** The same as lines, with who said what, and exactly what is done. */
export function requestLines(request: OperationRequest, now: Date): string[] {
  const { work } = request.spec;
  return [
    ...requestRows(request, now).map(([name, value]) => `${name.padEnd(13)}${value}`),
    ...(work === undefined ? [] : [`${t`does exactly`.padEnd(13)}${safe(asRead(work))}`]),
    ...decisionLines(request),
  ];
}

/** As it was read for its digest: of a name that stands twice the last one counts. */
function asRead(work: string): string {
  const read = parseJson(work);
  return read === undefined ? work : JSON.stringify(read);
}

/** Who decided what, and why; who looked at it afterwards. */
export function decisionLines({ status }: OperationRequest): string[] {
  const why = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
  return [
    ...status.approvals.map(({ by, decision, at, reason }) =>
      safe(
        decision === 'approve'
          ? t`${by} approved it ${localTime(at)}${why(reason)}`
          : t`${by} denied it ${localTime(at)}${why(reason)}`,
      ),
    ),
    ...(status.review === undefined
      ? []
      : [safe(t`${status.review.by} looked at it ${localTime(status.review.at)}${why(status.review.reason)}`)]),
  ];
}

/** What a request is about, in a line. */
export function requestDoes({ spec: { operation, target } }: OperationRequest): string {
  return safe(t`${operation} of ${target.workload}/${target.database}`);
}

/** How many agreed. */
export function approvalWords(request: OperationRequest): string {
  return t`${agreed(request).length} of ${request.spec.approvals} needed`;
}

/** What remains of a clock, or when it ran out. */
export function clockWords({ which, at, isOver }: Clock, now: Date): string {
  const when = localTime(at.toISOString());
  const left = duration(Math.abs(at.getTime() - now.getTime()) / 1000);
  const words = {
    waits: isOver ? t`nobody decided until ${when}` : t`waits for decisions ${left} more, until ${when}`,
    begins: isOver ? t`may begin since ${when}` : t`may begin in ${left}, ${when}`,
    valid: isOver ? t`what was approved ended ${when}` : t`what was approved holds ${left} more, until ${when}`,
  };
  return words[which];
}

/** The state of a request as a person says it. */
export function stateWords(request: OperationRequest, now: Date): string {
  const state = shownState(request, now);
  return states()[state] ?? safe(state);
}

const states = (): Readonly<Record<string, string>> => ({
  Pending: t`waits for a decision`,
  Waiting: t`approved, waits for its time`,
  Approved: t`approved`,
  Running: t`runs`,
  Done: t`done`,
  DoneWithDifferences: t`done, with differences`,
  Failed: t`failed`,
  Denied: t`denied`,
  Withdrawn: t`withdrawn`,
  TimedOut: t`nobody decided in time`,
  Expired: t`expired`,
  ReviewDue: t`done, has to be looked at`,
});

function sourceWords({ what, snapshot, sha256 }: NonNullable<OperationRequest['spec']['source']>): string {
  const parts = [
    what,
    snapshot === undefined ? undefined : t`as it was ${localTime(snapshot)}`,
    sha256 === undefined ? undefined : `SHA-256 ${sha256}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

function replacedWords({ bytes, lastWrite }: NonNullable<OperationRequest['spec']['replaces']>): string {
  const parts = [
    bytes === undefined ? t`a database that is there` : size(bytes),
    lastWrite === undefined ? undefined : t`last written ${localTime(lastWrite)}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}

/** Which level keeps people from what, as it is said at every step. */
export const levelWords = (): Readonly<Record<SaidLevel, string>> => ({
  advisory: t`It is not enforced here: the cluster keeps no requests, and whoever can write to the root can write any of them.`,
  recorded: t`It is recorded here: the cluster keeps requests and decisions, but nobody refuses a decision that is written in another name.`,
  enforced: t`It is enforced here: the API server refuses what was not approved.`,
  open: t`The API server refuses forged decisions here; this login may run commands there all the same, by what was approved or past it.`,
});

/** One line of a list. */
export function requestLine(request: OperationRequest, now: Date): string {
  const { metadata, spec } = request;
  const needs = `${agreed(request).length}/${some(spec.approvals, 'approval')}`;
  return safe(
    t`${metadata.name}  ${shownState(request, now)}  ${requestDoes(request)}  by ${spec.requestedBy}  ${needs}${spec.emergency ? t`  emergency` : ''}`,
  );
}

/** Which level holds, and what is missing for the next. */
export function governanceLines({ level, trials }: GovernanceLevel): string[] {
  return [
    t`For this login it is ${level}.`,
    ...trials.map(({ what, is }) => `  ${trialWords()[what][is]}`),
    ...(level === 'enforced'
      ? []
      : [t`What is missing is in deploy/governance; docs/governance.md says how it is installed.`]),
  ];
}

/** Rights that are over and stand all the same, and the command that removes one; undefined: they may not be read with this login. */
export function endedRightLines(
  ended: readonly EndedRight[] | undefined,
  removing: (right: string) => string,
): string[] {
  if (ended === undefined) return [];
  const why = {
    expired: t`its end has passed`,
    closed: t`its request has ended`,
    unapproved: t`its request has not the approvals that it needs`,
    unknown: t`there is no such request`,
  } as const;
  return ended.map(({ right, why: reason }) =>
    safe(t`  a right that is over still stands: ${right}, ${why[reason]} (${removing(right)})`),
  );
}

const trialWords = (): Readonly<Record<GovernanceTrial['what'], Readonly<Record<GovernanceTrial['is'], string>>>> => ({
  requests: {
    holds: t`the cluster keeps requests`,
    missing: t`missing: the cluster keeps no requests (crds.yaml)`,
    untold: t`whether the cluster keeps requests cannot be told`,
  },
  forgedRequest: {
    holds: t`a request in another's name is denied`,
    missing: t`missing: a request in another's name goes through (admission.yaml, and the binding of its policy)`,
    untold: t`this login may make no requests: whether one in another's name is denied cannot be told`,
  },
  rightForGroup: {
    holds: t`the right to operate is denied to a group`,
    missing: t`missing: the right to operate can be given to a group (admission.yaml, and the label db-ferry.io/governed=true of the namespace)`,
    untold: t`this login may give no rights: whether one for a group is denied cannot be told`,
  },
  exec: {
    holds: t`this login runs no commands in pods there`,
    missing: t`missing: this login may run commands in pods there without a request (take pods/exec away)`,
    untold: t`whether this login may run commands cannot be told`,
  },
});
