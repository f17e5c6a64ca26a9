import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Tries at once, and again after each of the pauses (milliseconds), until `attempt` gives something other than undefined: for a server
 * that may be back in a moment. What lets one wait for 14 s is not tried again, since a failure has to be told within 90 s, and 45 of
 * them are gone when a stream has fallen silent.
 */
export async function persist<T>(
  attempt: () => Promise<T | undefined>,
  pauses: readonly number[] = [2000, 5000],
): Promise<T | undefined> {
  const started = Date.now();
  for (const pause of [0, ...pauses]) {
    if (Date.now() - started > 14_000) break;
    await sleep(pause);
    const found = await attempt();
    if (found !== undefined) return found;
  }
  return undefined;
}
