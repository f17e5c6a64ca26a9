import { html, table, type Html } from '../../report/html';
import { localTime } from '../../words/format';
import { t } from '../../words/language';

/** A schedule as its CronJob says it. */
export interface ScheduleRow {
  readonly place: string;
  readonly kind: string;
  readonly at: string;
  readonly last: string | undefined;
  readonly next: string | undefined;
  readonly pausedUntil: string | undefined;
  readonly isSuspended: boolean;
}

/** Which databases are backed up and tried by a schedule; undefined: who looks may not see it. Pure. */
export function schedulePage(rows: readonly ScheduleRow[] | undefined, runner: string): Html {
  return html`<h1>${t`Schedules`}</h1>
    <p>${t`As the CronJobs of ${runner} say it. Which databases nobody protects, status shows.`}</p>
    ${
      rows === undefined
        ? html`<p>${t`Your login may not see the schedules.`}</p>`
        : table(
            [t`database`, t`what`, t`when`, t`last success`, t`next`],
            rows.map(({ place, kind, at, last, next, pausedUntil, isSuspended }) => [
              place,
              kind,
              at,
              last === undefined ? t`never` : localTime(last),
              isSuspended
                ? t`suspended`
                : pausedUntil === undefined
                  ? next && localTime(next)
                  : t`paused until ${localTime(pausedUntil)}`,
            ]),
          )
    }`;
}
