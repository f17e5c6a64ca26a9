import type { JobRequest } from '../core/job/jobEvents';
import type { Phase, Progress } from '../core/progress';

type Moment = Extract<Progress, { type: 'progress' } | { type: 'phase' }>;

/**
 * How much of a job is done, 0 to 100; undefined where nobody knows. Each phase has its share of the whole, as measured on databases of
 * 1 GB; within it the bytes count. A phase without a scale counts when the next one begins.
 */
export function jobPercent(
  request: Pick<JobRequest, 'kind' | 'operands' | 'options'>,
  moment: Moment,
): number | undefined {
  let before = 0;
  for (const [phase, share] of sharesOf(request)) {
    if (phase !== moment.phase) before += share;
    else return before + (share * (moment.type === 'progress' ? (moment.percent ?? 0) : 0)) / 100;
  }
  return undefined;
}

type Shares = readonly (readonly [phase: Phase, share: number])[];

function sharesOf({ kind, operands, options }: Pick<JobRequest, 'kind' | 'operands' | 'options'>): Shares {
  switch (kind) {
    case 'backup':
      return ofBackup;
    case 'restore':
      return options.inPlace === true ? inPlace : ofRestore;
    case 'copy':
      return [...ofBackup, ...(options.inPlace === true ? inPlace : ofRestore)].map(half);
    case 'verify':
      return options.deep === undefined ? [['read', 100]] : ofDrill;
    case 'diff':
      return ofComparison(operands.map(isBackup));
    case 'clean':
      return [['clean', 100]];
    case 'undo':
    case 'release':
      return [];
  }
}

const ofBackup: Shares = [
  ['dump', 93],
  ['read', 5],
  ['seal', 2],
];

const ofRestore: Shares = [
  ['read', 7],
  ['restore', 46],
  ['indexes', 11],
  ['analyze', 3],
  ['verify', 30],
  ['properties', 1],
  ['swap', 2],
];

/** It takes a backup of what it replaces first. */
const inPlace: Shares = [
  ['read', 4],
  ['dump', 26],
  ['seal', 1],
  ['restore', 48],
  ['indexes', 12],
  ['verify', 5],
  ['commit', 1],
  ['compare', 3],
];

const ofDrill: Shares = [
  ['read', 7],
  ['restore', 48],
  ['indexes', 11],
  ['analyze', 3],
  ['verify', 31],
];

/** A backup is read before a database, which takes longer. */
function ofComparison([left, right]: readonly boolean[]): Shares {
  if (left === right) return [[left === true ? 'read' : 'verify', 100]];
  return [
    ['read', 15],
    ['verify', 85],
  ];
}

/** As the job itself tells a backup from a database. */
function isBackup(operand: string): boolean {
  return operand.startsWith('/') || !operand.includes('/');
}

function half([phase, share]: readonly [Phase, number]): readonly [Phase, number] {
  return [phase, share / 2];
}
