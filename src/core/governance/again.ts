import { hasStatus } from '../cluster/apiError';

/** Reads and does it once more where somebody else wrote in between: what is decided, and who was told, is written into one object. Throws what the last try threw. */
export async function again<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act();
    } catch (error) {
      if (tries >= mostTries || !hasStatus(error, 409)) throw error;
    }
  }
}

const mostTries = 5;
