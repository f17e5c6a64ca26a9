import type { TickReport } from '../core/fleet/steward/tick';
import { isUndecided } from '../core/governance/clocks';
import { isReviewLate } from '../core/governance/dueMessages';
import { shownState } from '../core/governance/judge';
import { requestStates } from '../core/governance/operationRequest';
import { escaped } from './statusMetrics';

/** What a steward says of itself. */
export interface StewardState {
  readonly isLeader: boolean;
  /** of this replica: ticks that ended well, and that did not */
  readonly ticks: { readonly done: number; readonly failed: number };
  /** the last one that came to its end, where there was one */
  readonly last?: TickReport | undefined;
  /** when one saw all that there is, by the clock of the cluster */
  readonly lastWhole?: Date | undefined;
}

/** Series of Prometheus in its text format. What requests there are the replica says that acts, and no other: nothing is counted twice. Pure. */
export function stewardMetrics({ isLeader, ticks, last, lastWhole }: StewardState): string {
  const gauge = (
    name: string,
    help: string,
    series: readonly (readonly [labels: string, value: number])[],
  ): string[] =>
    series.length === 0
      ? []
      : [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} gauge`,
          ...series.map(([labels, value]) => `${name}${labels} ${value}`),
        ];
  const one = (value: number): readonly (readonly [string, number])[] => [['', value]];
  const own = [
    ...gauge('dbferry_steward_leader', '1 for the replica that acts.', one(Number(isLeader))),
    '# HELP dbferry_steward_ticks_total Looks at all requests, by how they ended.',
    '# TYPE dbferry_steward_ticks_total counter',
    `dbferry_steward_ticks_total{outcome="done"} ${ticks.done}`,
    `dbferry_steward_ticks_total{outcome="failed"} ${ticks.failed}`,
  ];
  if (!isLeader || last === undefined) return [...own, ''].join('\n');
  const whole = [
    ...gauge('dbferry_steward_problems', 'What the last look could not see or do.', one(last.problems.length)),
    ...gauge(
      'dbferry_steward_last_tick_timestamp_seconds',
      'When all requests were looked at last, by the clock of the cluster.',
      lastWhole === undefined ? [] : one(lastWhole.getTime() / 1000),
    ),
  ];
  // what could not be seen is not nothing
  if (!last.sawAll) return [...own, ...whole, ''].join('\n');
  const { now, requests, overdue, told } = last;
  const all = requests.map(({ request }) => request);
  const shown = all.map((request) => shownState(request, now));
  const waits = all
    .filter((one) => isUndecided(one, now))
    .map((one) => secondsSince(one.metadata.creationTimestamp, now));
  return [
    ...own,
    ...whole,
    ...gauge(
      'dbferry_requests',
      'Requests that there are, by their state.',
      ['Waiting', ...requestStates].map(
        (state) => [`{state="${escaped(state)}"}`, shown.filter((is) => is === state).length] as const,
      ),
    ),
    ...gauge(
      'dbferry_request_wait_seconds',
      'How long the one waits for its decision that waits longest; 0 where none does.',
      one(Math.max(0, ...waits)),
    ),
    ...gauge(
      'dbferry_reviews_due',
      'Emergencies that somebody else has to look at.',
      one(shown.filter((is) => is === 'ReviewDue').length),
    ),
    ...gauge(
      'dbferry_reviews_overdue',
      'Emergencies that nobody looked at in time.',
      one(all.filter((one) => isReviewLate(one, now, 24)).length),
    ),
    ...gauge('dbferry_rights_overdue', 'Rights that are over and could not be removed.', one(overdue.length)),
    ...gauge('dbferry_messages_pending', 'Messages of requests that no channel has taken yet.', one(told.pending)),
    '',
  ].join('\n');
}

function secondsSince(iso: string, now: Date): number {
  return Math.max(0, (now.getTime() - Date.parse(iso)) / 1000);
}
