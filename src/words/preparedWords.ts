import type { PreparedPlan } from '../core/job/plan/planPrepared';
import { count, localTime, size } from './format';
import { t } from './language';

/** What waits, as lines for a person who decides: what it is, where from, what was proven of it, and what it takes meanwhile. */
export function preparedLines({ reference, side: { row, mark }, facts, replaces }: PreparedPlan): string[] {
  const { proven, snapshot, tables, rows, differences } = facts;
  const listed = differences === 0 ? t`no difference` : t`${count(differences)} differences, which its report lists`;
  return [
    t`prepared  ${row.name}, by job ${mark.job}, for ${reference}`,
    t`from      ${mark.origin}, as it was at ${localTime(snapshot)}`,
    t`proven    ${localTime(proven)}: ${count(tables)} tables, ${count(rows)} rows, ${listed}`,
    ...(row.bytes === undefined ? [] : [t`takes     ${size(row.bytes)}`]),
    t`replaces  ${replaces ? t`what is there now; it is kept, closed, for undo` : t`nothing: no database of this name is there`}`,
  ];
}
