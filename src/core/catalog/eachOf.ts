/** Does something for each, a few at once; the first error ends it when those under way have ended. */
export async function eachOf<T>(all: readonly T[], atOnce: number, act: (one: T) => Promise<void>): Promise<void> {
  const waiting = all[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: Math.min(atOnce, all.length) }, async () => {
      for (const one of waiting) await act(one);
    }),
  );
}

/** How many small objects are read at the same time. */
export const atOnce = 16;
