import type { Phase } from '../../base/progress';
import type { RestoreOptions } from '../../restore/options';
import type { JobWork } from '../request';

/** The steps of a job in their order, and which part of it each is: percent, as measured on databases of 1 GB. */
export type Shares = readonly (readonly [phase: Phase, share: number])[];

/** The steps of a job that is asked for like this; none where they are over in a moment. */
export function sharesOf(work: JobWork): Shares {
  switch (work.kind) {
    case 'backup':
      return ofBackup;
    case 'restore':
      return restoring(work.options);
    case 'copy':
      return [...ofBackup, ...restoring(work.options)].map(half);
    case 'verify':
      return work.deep === undefined ? [['read', 100]] : ofDrill;
    case 'drill':
      return ofDrill;
    case 'diff':
      return ofComparison([work.left, work.right].map((side) => !('cluster' in side)));
    case 'clean':
      return [['clean', 100]];
    case 'import':
      return ofImport;
    case 'undo':
    case 'release':
    case 'swap':
    case 'discard':
      return [];
  }
}

function restoring({ inPlace: isInPlace, prepare }: RestoreOptions): Shares {
  if (isInPlace === true) return inPlace;
  return prepare === true ? ofPreparation : ofRestore;
}

const ofBackup: Shares = [
  ['dump', 93],
  ['read', 5],
  ['seal', 2],
];

const ofRestore: Shares = [
  ['read', 5],
  ['definitions', 2],
  ['restore', 38],
  ['indexes', 20],
  ['analyze', 15],
  ['verify', 16],
  ['properties', 2],
  ['swap', 2],
];

const ofPreparation: Shares = [...ofRestore.slice(0, -2), ['prepare', 4]];

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

const ofImport: Shares = [
  ['read', 10],
  ['definitions', 1],
  ['restore', 64],
  ['dump', 23],
  ['seal', 2],
];

const ofDrill: Shares = [
  ['read', 5],
  ['definitions', 2],
  ['restore', 40],
  ['indexes', 20],
  ['analyze', 15],
  ['verify', 18],
];

/** A backup is read before a database, which takes longer. */
function ofComparison([left, right]: readonly boolean[]): Shares {
  if (left === right) return [[left === true ? 'read' : 'verify', 100]];
  return [
    ['read', 15],
    ['verify', 85],
  ];
}

function half([phase, share]: readonly [Phase, number]): readonly [Phase, number] {
  return [phase, share / 2];
}
