import { isAppError, type ErrorCode } from '../../base/errors';
import type { DrillOutcome } from '../../catalog/drillRecord';
import type { JobResult } from './jobEvents';

/** What shows that a backup is not what it was when it was taken. */
const disproving: readonly ErrorCode[] = [
  ...(['archive.damaged', 'backup.damaged', 'encrypted.damaged', 'restore.differs'] as const),
];

/** True for an error that says something of the backup; any other one says something of the place, the way to it, or us. Pure. */
export function disproves(error: unknown): boolean {
  return isAppError(error) && disproving.includes(error.code);
}

/** How a drill ended, by the result of its job. Proved: every row is the backup's. Disproved: the backup is not what it was, or other rows came out of it. Anything else is the harness's. Pure. */
export function drillOutcome(result: JobResult | undefined): DrillOutcome {
  if (result?.outcome === 'done') return 'proved';
  const codes: readonly string[] = disproving;
  if (result?.outcome === 'differences' || codes.includes(result?.error?.code ?? '')) return 'disproved';
  return 'notProved';
}
