import type { Context } from 'mocha';

/** Leaves a test out that this machine cannot run, and says what it lacks: the sum of `npm test` repeats it, so that nothing is passed over in silence. */
export function leaveOut(test: Context, lacks: string): never {
  console.log(`    left out, without ${lacks}: ${test.test?.fullTitle() ?? ''}`);
  return test.skip();
}
