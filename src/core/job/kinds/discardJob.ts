import { isAppError } from '../../base/errors';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { discard } from '../../restore/swapPrepared';
import { targetOf } from '../plan/jobTarget';
import { Places } from '../plan/places';
import { recordsOf } from '../record/records';
import { settle } from '../record/settle';
import type { RunKind } from '../run/jobContext';
import { openTarget } from './restoreJob';

/** Drops what was prepared. The live database is not touched. */
export const discardJob: RunKind<'discard'> = async (context) => {
  const { id, request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const { reference, job, earlier } = await targetOf(request);
  const { client, pod, database } = await openTarget(
    context,
    new Places(request.kubeconfigs, undefined, earlier, work),
    reference,
  );
  const asked = {
    ...{ target: pod, database, cluster: client.cluster.alias, job: id, records: recordsOf(request.root, pod.pod) },
    ...defined({ preparedBy: job }),
  };
  try {
    const { preparedBy, removed, remaining, ...more } = await discard(asked, work);
    await settle(request.root, preparedBy, { how: 'discarded', job: id }, work.log);
    return {
      outcome: remaining.length === 0 ? 'done' : 'differences',
      data: { target: formatReference(reference), preparedBy, cleaned: { removed, remaining }, ...more },
    };
  } catch (error) {
    if (job !== undefined && isAppError(error, 'prepare.nothing')) {
      await settle(request.root, job, { how: 'gone', job: id }, work.log);
    }
    throw error;
  }
};
