import { findBackup } from '../../catalog/catalog';
import { environmentOf } from '../../cluster/environment';
import { loginEnd } from '../../cluster/loginEnd';
import { findPoolers } from '../../pod/discover/findPoolers';
import type { JobRequest } from '../record/jobEvents';
import { gentleOf, Places } from './places';
import { planRestore, type RestorePlan } from './planRestore';

/**
 * What a restore or a copy would do and meet, as its request asks for it; changes nothing and makes no job. Throws what opening the places throws, `backup.*`,
 * `database.unknown`, `archive.*`, `cancelled`.
 */
export async function planJob(request: JobRequest, signal: AbortSignal): Promise<RestorePlan> {
  const [from = '', reference = ''] = request.operands;
  const { options, root } = request;
  const places = new Places(request.kubeconfigs, gentleOf(options));
  const backup = request.kind === 'restore' ? await findBackup(root, from) : undefined;
  const target = await places.database(reference, signal);
  const source = backup === undefined ? await places.database(from, signal) : undefined;
  const clients = [...new Set([target.client, ...(source === undefined ? [] : [source.client])])];
  const [environment, sourceEnvironment, poolers, logins] = await Promise.all([
    environmentOf(target.client, target.pod.pod.namespace, signal),
    source && environmentOf(source.client, source.pod.pod.namespace, signal),
    findPoolers(target.client, target.pod.pod.namespace, signal),
    Promise.all(clients.map((client) => loginEnd(client, signal))),
  ]);
  const origin =
    source === undefined
      ? undefined
      : {
          ...{ pod: source.pod, database: source.database },
          ...(sourceEnvironment === undefined ? {} : { environment: sourceEnvironment }),
        };
  return planRestore(
    {
      ...{ target: target.pod, database: target.database, reference, options, poolers, logins, root },
      ...(environment === undefined ? {} : { environment }),
      clusters: clients.map(({ cluster }) => cluster),
      cluster: target.client.cluster.alias,
      from: origin ?? { backup: backup ?? (await findBackup(root, from)) },
    },
    signal,
  );
}
