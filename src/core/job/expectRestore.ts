import type { Job } from './readJob';

/** How long a restore is expected to take. */
export interface ExpectedRestore {
  readonly seconds: number;
  readonly basis: 'last run' | 'size';
}

/**
 * From the last job of the same kind that restored into the same database, scaled by rows where both are known; else from the
 * size in bytes, which is a guess. A copy is a backup and a restore.
 */
export function expectRestore(
  jobs: readonly Job[],
  what: { readonly kind: 'restore' | 'copy'; readonly target: string; readonly bytes: number; readonly rows?: number },
): ExpectedRestore {
  const last = jobs
    .filter(({ request, result }) => request.kind === what.kind && result !== undefined && isWhole(result.outcome))
    .filter(({ request }) => request.operands[1] === what.target)
    .map(({ result }) => ({ seconds: numberOf(result?.data['seconds']), rows: numberOf(result?.data['rows']) }))
    .find(({ seconds }) => seconds !== undefined);
  if (last?.seconds !== undefined) {
    const scale = last.rows !== undefined && last.rows > 0 && what.rows !== undefined ? what.rows / last.rows : 1;
    return { seconds: last.seconds * Math.max(scale, leastScale), basis: 'last run' };
  }
  const perSecond = what.kind === 'copy' ? copySpeed : restoreSpeed;
  return { seconds: 5 + what.bytes / perSecond, basis: 'size' };
}

/** What does not shrink with the rows: starting, looking, exchanging. */
const leastScale = 0.1;

/** Bytes of the database a second, restored and compared, as measured on one core without a network. */
const restoreSpeed = 15e6;
const copySpeed = 11e6;

function isWhole(outcome: string): boolean {
  return outcome === 'done' || outcome === 'differences';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
