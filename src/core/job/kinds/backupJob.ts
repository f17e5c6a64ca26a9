import type { ResultData } from '../record/resultData';
import { formatReference } from '../../cluster/reference';
import { environmentOf } from '../../cluster/environment';
import { loginEnd } from '../../cluster/loginEnd';
import { backUp } from '../../backup/backUp';
import type { BackupTask } from '../../backup/backupTask';
import type { BackupOptions } from '../../backup/options';
import { defined } from '../../base/defined';
import { AppError } from '../../base/errors';
import { isBlocked } from '../../base/finding';
import type { BackupEntry, BackupSummary } from '../../catalog/manifest';
import { Masking } from '../../mask/masking';
import { readRules } from '../../mask/rules/readRules';
import { maskKey } from '../../state/maskKeys';
import type { Report } from '../../base/progress';
import type { JobEvent } from '../record/jobEvents';
import type { JobContext, RunKind } from '../run/jobContext';
import { backupPolicy } from '../run/obeyPolicy';
import { listJobs } from '../record/listJobs';
import { forgetDraft, noteDraft } from '../recover/drafts';
import { Places, type DatabasePlace } from '../plan/places';
import { obeyReading } from '../run/obeyPolicy';
import { follows, gentleOf } from '../request';

/** Takes a backup. */
export const backupJob: RunKind<'backup'> = async (context) => {
  const { request, work } = context;
  work.report({ type: 'phase', phase: 'preflight' });
  const places = new Places(request.kubeconfigs, request.options.gentle, [], work);
  const place = await places.database(request.source, work.signal);
  const policy = await obeyReading(context, place);
  const login = await loginEnd(place.client, work.signal);
  const { entry, findings } = await backUpPlace(context, place, request.options, {
    ...defined({ login }),
    maskKeyName: formatReference(request.source),
  });
  return {
    outcome: 'done',
    findings: [...policy, ...findings],
    data: { ...backupFacts(entry), source: formatReference(request.source) },
  };
};

/** Backs up a place that is open; `copy` and a restore in place do the same, of which it is a part. */
export async function backUpPlace(
  { id, folder, request, work: outer, describe }: JobContext,
  place: DatabasePlace,
  { to, compress, count, gentle, encrypt, mask }: BackupOptions,
  {
    maskKeyName,
    ...more
  }: Pick<BackupTask, 'application' | 'login' | 'onArriving' | 'onFailed'> & { readonly maskKeyName?: string } = {},
): ReturnType<typeof backUp> {
  const { client, pod, database } = place;
  const told: JobEvent[] = [];
  const report: Report = (progress) => {
    if (progress.type !== 'progress') told.push({ time: new Date().toISOString(), ...progress });
    outer.report(progress);
  };
  const work = { ...outer, report };
  const ofPart = request.kind === 'backup' ? {} : { told };
  const policy = await backupPolicy(place);
  for (const finding of policy.findings) work.report({ type: 'finding', finding });
  if (isBlocked(policy.findings)) throw new AppError('backup.refused', { findings: policy.findings });
  const { alias, server } = client.cluster;
  const source = { cluster: alias, namespace: pod.pod.namespace, pod: pod.pod.name, database };
  const past = new Map((await listJobs(request.root)).map((job) => [job.id, job.request]));
  const isLike = ({ manifest: { job } }: BackupSummary): boolean => {
    const of = past.get(job);
    return (of && gentleOf(of)) === gentle && (of !== undefined && follows(of)) === follows(request);
  };
  const environment = await environmentOf(client, pod.pod.namespace, work.signal);
  const keyName = mask?.key ?? maskKeyName;
  const change =
    mask === undefined || keyName === undefined
      ? undefined
      : new Masking(readRules(mask.rules), await maskKey(keyName));
  // never without, where it was asked for
  if (mask !== undefined && change === undefined) throw new AppError('internal', { message: 'a mask without a key' });
  const root = to ?? request.root;
  const result = await backUp(
    pod,
    database,
    {
      root,
      onDraft: async ({ prefix }) => noteDraft(folder, { root, prefix }),
      cluster: { alias, server },
      compress: compress ?? 'auto',
      ...defined({ count, environment, change }),
      encrypt: encrypt === true || policy.encrypt,
      // a second look at tables is nothing for busy hours
      ...(gentle === undefined ? {} : { generated: false }),
      ...{ gentle, isLike },
      job: id,
      asked: request.asked,
      describe: async (entry, findings) =>
        describe?.({ source, findings, ...ofPart, data: { ...backupFacts(entry), source: formatReference(source) } }),
      ...more,
    },
    work,
  );
  await forgetDraft(folder).catch(() => undefined);
  return { ...result, findings: [...policy.findings, ...result.findings] };
}

/** What a result says of a backup. Bytes, seconds. */
export function backupFacts({ id, folder, manifest }: BackupEntry): ResultData {
  const { size, time, archive, tables, dump, source, encryption, masked } = manifest;
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
    ...(encryption === undefined ? {} : { encrypted: true }),
    seconds: time.seconds,
    ...(masked === undefined ? {} : { masked }),
    ...(time.expectedSeconds === undefined ? {} : { expectedSeconds: time.expectedSeconds }),
  };
}
