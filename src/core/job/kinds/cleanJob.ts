import { join } from 'node:path';
import { AppError, toAppError } from '../../errors';
import { endSessions } from '../../pod/endSessions';
import { maintenanceDatabase } from '../../pod/maintenanceDatabase';
import { query } from '../../pod/sql';
import { quoteLiteral } from '../../postgres/quote';
import { clean } from '../../restore/clean';
import { workplace } from '../../restore/databaseRow';
import { safetyBackupOf, transactionStatus } from '../../restore/inPlaceSession';
import { applicationOf } from '../../restore/sideDatabase';
import type { JobContext, RunKind } from '../jobContext';
import { jobFiles, jobFolder, writeWhole } from '../jobFolder';
import { removeLeftHere } from '../leftHere';
import { listJobs } from '../listJobs';
import { placesOf, targetOf } from '../jobTarget';
import { Places, type Place } from '../places';
import { isLiving, readJob, readWholeJob, type Job } from '../readJob';
import { isUncertain, resolutionOf, type Resolution } from '../resolution';

/**
 * Removes what jobs left that do not live any more: `[]` of all jobs that were interrupted or whose outcome is unknown,
 * `[job]`, or `[pod ref]`: what is in that server, also of other workspaces. An outcome that was unknown is found out.
 */
export const cleanJob: RunKind = async (context) => {
  const { request, work } = context;
  work.report({ type: 'phase', phase: 'clean' });
  const [operand] = request.operands;
  const all = await listJobs(request.root);
  const isPlace = operand?.includes('/') === true;
  const jobs = isPlace ? await jobsAt(operand, all) : await jobsToClean(request.root, all, operand);
  const done: Done = { removed: [], dropped: new Set(), notReached: [], remaining: [], resolved: [], unknown: [] };
  done.removed.push(...(await removeLeftHere(request.root, all, isPlace ? undefined : operand)));
  // before the place as a whole: what is dropped proves nothing any more
  for (const job of jobs) await cleanJobPlaces(context, job, all, done);
  if (isPlace) await cleanPlace(context, operand, [], all, done);
  const nothing = openEnds(done) + done.removed.length + done.resolved.length === 0;
  const { removed, notReached, remaining, resolved, unknown } = done;
  return {
    outcome: openEnds(done) > 0 ? 'differences' : 'done',
    data: { removed, notReached, remaining, resolved, unknown, jobs: jobs.map(({ id }) => id), nothing },
  };
};

/** Lines for people, and for scripts. */
interface Done {
  readonly removed: string[];
  /** names of side databases among them, which prove what became of their jobs */
  readonly dropped: Set<string>;
  /** places that could not be asked */
  readonly notReached: string[];
  /** what should be gone and is not */
  readonly remaining: string[];
  /** jobs whose outcome was not known */
  readonly resolved: string[];
  /** those of which it still is not */
  readonly unknown: string[];
}

function openEnds({ notReached, remaining, unknown }: Done): number {
  return notReached.length + remaining.length + unknown.length;
}

/** The jobs of this root that may have left something in a pod. */
async function jobsAt(pod: string, all: readonly Job[]): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (const job of all.filter(({ mayHaveLeft }) => mayHaveLeft)) {
    const { places } = await whereOf(job);
    if (places.some((place) => place === pod || place.startsWith(`${pod}/`))) jobs.push(job);
  }
  return jobs;
}

async function jobsToClean(root: string, all: readonly Job[], id: string | undefined): Promise<readonly Job[]> {
  if (id === undefined) return all.filter((job) => job.mayHaveLeft);
  const job = await readJob(jobFolder(root, id));
  if (isLiving(job)) {
    throw new AppError('usage', { message: `Job ${id} is running. db-ferry cancel ${id} ends it, and cleans up.` });
  }
  return [job];
}

async function cleanJobPlaces(context: JobContext, job: Job, all: readonly Job[], done: Done): Promise<void> {
  const before = openEnds(done);
  const { places, kubeconfigs } = await whereOf(job);
  const seen = { ...job, request: { ...job.request, kubeconfigs } };
  for (const place of places) {
    await cleanPlace(context, place, [seen], all, done);
    context.work.signal.throwIfAborted();
  }
  if (places.length === 0 && isUncertain(job)) done.notReached.push(`the server of job ${job.id} (not known)`);
  if (openEnds(done) > before) return;
  const cleaned = { job: context.id, time: new Date().toISOString() };
  await writeWhole(join(job.folder, jobFiles.cleaned), `${JSON.stringify(cleaned)}\n`);
}

/** Undo and release may name a job instead of a place. */
async function whereOf({ request }: Job): Promise<{ places: readonly string[]; kubeconfigs: readonly string[] }> {
  const places = placesOf(request);
  if (places.length > 0 || (request.kind !== 'undo' && request.kind !== 'release')) {
    return { places, kubeconfigs: request.kubeconfigs };
  }
  try {
    const { reference, kubeconfigs } = await targetOf(request);
    return { places: [reference], kubeconfigs };
  } catch {
    return { places, kubeconfigs: request.kubeconfigs };
  }
}

/** One server. What cannot be reached is said, and the others are cleaned all the same. */
async function cleanPlace(
  { request, work }: JobContext,
  reference: string,
  jobs: readonly Job[],
  all: readonly Job[],
  done: Done,
): Promise<void> {
  const kubeconfigs = [...request.kubeconfigs, ...jobs.flatMap((job) => job.request.kubeconfigs)];
  try {
    const place = await new Places(kubeconfigs).pod(reference, work.signal);
    for (const { id } of jobs) await endSessionsOf(place, reference, id, done);
    const dead = new Set<string>();
    const isDead = async (id: string): Promise<boolean> => {
      const known = all.find((job) => job.id === id);
      const gone = known ? !isLiving(known) : await isAbandoned(place, id);
      if (gone) dead.add(id);
      return gone;
    };
    const cleaned = await clean({ target: place.pod, isDead }, work);
    done.removed.push(...cleaned.removed.map((name) => `${name} in ${reference}`));
    for (const name of cleaned.removed) done.dropped.add(name);
    for (const { database, job } of cleaned.left) {
      if (dead.has(job)) done.remaining.push(`${database} in ${reference}`);
    }
    const { database } = place.reference;
    for (const job of jobs) {
      if (database === undefined || !isUncertain(job) || isSourceOf(job, reference)) continue;
      const found = resolutionOf(job, reference, database, { ...cleaned, removed: [...done.dropped] });
      const { known, text } = found.known ? found : ((await inPlaceResolution(job, place, reference)) ?? found);
      (known ? done.resolved : done.unknown).push(text);
    }
  } catch (error) {
    if (work.signal.aborted) throw error;
    const { code, data } = toAppError(error);
    work.log.warn(`${reference}: ${code} ${JSON.stringify(data)}`);
    done.notReached.push(`${reference} (${code})`);
  }
}

async function endSessionsOf({ pod }: Place, reference: string, job: string, done: Done): Promise<void> {
  const server = { exec: pod.exec, access: pod.facts.access };
  const database = maintenanceDatabase(pod.facts);
  for (const application of [applicationOf(job), safetyBackupOf(job)]) {
    const { ended, remaining } = await endSessions(server, application, { database });
    if (ended > 0) done.removed.push(`${ended} sessions of job ${job} in ${reference}`);
    if (remaining > 0) done.remaining.push(`${remaining} sessions of job ${job} in ${reference}`);
  }
}

/** A job of another workspace: gone when it has no session on the server, seen twice; between two steps it has none. */
async function isAbandoned({ pod }: Place, job: string): Promise<boolean> {
  const server = { exec: pod.exec, access: pod.facts.access };
  const name = quoteLiteral(`${applicationOf(job)}%`);
  const sql = `select to_json(count(*)) from pg_stat_activity where application_name like ${name}`;
  for (const wait of [0, 3000]) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const [sessions] = await query<number>(server, maintenanceDatabase(pod.facts), sql);
    if (sessions !== 0) return false;
  }
  return true;
}

/** What a copy reads is not what it may have changed. */
function isSourceOf({ request: { kind, operands } }: Job, reference: string): boolean {
  return kind === 'backup' || (kind === 'copy' && operands[0] === reference && operands[1] !== reference);
}

/** Of a restore in place the server knows for long what became of its one transaction; undefined for others, and where it forgot. */
async function inPlaceResolution(
  job: Job,
  { reference: { database }, pod }: Place,
  place: string,
): Promise<Resolution | undefined> {
  if (database === undefined) return undefined;
  const { transaction, before = '?' } = await inPlaceNotes(job, database);
  if (transaction === undefined) return undefined;
  const status = await transactionStatus(workplace(pod, database), transaction);
  if (status === 'committed') {
    const text = `job ${job.id}: committed; it replaced what ${place} held, which is the backup ${before}`;
    return { known: true, text };
  }
  return status === 'aborted'
    ? { known: true, text: `job ${job.id}: not committed; ${place} is what it was` }
    : undefined;
}

/** What a restore in place said of itself: its transaction in this database, and the safety backup. */
async function inPlaceNotes(
  { folder }: Job,
  database: string,
): Promise<{ readonly transaction?: string; readonly before?: string }> {
  const { events } = await readWholeJob(folder);
  const notes = events.filter((event) => event.type === 'note');
  const transaction = notes.findLast(({ code }) => code === 'inPlace.transaction')?.data;
  const before = notes.findLast(({ code }) => code === 'inPlace.before')?.data['backup'];
  return {
    ...(transaction?.['database'] === database && typeof transaction['id'] === 'string'
      ? { transaction: transaction['id'] }
      : {}),
    ...(typeof before === 'string' ? { before } : {}),
  };
}
