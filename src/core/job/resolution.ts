import type { Cleaned } from '../restore/clean';
import { sideName } from '../restore/sideDatabase';
import { uncertainPhases, type Job } from './readJob';

/** What is known by now of a job whose outcome was not. */
export interface Resolution {
  /** false: nothing on the server proves what became of it */
  readonly known: boolean;
  /** for people */
  readonly text: string;
}

/** True for a job that ended without anyone knowing what became of its target. */
export function isUncertain({ state, phase }: Pick<Job, 'state' | 'phase'>): boolean {
  return state === 'unknown' || (state === 'interrupted' && phase !== undefined && uncertainPhases.includes(phase));
}

/**
 * What became of a job whose outcome was not known, from what was found on the server of `place`, which names `database`. Only what a job
 * kept, what it was to drop, or its side database proves anything. Pure.
 */
export function resolutionOf(job: Job, place: string, database: string, cleaned: Cleaned): Resolution {
  const { kind, operands } = job.request;
  const named = operands.find((operand) => !operand.includes('/'));
  const kept = cleaned.swapped.filter((one) => one.database === database);
  const known = (text: string): Resolution => ({ known: true, text: `job ${job.id}${text}` });

  if (kind === 'release') {
    const left = kept.filter((one) => named === undefined || one.job === named);
    if (left.length === 0) return known(`: done; nothing of it is kept for ${place} any more`);
    return known(`: not done; still kept: ${left.map((one) => one.kept).join(', ')}`);
  }
  const own = kept.find((one) => one.job === job.id);
  if (own && kind === 'undo') {
    return known(`: committed; ${place} is what was kept, ${own.kept} is what was live until then`);
  }
  if (own) return known(`: committed; ${place} is the restored database, ${own.kept} is the one before`);
  const undone = kept.find((one) => one.origin === `undo of ${job.id}`);
  if (undone) return known(`: committed, and undone since by job ${undone.job}`);
  if (kind === 'undo' && kept.some((one) => one.job === named)) {
    return known(`: not committed; ${place} is what it was`);
  }
  const side = sideName(database, job.id);
  if (cleaned.removed.includes(side) || cleaned.left.some((one) => one.database === side)) {
    return known(`: not committed; ${place} is what it was`);
  }
  const text = `job ${job.id} (${kind}): unknown: look at ${place}; nothing on the server proves what became of it`;
  return { known: false, text };
}
