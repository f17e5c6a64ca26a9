const pause = 50;

/**
 * Asks until `look` gives something other than undefined, and returns it. What `look` throws counts as "not yet"; when the time is
 * over, the error says what was awaited and what was seen instead.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  { seconds = 30, seen }: { seconds?: number; seen?: () => Promise<string> | string } = {},
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let cause: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new Error(`waited ${String(seconds)} s in vain for ${what}${seen ? `; there is: ${await seen()}` : ''}`, {
    cause,
  });
}
