import { join } from 'node:path';
import { AppError, toAppError } from '../../errors';
import { endSessions } from '../../pod/endSessions';
import { maintenanceDatabase } from '../../pod/maintenanceDatabase';
import { query } from '../../pod/sql';
import { quoteLiteral } from '../../postgres/quote';
import { clean, type Cleaned } from '../../restore/clean';
import { transactionStatus } from '../../restore/inPlaceSession';
import { workplace } from '../../restore/databaseRow';
import { applicationOf, sideName } from '../../restore/sideDatabase';
import type { JobContext, RunKind } from '../jobContext';
import { jobFiles, jobFolder, writeWhole } from '../jobFolder';
import { removeLeftHere } from '../leftHere';
import { listJobs } from '../listJobs';
import { placesOf, targetOf } from '../jobTarget';
import { Places, type Place } from '../places';
import { isLiving, readJob, readWholeJob, uncertainPhases, type Job } from '../readJob';

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
  const jobs = isPlace ? [] : await jobsToClean(request.root, all, operand);
  const done: Done = { removed: [], notReached: [], remaining: [], resolved: [] };
  done.removed.push(...(await removeLeftHere(request.root, all, isPlace ? undefined : operand)));
  if (isPlace) {
    await cleanPlace(context, operand, [], all, done);
  } else {
    for (const job of jobs) await cleanJobPlaces(context, job, all, done);
  }
  const { removed, notReached, remaining, resolved } = done;
  const nothing = [removed, notReached, remaining, resolved].every((list) => list.length === 0);
  const incomplete = notReached.length > 0 || remaining.length > 0;
  return {
    outcome: incomplete ? 'differences' : 'done',
    data: { ...done, jobs: jobs.map(({ id }) => id), nothing },
  };
};

/** Lines for people, and for scripts. */
interface Done {
  readonly removed: string[];
  /** places that could not be asked */
  readonly notReached: string[];
  /** what should be gone and is not */
  readonly remaining: string[];
  /** jobs whose outcome was not known */
  readonly resolved: string[];
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
  const before = done.notReached.length + done.remaining.length;
  const { places, kubeconfigs } = await whereOf(job);
  const seen = { ...job, request: { ...job.request, kubeconfigs } };
  for (const place of places) {
    await cleanPlace(context, place, [seen], all, done);
    context.work.signal.throwIfAborted();
  }
  if (places.length === 0 && isUncertain(job)) done.notReached.push(`the server of job ${job.id} (not known)`);
  if (done.notReached.length + done.remaining.length > before) return;
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
    for (const { database, job } of cleaned.left) {
      if (dead.has(job)) done.remaining.push(`${database} in ${reference}`);
    }
    for (const job of jobs) done.resolved.push(...(await resolution(job, place, reference, cleaned)));
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
  const { ended, remaining } = await endSessions(server, applicationOf(job), { database });
  if (ended > 0) done.removed.push(`${ended} sessions of job ${job} in ${reference}`);
  if (remaining > 0) done.remaining.push(`${remaining} sessions of job ${job} in ${reference}`);
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

/** True for a job that ended without anyone knowing what became of its target. */
function isUncertain({ state, phase }: Job): boolean {
  return state === 'unknown' || (state === 'interrupted' && phase !== undefined && uncertainPhases.includes(phase));
}

/** What became of a job whose outcome was not known. Only what it kept, or its side database, proves anything. */
async function resolution(job: Job, { reference, pod }: Place, place: string, cleaned: Cleaned): Promise<string[]> {
  const { database } = reference;
  if (!isUncertain(job) || database === undefined || job.request.kind === 'backup') return [];
  const kept = cleaned.swapped.find((one) => one.job === job.id && one.database === database);
  if (kept) return [`job ${job.id}: committed; ${place} is the restored database, ${kept.kept} is the one before`];
  const { kind } = job.request;
  const transaction = await transactionOf(job, database);
  if (transaction !== undefined) {
    const status = await transactionStatus(workplace(pod, database), transaction);
    if (status === 'committed') return [`job ${job.id}: committed; ${place} is the restored database`];
    if (status === 'aborted') return [`job ${job.id}: not committed; ${place} is what it was`];
  }
  if ((kind === 'restore' || kind === 'copy') && cleaned.removed.includes(sideName(database, job.id))) {
    return [`job ${job.id}: not committed; ${place} is what it was`];
  }
  return [`job ${job.id} (${kind}): unknown: look at ${place}; nothing on the server proves what became of it`];
}

/** The one transaction of a restore in place: the server knows for long what became of it. */
async function transactionOf({ folder }: Job, database: string): Promise<string | undefined> {
  const { events } = await readWholeJob(folder);
  const said = events.findLast((event) => event.type === 'note' && event.code === 'inPlace.transaction');
  if (said?.type !== 'note' || said.data['database'] !== database) return undefined;
  return typeof said.data['id'] === 'string' ? said.data['id'] : undefined;
}
