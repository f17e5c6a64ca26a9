import { findBackup } from '../../catalog/catalog';
import { environmentOf } from '../../cluster/environment';
import { loginEnd } from '../../cluster/loginEnd';
import { findPoolers } from '../../pod/discover/findPoolers';
import { defined } from '../../base/defined';
import { AppError } from '../../base/errors';
import { formatReference } from '../../cluster/reference';
import { checkWork } from '../checkRequest';
import { formatBackupRef, type RequestOf } from '../request';
import { policiesInForce } from '../../policy/policies';
import { protectedPlaces } from '../../policy/protectedList';
import { backupPolicy } from '../run/obeyPolicy';
import { Places } from './places';
import { planRestore, type RestorePlan } from './planRestore';

/**
 * What a restore or a copy would do and meet, as its request asks for it; changes nothing and makes no job. Throws what opening the places throws, `backup.*`,
 * `database.unknown`, `archive.*`, `cancelled`.
 */
export async function planJob(request: RequestOf<'restore' | 'copy'>, signal: AbortSignal): Promise<RestorePlan> {
  const { options, root } = request;
  checkWork(request);
  const places = new Places(request.kubeconfigs, options.gentle);
  const backup = request.kind === 'restore' ? await findBackup(root, formatBackupRef(request.backup)) : undefined;
  const target = await places.database(request.target, signal);
  const source = request.kind === 'copy' ? await places.database(request.source, signal) : undefined;
  const clients = [...new Set([target.client, ...(source === undefined ? [] : [source.client])])];
  const [environment, sourceEnvironment, poolers, logins] = await Promise.all([
    environmentOf(target.client, target.pod.pod.namespace, signal),
    source && environmentOf(source.client, source.pod.pod.namespace, signal),
    findPoolers(target.client, target.pod.pod.namespace, signal),
    Promise.all(clients.map((client) => loginEnd(client, signal))),
  ]);
  const protectedBy = (await protectedPlaces()).entryFor(target.client.cluster, target.pod.pod.namespace);
  const from =
    source === undefined
      ? backup && { backup }
      : { pod: source.pod, database: source.database, ...defined({ environment: sourceEnvironment }) };
  const policies = await policiesInForce(root, clients, signal);
  if (from === undefined) throw new AppError('internal', { message: 'a plan of neither a backup nor a database' });
  const plan = await planRestore(
    {
      ...{ target: target.pod, database: target.database, reference: formatReference(request.target) },
      ...{
        options,
        poolers,
        logins,
        root,
        from,
        policies,
        asked: request.asked,
        ...defined({ environment, protectedBy }),
      },
      clusters: clients.map(({ cluster }) => cluster),
      cluster: target.client.cluster.alias,
    },
    signal,
  );
  const policy = source && (await backupPolicy(source));
  return policy === undefined ? plan : { ...plan, findings: [...policy.findings, ...plan.findings] };
}
