import type { JobKind } from '../core/job/jobEvents';
import type { Phase, Progress } from '../core/progress';

type Moment = Extract<Progress, { type: 'progress' } | { type: 'phase' }>;

/**
 * How much of a job is done, 0 to 100. Each phase has its share of the whole, as measured on databases of 1 GB; within it
 * the bytes count. A phase without a scale counts when the next one begins.
 */
export function jobPercent(kind: JobKind, moment: Moment): number {
  const shares = sharesOf[kind];
  if (!shares) return 0;
  let before = 0;
  for (const [phase, share] of shares) {
    if (phase !== moment.phase) before += share;
    else return before + (share * (moment.type === 'progress' ? (moment.percent ?? 0) : 0)) / 100;
  }
  return 0;
}

type Shares = readonly (readonly [phase: Phase, share: number])[];

const ofBackup: Shares = [
  ['dump', 93],
  ['read', 5],
  ['seal', 2],
];

const ofRestore: Shares = [
  ['restore', 50],
  ['indexes', 12],
  ['analyze', 3],
  ['verify', 32],
  ['properties', 1],
  ['swap', 2],
];

const sharesOf: Readonly<Partial<Record<JobKind, Shares>>> = {
  backup: ofBackup,
  restore: ofRestore,
  copy: [...ofBackup.map(half), ...ofRestore.map(half)],
};

function half([phase, share]: readonly [Phase, number]): readonly [Phase, number] {
  return [phase, share / 2];
}
