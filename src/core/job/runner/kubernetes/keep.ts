import * as v from 'valibot';
import { parseJson } from '../../../base/json';
import type { RetentionRules } from '../../../catalog/retention';

/** How many backups of a schedule stay: what its pods apply after each that was taken. */
export type KeepRules = RetentionRules;

const whole = v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(0)));
const rules = v.strictObject({
  ...{ last: whole, daily: whole, weekly: whole, monthly: whole, yearly: whole, withinHours: whole },
  ...{ minVerified: whole, failed: whole, zone: v.exactOptional(v.pipe(v.string(), v.maxLength(60))) },
});

/** The rules in a text; undefined where there are none. Throws what valibot throws for a text that says something else: nothing is deleted by rules that are not understood. */
export function parseKeep(text: string | undefined): KeepRules | undefined {
  return text === undefined || text === '' ? undefined : v.parse(rules, parseJson(text));
}
