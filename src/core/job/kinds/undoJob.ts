import { undo } from '../../restore/side/undo';
import type { RunKind } from '../run/jobContext';
import { targetOf } from '../plan/jobTarget';
import { Places } from '../plan/places';
import { recordsOf } from '../record/records';
import { openTarget } from './restoreJob';

/** Swaps back: `[job | database ref]`. */
export const undoJob: RunKind = async (context) => {
  const { id, request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const { reference, job, earlier } = await targetOf(request);
  const places = new Places(request.kubeconfigs, undefined, earlier, work);
  const { client, pod, database } = await openTarget(context, places, reference);
  const restoredBy = job === undefined ? {} : { restoredBy: job };
  const { only } = request.options;
  const more = { ...restoredBy, ...(only === undefined ? {} : { only }), records: recordsOf(request.root, pod.pod) };
  const cluster = client.cluster.alias;
  const done = await undo({ target: pod, database, cluster, job: id, ...more }, work);
  const { findings, kept, ...facts } = done;
  return {
    outcome: 'done',
    findings,
    data: { target: reference, ...facts, ...(kept === undefined ? {} : { kept, undo: `db-ferry undo ${reference}` }) },
  };
};
