import { release } from '../../restore/side/release';
import type { RunKind } from '../run/jobContext';
import { targetOf } from '../plan/jobTarget';
import { Places } from '../plan/places';
import { recordsOf } from '../record/records';
import { openTarget } from './restoreJob';

/** Drops what restores kept: `[job | database ref]`. */
export const releaseJob: RunKind = async (context) => {
  const { request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const { reference, job, earlier } = await targetOf(request);
  const places = new Places(request.kubeconfigs, undefined, earlier, work);
  const { client, pod, database } = await openTarget(context, places, reference);
  const restoredBy = job === undefined ? {} : { restoredBy: job };
  const { dropSlots = false, only } = request.options;
  const more = { ...restoredBy, ...(only === undefined ? {} : { only }), records: recordsOf(request.root, pod.pod) };
  const { removed, dropped, remaining, claims, bytes, slots } = await release(
    { target: pod, database, cluster: client.cluster.alias, job: context.id, dropSlots, ...more },
    work,
  );
  return {
    outcome: remaining.length === 0 ? 'done' : 'differences',
    data: { target: reference, removed, dropped, remaining, claims, bytes, ...(slots.length === 0 ? {} : { slots }) },
  };
};
