import { AppError } from '../../base/errors';
import type { BackupSummary } from '../../catalog/manifest';
import { backupPolicyOf } from './obeyPolicy';

/** A backup in clear of a place whose backups are encrypted stays where it is: it is sent nowhere. Throws `usage` { rule: 'send.clear' }. */
export async function mustBeAllowedToLeave({
  manifest: { source, encryption, origin },
}: {
  readonly manifest: Pick<BackupSummary['manifest'], 'source' | 'encryption' | 'origin'>;
}): Promise<void> {
  if (encryption !== undefined || origin !== 'db-ferry') return;
  const { cluster, server, namespace, pod, database } = source;
  const reference = { cluster, namespace, pod, database };
  const { encrypt } = await backupPolicyOf({ alias: cluster, server, contexts: [] }, reference);
  if (encrypt) throw new AppError('usage', { rule: 'send.clear', place: `${cluster}/${namespace}` });
}
