import { removeBackup } from '../../catalog/catalog';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { environmentOf } from '../../cluster/environment';
import { AppError, toAppError } from '../../base/errors';
import { isBlocked } from '../../base/finding';
import { findPoolers } from '../../pod/discover/findPoolers';
import { lookAhead } from '../../restore/preflight/lookAhead';
import { expectRestore, type ExpectedRestore } from '../plan/expectRestore';
import type { JobContext, JobDone, RunKind } from '../run/jobContext';
import { listJobs } from '../record/listJobs';
import { obeyPolicy } from '../run/obeyPolicy';
import { Places, type DatabasePlace } from '../plan/places';
import { backupFacts, backUpPlace } from './backupJob';
import { asPart, openTarget, restoreInto, tellExpected } from './restoreJob';

/**
 * Backup, verification and restore as one job. The backup between is deleted after success
 * unless it is to be kept; after differences or a failure it stays, since it is whole.
 */
export const copyJob: RunKind<'copy'> = async (context) => {
  const { request, work } = context;
  const [from, to] = [request.source, request.target];
  const { gentle } = request.options;
  work.report({ type: 'phase', phase: 'preflight' });
  const places = new Places(request.kubeconfigs, gentle, [], work);
  // held before the dump: a target that is busy, or cannot be reached, or that would refuse, shows before hours of work
  const target = await openTarget(context, places, to);
  const source = await places.database(from, work.signal);
  const expected = await expectedCopy();
  const lasts = expected === undefined ? {} : { lasts: expected.seconds * 1000 };
  const policy = await obeyPolicy(context, { target, from: source, ...lasts });
  await refuseEarly(context, source, target);
  const started = Date.now();
  const warned = expected ? await tellExpected(context, expected, [source, target]) : [];
  const { entry, findings } = await backUpPlace({ ...context, work: asPart(work) }, source, request.options, {
    maskKeyName: formatReference(to),
  });
  const restored = await restoreFrom();
  const backup = backupFacts(entry);
  const kept = request.options.keep === true || restored.outcome !== 'done' || !(await removed());
  return {
    ...restored,
    findings: [...policy, ...warned, ...findings, ...(restored.findings ?? [])],
    data: {
      ...restored.data,
      source: formatReference(from),
      sha256: backup['sha256'],
      archiveBytes: backup['archiveBytes'],
      sourceVersion: backup['sourceVersion'],
      pgDump: backup['pgDump'],
      ...('masked' in backup ? { masked: backup['masked'] } : {}),
      ...(kept ? { folder: entry.folder } : {}),
      backupKept: kept,
      seconds: (Date.now() - started) / 1000,
    },
  } satisfies JobDone;

  /** Undefined where the server does not tell how large the source is. */
  async function expectedCopy(): Promise<ExpectedRestore | undefined> {
    const { bytes } = source.pod.facts.databases.find(({ name }) => name === source.database) ?? {};
    if (bytes === undefined) return undefined;
    return expectRestore(await listJobs(request.root), {
      ...{ kind: 'copy', target: formatReference(to), bytes, gentle },
    });
  }

  async function restoreFrom(): Promise<JobDone> {
    try {
      return await restoreInto(context, entry, target, true);
    } catch (error) {
      const { code } = toAppError(error);
      work.report({ type: 'note', code: 'backup.kept', data: { backup: entry.id, folder: entry.folder, after: code } });
      throw error;
    }
  }

  async function removed(): Promise<boolean> {
    try {
      return (await removeBackup(entry)).state !== 'retained';
    } catch (error) {
      work.log.warn(`the backup between could not be deleted: ${toAppError(error).message}`);
      return false;
    }
  }
};

/** Throws `restore.refused` for what blocks already; the restore looks again, with the archive in its hands. */
async function refuseEarly(
  { id, request, work }: JobContext<'copy'>,
  source: DatabasePlace,
  { client, pod, database }: DatabasePlace,
): Promise<void> {
  const { createRoles = false, mapRoles = {}, ...options } = request.options;
  const [sourceEnvironment, environment, poolers] = await Promise.all([
    environmentOf(source.client, source.pod.pod.namespace, work.signal),
    environmentOf(client, pod.pod.namespace, work.signal),
    findPoolers(client, pod.pod.namespace, work.signal),
  ]);
  const findings = await lookAhead(
    {
      source: {
        ...{ pod: source.pod, database: source.database },
        ...defined({ environment: sourceEnvironment }),
      },
      ...options,
      ...{ target: pod, database, roles: { createRoles, mapRoles }, poolers, job: id },
      cluster: client.cluster.alias,
      ...defined({ environment }),
    },
    work,
  );
  if (!isBlocked(findings)) return;
  for (const finding of findings) work.report({ type: 'finding', finding });
  throw new AppError('restore.refused', { findings });
}
