import { removeBackup } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
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
import { Places, serverOf, type DatabasePlace } from '../plan/places';
import { follows, type CopyWork } from '../request';
import { atOnce, type AtOnce } from './atOnce';
import { backupFacts, backUpPlace } from './backupJob';
import { asPart, openTarget, restoreFilling, restoreInto, tellExpected } from './restoreJob';

/**
 * Backup, verification and restore as one job. The restore follows the dump where it may: see `atOnce`. The backup between is deleted after success
 * unless it is to be kept; after differences or a failure it stays, if it is whole.
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
  const how = { maskKeyName: formatReference(to) };
  const { backed, restored } = mayFollow(request, source, target) ? await sideBySide() : await oneByOne();
  const { entry, findings } = backed;
  const backup = backupFacts(entry);
  const kept = request.options.keep === true || restored.outcome !== 'done' || !(await removed(entry));
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
      ...{ kind: 'copy', target: formatReference(to), bytes, gentle, follows: follows(request) },
    });
  }

  async function oneByOne(): Promise<AtOnce> {
    const backed = await backUpPlace({ ...context, work: asPart(work) }, source, request.options, how);
    try {
      return { backed, restored: await restoreInto(context, backed.entry, target, true) };
    } catch (error) {
      tellKept(backed, error);
      throw error;
    }
  }

  async function sideBySide(): Promise<AtOnce> {
    return atOnce(
      work,
      {
        backUp: async (half, onArriving, onFailed) =>
          backUpPlace({ ...context, work: asPart(half) }, source, request.options, { ...how, onArriving, onFailed }),
        restore: async (half, begin) => restoreFilling({ ...context, work: half }, { begin, isJustMade: true }, target),
      },
      { keep: request.options.keep === true, onKept: tellKept },
    );
  }

  function tellKept({ entry: { id: backup, folder } }: AtOnce['backed'], error: unknown): void {
    const data = { backup, folder, after: toAppError(error).code };
    work.report({ type: 'note', code: 'backup.kept', data });
  }

  async function removed(entry: BackupEntry): Promise<boolean> {
    try {
      return (await removeBackup(entry)).state !== 'retained';
    } catch (error) {
      work.log.warn(`the backup between could not be deleted: ${toAppError(error).message}`);
      return false;
    }
  }
};

/** Whether the restore follows the dump: not on one server, where the sessions of both go by one name. */
function mayFollow(work: CopyWork, source: DatabasePlace, target: DatabasePlace): boolean {
  return follows(work) && serverOf(source) !== serverOf(target);
}

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
