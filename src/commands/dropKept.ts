import { aboutTrust } from '../core/cluster/aboutTrust';
import { findingLines } from '../ui/findingLines';
import { looking } from '../ui/looking';
import { startJobs } from '../ui/startJobs';
import type { Command } from './command';
import { askedOf, confirmKept, keptTarget, keptText, meantOf, namedIn } from './keptTargets';
import { showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

/** Drops what restores kept; after it there is no undo. */
export const dropKept: Command = {
  id: 'dbFerry.dropKept',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await keptTarget(services, target, t`Drop Kept Database`);
    const { kept, claims, made, slots } = await looking(place.reference, async (signal) => {
      const [{ openPod }, { planRelease }] = await Promise.all([
        import('../core/pod/openPod'),
        import('../core/restore/side/release'),
      ]);
      const target = await openPod(place.model.client, place.pod, signal);
      return planRelease({ target, ...askedOf(place) }, signal);
    });
    const names = kept.map((one) => keptText(one, made));
    const others = claims.map((one) => keptText(one, made));
    const detail = [
      place.reference,
      names.join('\n'),
      ...(others.length === 0 ? [] : [t`Left alone, since nothing proves what it says:\n${others.join('\n')}`]),
      ...(slots.length === 0
        ? []
        : [
            t`These replication slots go with it: ${slots.map(({ name }) => name).join(', ')}. What reads from them loses its place.`,
          ]),
      t`After this the restore cannot be undone.`,
      ...findingLines(aboutTrust([place.model.cluster])),
    ];
    const answer = await showWarningMessage(
      t`Drop what was kept for ${place.database} on ${place.pod.name}?`,
      { modal: true, detail: detail.join('\n\n') },
      t`Drop`,
    );
    if (answer === undefined || !(await confirmKept(services, place, kept))) return;
    const options = { ...meantOf(kept), ...(slots.length === 0 ? {} : { dropSlots: true }) };
    await startJobs(services, [{ kind: 'release', ...namedIn(services, place), options }]);
  },
};
