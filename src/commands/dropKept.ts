import { confirmName } from '../ui/confirmName';
import { ago, size } from '../ui/format';
import { looking } from '../ui/looking';
import { startJobs } from '../ui/startJobs';
import { AppError } from '../core/errors';
import type { Command } from './command';
import { keptTarget } from './keptTargets';
import { showWarningMessage } from '../ui/shown';

/** Drops what restores kept; after it there is no undo. */
export const dropKept: Command = {
  id: 'dbFerry.dropKept',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await keptTarget(services, target, 'Drop Kept Database');
    const { kept, slots } = await looking(place.reference, async (signal) => {
      const [{ openPod }, { planRelease }] = await Promise.all([
        import('../core/pod/openPod'),
        import('../core/restore/release'),
      ]);
      const target = await openPod(place.model.client, place.pod, signal);
      const restoredBy = place.job === undefined ? {} : { restoredBy: place.job };
      return planRelease({ target, database: place.database, cluster: place.pod.cluster, ...restoredBy }, signal);
    });
    if (kept.length === 0) throw new AppError('restore.nothingKept', { reference: place.reference });
    const names = kept.map(({ row: { name, bytes }, mark }) => `${name} (${size(bytes)}, replaced ${ago(mark.time)})`);
    const detail = [
      place.reference,
      names.join('\n'),
      ...(slots.length === 0
        ? []
        : [
            `These replication slots go with it: ${slots.map(({ name }) => name).join(', ')}. What reads from them loses its place.`,
          ]),
      'After this the restore cannot be undone.',
    ];
    const answer = await showWarningMessage(
      `Drop what was kept for ${place.database} on ${place.pod.name}?`,
      { modal: true, detail: detail.join('\n\n') },
      'Drop',
    );
    if (answer === undefined || !(await confirmName(services, place))) return;
    const options = slots.length === 0 ? {} : { dropSlots: true };
    await startJobs(services, [{ kind: 'release', operands: [place.job ?? place.reference], options }]);
  },
};
