import type { PreparedPlan } from '../core/job/plan/planPrepared';
import { count, localTime, size } from './format';

/** What waits, as lines for a person who decides: what it is, where from, what was proven of it, and what it takes meanwhile. */
export function preparedLines({ reference, side: { row, mark }, facts, replaces }: PreparedPlan): string[] {
  const { proven, snapshot, tables, rows, differences } = facts;
  const listed = differences === 0 ? 'no difference' : `${count(differences)} differences, which its report lists`;
  return [
    `prepared  ${row.name}, by job ${mark.job}, for ${reference}`,
    `from      ${mark.origin}, as it was at ${localTime(snapshot)}`,
    `proven    ${localTime(proven)}: ${count(tables)} tables, ${count(rows)} rows, ${listed}`,
    ...(row.bytes === undefined ? [] : [`takes     ${size(row.bytes)}`]),
    `replaces  ${replaces ? 'what is there now; it is kept, closed, for undo' : 'nothing: no database of this name is there'}`,
  ];
}
