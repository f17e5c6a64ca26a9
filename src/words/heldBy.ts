import type { JsonObject } from '../core/base/json';
import { duration } from './format';
import { t } from './language';

/** Who holds the locks that were waited for: `public.t is held by pid 42 (app, psql, idle in transaction for 3 min)`; three at most. */
export function heldBy(holders: unknown): string {
  const all = Array.isArray(holders) ? (holders as readonly Partial<JsonObject>[]) : [];
  const some = all.slice(0, 3).map((holder) => {
    const { table, pid, prepared, user, application, state, seconds } = holder;
    const since = typeof seconds === 'number' ? t`for ${duration(seconds)}` : undefined;
    const more = [user, application, state, since].filter((one) => typeof one === 'string' && one !== '');
    const who = typeof prepared === 'string' ? t`the prepared transaction "${prepared}"` : t`pid ${String(pid)}`;
    return t`${String(table)} is held by ${who}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
  });
  if (some.length === 0) return t`Who holds it could not be seen`;
  return `${some.join('; ')}${all.length > 3 ? t`; and ${all.length - 3} more` : ''}`;
}
