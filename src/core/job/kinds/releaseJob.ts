import { release } from '../../restore/side/release';
import type { RunKind } from '../run/jobContext';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { obeyPolicy } from '../run/obeyPolicy';
import { targetOf } from '../plan/jobTarget';
import { Places } from '../plan/places';
import { recordsOf } from '../record/records';
import { openTarget } from './restoreJob';

/** Drops what restores kept. */
export const releaseJob: RunKind<'release'> = async (context) => {
  const { request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const { reference, job, earlier } = await targetOf(request);
  const places = new Places(request.kubeconfigs, undefined, earlier, work);
  const place = await openTarget(context, places, reference);
  const policy = await obeyPolicy(context, { target: place });
  const { client, pod, database } = place;
  const { dropSlots = false, only } = request.options;
  const more = { ...defined({ restoredBy: job, only }), records: recordsOf(request.root, pod.pod) };
  const { removed, dropped, remaining, claims, bytes, slots } = await release(
    { target: pod, database, cluster: client.cluster.alias, job: context.id, dropSlots, ...more },
    work,
  );
  return {
    findings: policy,
    outcome: remaining.length === 0 ? 'done' : 'differences',
    data: {
      target: formatReference(reference),
      removed,
      dropped,
      remaining,
      claims,
      bytes,
      ...(slots.length === 0 ? {} : { slots }),
    },
  };
};
