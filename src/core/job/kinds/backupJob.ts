import { environmentOf } from '../../cluster/environment';
import { loginEnd } from '../../cluster/loginEnd';
import { backUp, type BackupOptions } from '../../backup/backUp';
import type { BackupEntry } from '../../catalog/manifest';
import type { JobContext, RunKind } from '../run/jobContext';
import { listJobs } from '../record/listJobs';
import { gentleOf, Places, type DatabasePlace } from '../plan/places';

/** Takes a backup: `[database ref]`. */
export const backupJob: RunKind = async (context) => {
  const { request, work } = context;
  const [reference = ''] = request.operands;
  work.report({ type: 'phase', phase: 'preflight' });
  const place = await new Places(request.kubeconfigs, request.options.gentle, [], work).database(
    reference,
    work.signal,
  );
  const login = await loginEnd(place.client, work.signal);
  const { entry, findings } = await backUpPlace(context, place, login === undefined ? {} : { login });
  return { outcome: 'done', findings, data: { ...backupFacts(entry), source: reference } };
};

/** Backs up a place that is open, with the options of the request; `copy` and a restore in place do the same. */
export async function backUpPlace(
  { id, request, work }: JobContext,
  { client, pod, database }: DatabasePlace,
  more: Pick<BackupOptions, 'application' | 'login'> = {},
): ReturnType<typeof backUp> {
  const { alias, server } = client.cluster;
  const { to, compress, count, gentle } = request.options;
  const paces = new Map((await listJobs(request.root)).map((job) => [job.id, job.request.options.gentle]));
  const environment = await environmentOf(client, pod.pod.namespace, work.signal);
  return backUp(
    pod,
    database,
    {
      root: to ?? request.root,
      cluster: { alias, server },
      compress: compress ?? 'auto',
      ...(count === undefined ? {} : { count }),
      // a second look at tables is nothing for busy hours
      ...(gentle === undefined ? {} : { generated: false }),
      ...{ gentle: gentleOf(request.options), isLike: ({ manifest }) => paces.get(manifest.job) === gentle },
      job: id,
      asked: request.asked,
      ...(environment === undefined ? {} : { environment }),
      ...more,
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
