import type { Context } from 'mocha';

/**
 * Leaves a test out that this machine cannot run, and says what it lacks: the sum of `npm test` repeats it, so that nothing is passed over in silence. Where a machine is said to have all
 * (`DB_FERRY_LEAVE_OUT=nothing`) it fails.
 */
export function leaveOut(test: Context, lacks: string): never {
  if (process.env['DB_FERRY_LEAVE_OUT'] === 'nothing')
    throw new Error(`this machine is said to have all, and lacks ${lacks}`);
  console.log(`    left out, without ${lacks}: ${test.test?.fullTitle() ?? ''}`);
  return test.skip();
}
