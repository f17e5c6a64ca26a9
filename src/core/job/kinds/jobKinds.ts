import type { JobKinds } from '../run/jobContext';

/** Every kind of job, each in its own file, loaded when it is run. */
export const jobKinds: JobKinds = {
  backup: async () => (await import('./backupJob')).backupJob,
  restore: async () => (await import('./restoreJob')).restoreJob,
  copy: async () => (await import('./copyJob')).copyJob,
  verify: async () => (await import('./verifyJob')).verifyJob,
  drill: async () => (await import('./drillJob')).drillJob,
  diff: async () => (await import('./diffJob')).diffJob,
  undo: async () => (await import('./undoJob')).undoJob,
  release: async () => (await import('./releaseJob')).releaseJob,
  swap: async () => (await import('./swapJob')).swapJob,
  discard: async () => (await import('./discardJob')).discardJob,
  import: async () => (await import('./importJob')).importJob,
  clean: async () => (await import('./cleanJob')).cleanJob,
};
