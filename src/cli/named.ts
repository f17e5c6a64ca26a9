import { existsSync } from 'node:fs';
import type { BackupSummary } from '../core/catalog/manifest';
import type { UnreadableBackup } from '../core/catalog/catalog';
import { formatReference, type Reference } from '../core/cluster/reference';
import { operandsOf, placesOf } from '../core/job/request';
import type { Job } from '../core/job/record/readJob';
import { AppError } from '../core/base/errors';
import { inNamedStore } from '../core/store/layout';
import { localTime, safe } from '../words/format';
import type { Call } from './command';
import { isPath, rootOf } from './setting';

/**
 * The id of the backup that an operand names: by its id, the beginning of one, or `latest[:<database or place>]`; a path stays as it is. What another word than the id
 * stood for is told. Throws `backup.unknown` (also where several fit: with their names), `backup.damaged`, `reference.invalid`.
 */
export async function backupNamed(call: Call, text: string): Promise<string> {
  if (isPath(text) || inNamedStore(text)) return text;
  const root = await rootOf(call);
  const entry = isLatest(text) ? await latestBackup(root, text) : await idOf(root, text);
  if (entry.id === text) return text;
  const place = placeOf(entry);
  call.terminal.event({
    type: 'resolved',
    named: text,
    backup: entry.id,
    place,
    snapshot: entry.manifest.time.snapshot,
  });
  call.terminal.info(safe(`${text} is ${entry.id}, ${place}, ${localTime(entry.manifest.time.snapshot)}`));
  return entry.id;
}

/** A job that an operand names. */
export interface NamedJob {
  readonly id: string;
  readonly folder: string;
}

/**
 * The job that an operand names: by its id, the beginning of one, or `latest[:<kind or place>]`, the newest for which `fits` is true. One that is not there is
 * told by who reads its folder. Throws `job.unknown` for what is no id, for a `latest` that nothing fits, and where several begin so.
 */
export async function jobNamed(call: Call, text: string, fits: (job: Job) => boolean = () => true): Promise<NamedJob> {
  const { isJobId, jobFolder } = await import('../core/job/record/jobFolder');
  const { moveOldJobs } = await import('../core/job/record/moveJobs');
  const { listJobs } = await import('../core/job/record/listJobs');
  const root = await rootOf(call);
  await moveOldJobs(root);
  if (isJobId(text) && existsSync(jobFolder(root, text))) return { id: text, folder: jobFolder(root, text) };
  const all = await listJobs(root);
  const begin = text.length >= shortestBeginning ? all.filter(({ id }) => id.startsWith(text)) : [];
  const found = isLatest(text) ? all.filter((job) => fits(job) && isAbout(job, filterOf(text))).slice(0, 1) : begin;
  const [only] = found;
  if (only && found.length === 1) {
    call.terminal.event({ type: 'resolved', named: text, job: only.id });
    call.terminal.info(safe(`${text} is ${only.id}, ${only.request.kind} ${operandsOf(only.request).join(' → ')}`));
    return { id: only.id, folder: only.folder };
  }
  if (found.length > 1) throw new AppError('job.unknown', { job: text, fits: found.map(({ id }) => id) });
  if (isLatest(text)) throw new AppError('job.unknown', { job: text });
  return { id: text, folder: jobFolder(root, text) };
}

/** Of this kind, or working on this place or backup, or on one that is under it; undefined: any. */
export function isAbout({ request }: Pick<Job, 'request'>, text: string | undefined): boolean {
  if (text === undefined) return true;
  const about = text.replace(/\/$/, '');
  const named = [...operandsOf(request), ...placesOf(request).map(formatReference)];
  return request.kind === about || named.some((one) => one === about || one.startsWith(`${about}/`));
}

/** True for a backup of a place, which may end early; its pod may be its workload. */
export function isOf(
  { manifest: { source } }: Pick<BackupSummary, 'manifest'>,
  { cluster, namespace, pod, database }: Reference,
): boolean {
  return (
    source.cluster === cluster &&
    (namespace === undefined || source.namespace === namespace) &&
    (pod === undefined || source.pod === pod || source.workload === pod) &&
    (database === undefined || source.database === database)
  );
}

/** Where a backup was taken, as its manifest says. */
export function placeOf({ manifest: { source } }: Pick<BackupSummary, 'manifest'>): string {
  return [source.cluster, source.namespace, source.workload, source.database].filter((part) => part !== '').join('/');
}

const shortestBeginning = 4;

function isLatest(text: string): boolean {
  return text === 'latest' || text.startsWith('latest:');
}

/** What follows the colon; undefined where nothing does. */
function filterOf(text: string): string | undefined {
  const filter = text.slice('latest:'.length);
  return filter === '' ? undefined : filter;
}

async function idOf(root: string, text: string): Promise<BackupSummary> {
  const { findSummary } = await import('../core/catalog/catalog');
  return findSummary(root, text);
}

/** The newest that fits, if it is proven and none that cannot be read is newer. */
async function latestBackup(root: string, text: string): Promise<BackupSummary> {
  const { readCatalog } = await import('../core/catalog/catalog');
  const { parseReference } = await import('../core/cluster/reference');
  const { isOurs } = await import('../core/catalog/manifest');
  const filter = filterOf(text);
  // `prod/` is a cluster; a name alone is a database's
  const place = filter?.includes('/') === true ? parseReference(filter.replace(/\/$/, '')) : undefined;
  const database = place === undefined ? filter : undefined;
  const { entries, unreadable } = await readCatalog(root);
  const found = entries.filter((entry) => {
    // what was adopted comes from nowhere, and is as old as nobody knows
    if (entry.manifest.origin !== 'db-ferry') return false;
    if (place !== undefined) return isOf(entry, place);
    return database === undefined || entry.manifest.source.database === database;
  });
  const places = [...new Set(found.map(placeOf))];
  if (database !== undefined && places.length > 1) throw new AppError('backup.unknown', { backup: text, places });
  const newest = found.at(-1);
  const { encodeName } = await import('../core/catalog/backupFolder');
  const names = place ? [place.cluster, place.namespace, place.pod, place.database] : ['', '', '', database ?? ''];
  const newer = unreadable.find(
    (one) =>
      isUnder(
        root,
        one,
        names.map((name = '') => encodeName(name)),
      ) &&
      (!newest || timeOf(one) > timeOf(newest)),
  );
  if (newer) throw newer.error;
  if (!newest) throw new AppError('backup.unknown', { backup: text });
  if (!isOurs(newest)) throw new AppError('backup.unknown', { backup: text, unproven: newest.id });
  return newest;
}

/** By its folder: all that is known of one that cannot be read. An empty name fits all. */
function isUnder(root: string, { folder }: UnreadableBackup, names: readonly string[]): boolean {
  const levels = folder.slice(root.length + 1).split('/');
  return names.every((name, at) => name === '' || name === levels[at]);
}

function timeOf({ folder }: { readonly folder: string }): string {
  return folder.slice(folder.lastIndexOf('/') + 1);
}
