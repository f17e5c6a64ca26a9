import { aboutTrust } from '../core/cluster/aboutTrust';
import { isBlocked } from '../core/base/finding';
import type { UndoPlan } from '../core/restore/side/undo';
import type { Services } from '../services';
import { ago } from '../ui/format';
import { looking } from '../ui/looking';
import { startJobs } from '../ui/startJobs';
import { findingLines } from '../ui/findingLines';
import type { Command } from './command';
import { askedOf, confirmKept, keptTarget, keptText, meantOf, namedIn, type KeptTarget } from './keptTargets';
import { showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

/** Puts back what a restore replaced, after saying what was written since. */
export const undoRestore: Command = {
  id: 'dbFerry.undoRestore',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await keptTarget(services, target, t`Undo Restore`);
    const plan = await looking(place.reference, async (signal) => {
      const [{ openPod }, { planUndo }] = await Promise.all([
        import('../core/pod/openPod'),
        import('../core/restore/side/undo'),
      ]);
      const opened = await openPod(place.model.client, place.pod, signal);
      return planUndo({ target: opened, ...askedOf(place) }, signal);
    });
    if (!(await confirm(services, place, plan))) return;
    await startJobs(services, [{ kind: 'undo', ...namedIn(services, place), options: meantOf([plan.kept]) }]);
  },
};

async function confirm(
  services: Services,
  place: KeptTarget,
  { kept, made, live, findings }: UndoPlan,
): Promise<boolean> {
  const { database, model, pod } = place;
  const detail = [
    kept.proof.how === 'claim'
      ? t`Nothing proves that ${place.reference} was this before a restore of yours:`
      : t`${place.reference} becomes again what it was before the restore (${ago(kept.mark.time)}):`,
    keptText(kept, made),
    live ? t`What is there now is kept, closed: an undo can be undone.` : t`Nothing answers to the name now.`,
    ...findingLines([...aboutTrust([model.cluster]), ...findings]),
  ].join('\n\n');
  if (isBlocked(findings)) {
    await showWarningMessage(t`${database} on ${pod.name} cannot be put back now.`, {
      modal: true,
      detail,
    });
    return false;
  }
  const answer = await showWarningMessage(
    t`Undo the restore of ${database} on ${pod.name}?`,
    { modal: true, detail },
    t`Undo Restore`,
  );
  return answer !== undefined && confirmKept(services, place, [kept]);
}
