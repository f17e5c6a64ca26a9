import { undo } from '../../restore/side/undo';
import type { RunKind } from '../run/jobContext';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { obeyPolicy } from '../run/obeyPolicy';
import { targetOf } from '../plan/jobTarget';
import { Places } from '../plan/places';
import { recordsOf } from '../record/records';
import { openTarget } from './restoreJob';

/** Swaps back. */
export const undoJob: RunKind<'undo'> = async (context) => {
  const { id, request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const { reference, job, earlier } = await targetOf(request);
  const places = new Places(request.kubeconfigs, undefined, earlier, work);
  const place = await openTarget(context, places, reference);
  const policy = await obeyPolicy(context, { target: place });
  const { client, pod, database } = place;
  const { only } = request.options;
  const more = { ...defined({ restoredBy: job, only }), records: recordsOf(request.root, pod.pod) };
  const cluster = client.cluster.alias;
  const done = await undo({ target: pod, database, cluster, job: id, ...more }, work);
  const { findings, kept, ...facts } = done;
  const target = formatReference(reference);
  return {
    outcome: 'done',
    findings: [...policy, ...findings],
    data: { target, ...facts, ...(kept === undefined ? {} : { kept, undo: `db-ferry undo ${target}` }) },
  };
};
