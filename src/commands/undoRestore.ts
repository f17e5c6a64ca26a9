import { isBlocked } from '../core/finding';
import type { UndoPlan } from '../core/restore/undo';
import type { Services } from '../services';
import { confirmName } from '../ui/confirmName';
import { ago, size } from '../ui/format';
import { looking } from '../ui/looking';
import { startJobs } from '../ui/startJobs';
import { findingLines } from '../ui/findingLines';
import type { Command } from './command';
import { keptTarget, type KeptTarget } from './keptTargets';
import { showWarningMessage } from '../ui/shown';

/** Puts back what a restore replaced, after saying what was written since. */
export const undoRestore: Command = {
  id: 'dbFerry.undoRestore',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await keptTarget(services, target, 'Undo Restore');
    const plan = await looking(place.reference, async (signal) => {
      const [{ openPod }, { planUndo }] = await Promise.all([
        import('../core/pod/openPod'),
        import('../core/restore/undo'),
      ]);
      const opened = await openPod(place.model.client, place.pod, signal);
      return planUndo(
        { target: opened, database: place.database, cluster: place.pod.cluster, ...restoredBy(place) },
        signal,
      );
    });
    if (!(await confirm(services, place, plan))) return;
    await startJobs(services, [{ kind: 'undo', operands: [place.job ?? place.reference], options: {} }]);
  },
};

/** A row of a kept database means that very one; its job must be known in this root, else the last one is meant. */
function restoredBy({ job }: KeptTarget): { restoredBy?: string } {
  return job === undefined ? {} : { restoredBy: job };
}

async function confirm(services: Services, place: KeptTarget, { kept, live, findings }: UndoPlan): Promise<boolean> {
  const { database, pod } = place;
  const detail = [
    `${place.reference} becomes again what it was before the restore (${ago(kept.mark.time)}${kept.row.bytes === undefined ? '' : `, ${size(kept.row.bytes)}`}).`,
    live ? 'What is there now is kept, closed: an undo can be undone.' : 'Nothing answers to the name now.',
    ...findingLines(findings),
  ].join('\n\n');
  if (isBlocked(findings)) {
    await showWarningMessage(`${database} on ${pod.name} cannot be put back now.`, {
      modal: true,
      detail,
    });
    return false;
  }
  const answer = await showWarningMessage(
    `Undo the restore of ${database} on ${pod.name}?`,
    { modal: true, detail },
    'Undo Restore',
  );
  return answer !== undefined && confirmName(services, place);
}
