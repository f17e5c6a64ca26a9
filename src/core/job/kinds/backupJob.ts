import { environmentOf } from '../../cluster/environment';
import { backUp } from '../../backup/backUp';
import type { BackupEntry } from '../../catalog/manifest';
import type { JobContext, RunKind } from '../jobContext';
import { Places, type DatabasePlace } from '../places';

/** Takes a backup: `[database ref]`. */
export const backupJob: RunKind = async (context) => {
  const { request, work } = context;
  const [reference = ''] = request.operands;
  work.report({ type: 'phase', phase: 'preflight' });
  const { entry, findings } = await takeBackup(
    context,
    new Places(request.kubeconfigs, request.options.gentle),
    reference,
  );
  return { outcome: 'done', findings, data: { ...backupFacts(entry), source: reference } };
};

/** Opens the source and backs it up with the options of the request; `copy` does the same. */
export async function takeBackup(context: JobContext, places: Places, reference: string): ReturnType<typeof backUp> {
  return backUpPlace(context, await places.database(reference, context.work.signal));
}

/** The same of a place that is open; `application` names the sessions on the server. */
export async function backUpPlace(
  { id, request, work }: JobContext,
  { client, pod, database }: DatabasePlace,
  application?: string,
): ReturnType<typeof backUp> {
  const { alias, server } = client.cluster;
  const { to, compress, count } = request.options;
  const environment = await environmentOf(client, pod.pod.namespace, work.signal);
  return backUp(
    pod,
    database,
    {
      root: to ?? request.root,
      cluster: { alias, server },
      compress: compress ?? 'auto',
      ...(count === undefined ? {} : { count }),
      job: id,
      ...(application === undefined ? {} : { application }),
      asked: request.asked,
      ...(environment === undefined ? {} : { environment }),
    },
    work,
  );
}

/** What a result says of a backup. Bytes, seconds. */
export function backupFacts({ id, folder, manifest }: BackupEntry): Record<string, unknown> {
  const { size, time, archive, tables, dump, source } = manifest;
  return {
    backup: id,
    folder,
    sha256: archive.sha256,
    archiveBytes: size.archive,
    textBytes: size.text,
    tables: tables.length,
    rows: tables.reduce((sum, { rows }) => sum + rows, 0),
    compression: dump.compression,
    sourceVersion: source.serverVersion,
    pgDump: dump.toolVersion,
    seconds: time.seconds,
    ...(time.expectedSeconds === undefined ? {} : { expectedSeconds: time.expectedSeconds }),
  };
}
