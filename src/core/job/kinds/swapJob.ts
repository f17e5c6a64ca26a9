import { isAppError } from '../../base/errors';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { findPoolers } from '../../pod/discover/findPoolers';
import { swapPrepared } from '../../restore/swapPrepared';
import { targetOf } from '../plan/jobTarget';
import { Places } from '../plan/places';
import { recordsOf } from '../record/records';
import { settle } from '../record/settle';
import type { RunKind } from '../run/jobContext';
import { obeyPolicy } from '../run/obeyPolicy';
import { openTarget } from './restoreJob';

/** Gives what was prepared its name. */
export const swapJob: RunKind<'swap'> = async (context) => {
  const { id, request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const { reference, job, earlier } = await targetOf(request);
  const place = await openTarget(context, new Places(request.kubeconfigs, undefined, earlier, work), reference);
  const policy = await obeyPolicy(context, { target: place });
  const { client, pod, database } = place;
  const poolers = await findPoolers(client, pod.pod.namespace, work.signal);
  const asked = {
    ...{
      target: pod,
      database,
      cluster: client.cluster.alias,
      job: id,
      poolers,
      records: recordsOf(request.root, pod.pod),
    },
    ...defined({ preparedBy: job, acceptChanges: request.options.acceptChanges }),
  };
  const target = formatReference(reference);
  try {
    const done = await swapPrepared(asked, work);
    await settle(request.root, done.preparedBy, { how: 'swapped', job: id }, work.log);
    const { findings, kept, differences, ...facts } = done;
    return {
      outcome: differences > 0 ? 'differences' : 'done',
      findings: [...policy, ...findings],
      data: {
        ...{ target, ...facts, listed: differences },
        ...(kept === undefined ? {} : { kept, undo: `db-ferry undo ${target}` }),
      },
    };
  } catch (error) {
    if (job !== undefined && isAppError(error, 'prepare.nothing')) {
      await settle(request.root, job, { how: 'gone', job: id }, work.log);
    }
    throw error;
  }
};
