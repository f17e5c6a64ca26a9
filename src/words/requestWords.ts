import { agreed, shownState } from '../core/governance/judge';
import type { GovernanceLevel, GovernanceTrial } from '../core/governance/checkGovernance';
import type { OperationRequest } from '../core/governance/operationRequest';
import { some } from './some';
import { duration, localTime, safe } from './format';
import { t } from './language';

/** A request as lines, the facts first that a decision rests on: what is replaced, where from, why, what was found; then who said what. */
export function requestLines(request: OperationRequest, now: Date): string[] {
  const { metadata, spec, status } = request;
  const yes = agreed(request);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [t`request`, `${metadata.name}, ${shownState(request, now)}${spec.emergency ? t`, an emergency` : ''}`],
    [t`does`, doesOf(spec)],
    [t`asked by`, `${spec.requestedBy}, ${localTime(metadata.creationTimestamp)}`],
    [t`why`, spec.reason],
    [t`ticket`, spec.ticket],
    [t`class`, spec.class],
    [t`masked`, spec.masked === undefined ? t`nobody knows` : spec.masked ? t`yes` : t`no`],
    [t`not before`, spec.notBefore === undefined ? undefined : localTime(spec.notBefore)],
    [t`waits until`, spec.waitsUntil === undefined ? undefined : localTime(spec.waitsUntil)],
    [t`valid for`, duration(spec.validMinutes * 60)],
    [t`approvals`, t`${yes.length} of ${spec.approvals}`],
    [t`does exactly`, spec.work],
    ['SHA-256', spec.digest],
  ];
  return [
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [safe(`${name.padEnd(13)}${value}`)])),
    ...status.approvals.map(({ by, decision, at, reason }) =>
      safe(
        t`${by} ${decision === 'approve' ? t`approved` : t`denied`} it ${localTime(at)}${reason === undefined ? '' : `: ${reason}`}`,
      ),
    ),
    ...(status.review === undefined ? [] : [safe(t`${status.review.by} looked at it ${localTime(status.review.at)}`)]),
  ];
}

/** One line of a list. */
export function requestLine(request: OperationRequest, now: Date): string {
  const { metadata, spec } = request;
  const needs = `${agreed(request).length}/${some(spec.approvals, 'approval')}`;
  return safe(
    t`${metadata.name}  ${shownState(request, now)}  ${doesOf(spec)}  by ${spec.requestedBy}  ${needs}${spec.emergency ? t`  emergency` : ''}`,
  );
}

function doesOf({ operation, target }: OperationRequest['spec']): string {
  return t`${operation} of ${target.workload}/${target.database}`;
}

/** Said wherever nothing but files keeps what was decided. */
export const notEnforced = (): string =>
  t`It is not enforced here: the cluster keeps no requests, and whoever can write to the root can write any of them.`;

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
