import { toldNotes } from '../record/toldNote';
import { join } from 'node:path';
import type { CleanFacts, LeftInServer, LeftThing, Unreached } from '../../base/cleanFacts';
import { defined } from '../../base/defined';
import { AppError, toAppError } from '../../base/errors';
import type { Fate } from '../../base/fate';
import { countProcesses } from '../../pod/server/endProcesses';
import { endSessions, isNamed, isOver } from '../../pod/server/endSessions';
import { maintenanceDatabase } from '../../pod/server/maintenanceDatabase';
import { query } from '../../pod/server/sql';
import { clean, type Cleaned, type LeftCommands, type Leftover } from '../../restore/side/clean';
import { oursAmong } from '../../restore/side/sideDatabase';
import { workplace } from '../../restore/databaseRow';
import { transactionStatus } from '../../restore/inPlace/inPlaceSession';
import { applicationOf } from '../../postgres/tools/applicationName';
import type { JobContext, RunKind } from '../run/jobContext';
import type { JobEvent } from '../record/jobEvents';
import { jobFiles, jobFolder, writeWhole } from '../record/jobFolder';
import { listDrafts, removeDraft } from '../recover/drafts';
import { removeLeftHere } from '../recover/leftHere';
import { listJobs } from '../record/listJobs';
import { targetOf } from '../plan/jobTarget';
import { isOfJob, placesOf, type RequestOf } from '../request';
import { formatReference, podOf, type PodReference } from '../../cluster/reference';
import { Places, type Place } from '../plan/places';
import { recordsOf } from '../record/records';
import { isLiving, readJob, readWholeJob, type Job } from '../record/readJob';
import {
  exchangeIn,
  isUncertain,
  notCommitted,
  recordResolution,
  resolutionByOid,
  resolutionOf,
} from '../recover/resolution';

/**
 * Removes what jobs left that do not live any more: of all jobs that were interrupted or whose outcome is unknown, of
 * one job, or what is in one server, also of other workspaces. An outcome that was unknown is found out. With
 * `forget` only what is left here is removed, and the job counts as cleaned: its server may be gone for good.
 */
export const cleanJob: RunKind<'clean'> = async (context) => {
  const { request, work } = context;
  work.report({ type: 'phase', phase: 'clean' });
  const { of } = request;
  const all = await listJobs(request.root);
  const jobs = await jobsOf(request.root, all, of);
  const done = new Done();
  done.removed.push(...(await removeLeftHere(request.root, all, of && 'job' in of ? of.job : undefined)));
  await cleanBuckets(all, of && 'job' in of ? of.job : undefined, done);
  for (const [at, job] of jobs.entries()) {
    work.report({ type: 'progress', phase: 'clean', bytes: 0, percent: (100 * at) / jobs.length });
    await (request.options.forget ? forget(context, job, done) : cleanJobPlaces(context, job, done));
  }
  if (of && 'cluster' in of) await cleanPlace(context, of, all, done);
  return {
    outcome: done.openEnds > 0 ? 'differences' : 'done',
    data: { ...done.facts(), jobs: jobs.map(({ id }) => id) },
  };
};

/** What is told at the end. Of a job in a place that is cleaned as a whole some is seen twice. */
class Done {
  readonly removed: LeftThing[] = [];
  readonly notReached: Unreached[] = [];
  readonly remaining: LeftThing[] = [];
  /** by job */
  readonly resolved = new Map<string, Fate>();
  readonly unknown: Fate[] = [];
  readonly spared: LeftThing[] = [];
  readonly claims: LeftInServer[] = [];
  readonly waiting: LeftInServer[] = [];
  readonly forgotten: { readonly job: string; readonly places: readonly string[] }[] = [];

  get openEnds(): number {
    return this.notReached.length + this.remaining.length + this.unknown.length;
  }

  facts(): { readonly cleaned: CleanFacts; readonly nothing: boolean } {
    const { removed, notReached, unknown, spared, forgotten } = this;
    const found = { removed, notReached, unknown, forgotten, resolved: [...this.resolved.values()] };
    const more = { ...found, remaining: unlike(this.remaining), claims: unlike(this.claims) };
    const nothing = Object.values(more).every(({ length }) => length === 0);
    return { cleaned: { ...more, spared, waiting: unlike(this.waiting) }, nothing };
  }
}

/** The first of each. */
function unlike<T extends object>(all: readonly T[]): T[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

/** The jobs of this root that a clean of this operand looks after. Throws `usage` for one that lives, `job.unknown`. */
export async function jobsOf(root: string, all: readonly Job[], of: RequestOf<'clean'>['of']): Promise<readonly Job[]> {
  return of && 'cluster' in of ? jobsAt(of, all) : jobsToClean(root, all, of?.job);
}

/** Those that may have left something in a pod. */
async function jobsAt(pod: PodReference, all: readonly Job[]): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  const named = formatReference(podOf(pod));
  for (const job of all.filter(({ mayHaveLeft }) => mayHaveLeft)) {
    const { places } = await whereOf(job);
    if (places.some((place) => formatReference(podOf(place)) === named)) jobs.push(job);
  }
  return jobs;
}

async function jobsToClean(root: string, all: readonly Job[], id: string | undefined): Promise<readonly Job[]> {
  if (id === undefined) return all.filter((job) => job.mayHaveLeft);
  const job = await readJob(jobFolder(root, id));
  if (isLiving(job)) {
    throw new AppError('usage', { rule: 'clean.living', job: id });
  }
  return [job];
}

/** What jobs left of backups in buckets. */
async function cleanBuckets(all: readonly Job[], job: string | undefined, done: Done): Promise<void> {
  const notReached = (name: string, error: unknown): void => {
    done.notReached.push({ place: name, code: toAppError(error).code });
  };
  for (const draft of await listDrafts(all, job, notReached)) {
    try {
      const until = await removeDraft(draft);
      const left = { what: 'draft', path: draft.name } as const;
      if (until) done.remaining.push({ ...left, until: until.toISOString() });
      else done.removed.push(left);
    } catch (error) {
      notReached(draft.name, error);
    }
  }
}

async function cleanJobPlaces(context: JobContext<'clean'>, job: Job, done: Done): Promise<void> {
  const before = done.openEnds;
  const { places, earlier } = await whereOf(job);
  if (job.resolved !== undefined) done.resolved.set(job.id, job.resolved);
  for (const at of places) {
    const reference = formatReference(at);
    await reach(context, at, earlier, done, (place) => cleanOf(context, job, place, reference, done));
  }
  if (places.length === 0 && isUncertain(job) && job.resolved === undefined) {
    done.notReached.push({ job: job.id });
  }
  if (done.openEnds === before) await writeCleaned(context, job, {});
}

async function forget(context: JobContext<'clean'>, job: Job, done: Done): Promise<void> {
  const { places } = await whereOf(job);
  done.forgotten.push({ job: job.id, places: places.map(formatReference) });
  await writeCleaned(context, job, { forgotten: true });
}

async function writeCleaned(
  { id }: JobContext<'clean'>,
  { folder }: Job,
  more: { readonly forgotten?: true },
): Promise<void> {
  const cleaned = { job: id, time: new Date().toISOString(), ...more };
  await writeWhole(join(folder, jobFiles.cleaned), `${JSON.stringify(cleaned)}\n`);
}

/** The places where a job may have left something. Undo and release may name a job instead of a place. */
export async function whereOf({
  request,
}: Job): Promise<{ places: readonly PodReference[]; earlier: readonly string[] }> {
  const places = placesOf(request);
  const earlier = request.kubeconfigs;
  if (places.length > 0 || !isOfJob(request)) return { places, earlier };
  try {
    const target = await targetOf(request);
    return { places: [target.reference], earlier: [...earlier, ...target.earlier] };
  } catch {
    return { places, earlier };
  }
}

/** What cannot be reached is said, and the other places are cleaned all the same. */
async function reach(
  { request, work }: JobContext<'clean'>,
  at: PodReference,
  earlier: readonly string[],
  done: Done,
  act: (place: Place) => Promise<void>,
): Promise<void> {
  const reference = formatReference(at);
  try {
    await act(await new Places(request.kubeconfigs, undefined, earlier, work).pod(at, work.signal));
  } catch (error) {
    if (work.signal.aborted) throw error;
    const { code, data } = toAppError(error);
    work.log.warn(`${reference}: ${code} ${JSON.stringify(data)}`);
    const files = code === 'cluster.notNamed' && Array.isArray(data['files']) ? data['files'].map(String) : undefined;
    done.notReached.push({ place: reference, code, ...defined({ files }) });
  }
  work.signal.throwIfAborted();
}

/** Of one job in one place. What others left stays: it may be all that proves what became of them. */
async function cleanOf(
  { work, request }: JobContext<'clean'>,
  job: Job,
  place: Place,
  reference: string,
  done: Done,
): Promise<void> {
  const database = maintenanceDatabase(place.pod.facts);
  const end = await endSessions(serverOf(place), applicationOf(job.id), { database });
  for (const [what, { ended, remaining }] of [['sessions', end] as const, ['commands', end.commands] as const]) {
    const left = { what, job: job.id, place: reference };
    if (ended > 0) done.removed.push({ ...left, count: ended });
    if (remaining > 0) done.remaining.push({ ...left, count: remaining });
  }
  const isDead = (id: string): boolean => id === job.id;
  const onRemoved = (one: Leftover): Promise<void> => note(one, reference, [job], done);
  const proof = { records: recordsOf(request.root, place.pod.pod), confirmed: confirmedIn(request) };
  const cleaned = await clean({ target: place.pod, jobs: [job.id], ...proof, isDead, onRemoved }, work);
  done.claims.push(...cleaned.claims.filter((left) => isDead(left.job)).map((one) => inServer(one, reference)));
  done.waiting.push(...waitingIn(cleaned, reference, (id) => id === job.id));
  done.remaining.push(...cleaned.left.filter((left) => isDead(left.job)).map((one) => thingOf(one, reference)));
  // what is left can still commit
  if (isOver(end)) await findOut(job, place, reference, cleaned, done);
}

/** All that dead jobs left in one server, also those of other workspaces. */
async function cleanPlace(
  context: JobContext<'clean'>,
  at: PodReference,
  all: readonly Job[],
  done: Done,
): Promise<void> {
  const reference = formatReference(at);
  await reach(context, at, [], done, async (place) => {
    const dead = new Set<string>();
    const isDead = async (id: string, time: string): Promise<boolean> => {
      const gone = await isGone(place.pod, all, id, time);
      if (gone) dead.add(id);
      return gone;
    };
    const onRemoved = (one: Leftover): Promise<void> => note(one, reference, all, done);
    const { request, work } = context;
    const proof = { records: recordsOf(request.root, place.pod.pod), confirmed: confirmedIn(request) };
    const asked = { target: place.pod, jobs: all.map(({ id }) => id), ...proof, isDead, onRemoved };
    const cleaned = await clean(asked, work);
    const { left, claims } = cleaned;
    done.waiting.push(...waitingIn(cleaned, reference));
    done.claims.push(...claims.map((one) => inServer(one, reference)));
    for (const one of left) (dead.has(one.job) ? done.remaining : done.spared).push(thingOf(one, reference));
  });
}

/** Of what is gone: it is told, and what it proved of its job is written down before anything else is dropped. */
async function note(one: Leftover, reference: string, jobs: readonly Job[], done: Done): Promise<void> {
  done.removed.push(thingOf(one, reference));
  const job = jobs.find(({ id }) => id === one.job);
  if (one.kind === 'role' || !job || !isUncertain(job)) return;
  const [cluster, namespace, pod] = reference.split('/');
  await settle(job, notCommitted(job.id, `${cluster}/${namespace}/${pod}/${one.of}`), done);
}

/** What was prepared there and waits. */
function waitingIn(
  { databases }: Cleaned,
  reference: string,
  isMeant: (job: string) => boolean = () => true,
): LeftInServer[] {
  const waiting = oursAmong(databases).filter(({ mark }) => mark.role === 'prepared' && isMeant(mark.job));
  return waiting.map(({ row, mark }) => ({ what: 'database', name: row.name, job: mark.job, place: reference }));
}

/** Names of what only claims to be ours, which a person typed. */
export function confirmedIn({ options }: RequestOf<'clean'>): string[] {
  return (options.only ?? []).filter(({ confirmed }) => confirmed).map(({ name }) => name);
}

/** A leftover of a server, with the facts that are told of it. */
export function thingOf(one: Leftover | LeftCommands, place: string): LeftThing {
  if (one.kind === 'commands') return { what: 'commands', count: one.count, job: one.job, place };
  return inServer(one, place);
}

/** The same of what is in its tables. */
export function inServer({ kind, name, job, owner }: Leftover, place: string): LeftInServer {
  return { what: kind, name, job, place, ...defined({ owner }) };
}

async function findOut(job: Job, place: Place, reference: string, cleaned: Cleaned, done: Done): Promise<void> {
  if (!('database' in place.reference)) return;
  const { database } = place.reference;
  if (!isUncertain(job) || isSourceOf(job, reference) || done.resolved.has(job.id)) return;
  const { events } = await readWholeJob(job.folder);
  const exchange = exchangeIn(events, database);
  const found =
    (exchange && resolutionByOid(job, reference, exchange, cleaned.databases)) ??
    (await inPlaceResolution(job, events, place, { place: reference, database })) ??
    resolutionOf(job, reference, database, cleaned);
  await settle(job, found, done);
}

async function settle(job: Job, fate: Fate, done: Done): Promise<void> {
  if (fate.code === 'unproven') {
    done.unknown.push(fate);
    return;
  }
  done.resolved.set(job.id, fate);
  await recordResolution(job, fate);
}

function serverOf({ pod }: Place): Parameters<typeof query>[0] {
  return { exec: pod.exec, access: pod.facts.access };
}

/** True for a job that does not live any more, of this root or another one. `time`: of its newest mark there. */
export async function isGone(pod: Place['pod'], all: readonly Job[], id: string, time: string): Promise<boolean> {
  const known = all.find((job) => job.id === id);
  return known ? !isLiving(known) : isAbandoned(pod, id, time);
}

/**
 * A job of another workspace: gone when its newest mark is old (it makes one anew before the exchange) and it has no session on the server and no command
 * in the pod, seen twice; between two steps it has none.
 */
async function isAbandoned(pod: Place['pod'], job: string, time: string): Promise<boolean> {
  if (Date.now() - Date.parse(time) < quietMs) return false;
  for (const wait of [0, 3000]) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if ((await sessionsOf(pod, job)) !== 0 || (await countProcesses(pod.exec, applicationOf(job))) !== 0) return false;
  }
  return true;
}

/** How many sessions a job has on a server. Throws what the exec throws. */
export async function sessionsOf({ exec, facts }: Place['pod'], job: string): Promise<number> {
  const sql = `select to_json(count(*)) from pg_stat_activity where ${isNamed(applicationOf(job))}`;
  const [sessions = 0] = await query<number>({ exec, access: facts.access }, maintenanceDatabase(facts), sql);
  return sessions;
}

/** Longer than an exchange takes with all its tries, and the search for its outcome. */
const quietMs = 10 * 60_000;

/** What a copy reads is not what it may have changed. */
function isSourceOf({ request }: Job, reference: string): boolean {
  if (request.kind !== 'copy') return request.kind === 'backup';
  return formatReference(request.source) === reference && formatReference(request.target) !== reference;
}

/** Of a restore in place the server knows for long what became of its one transaction; undefined for others, and where it forgot. */
async function inPlaceResolution(
  { id }: Job,
  events: readonly JobEvent[],
  { pod }: Place,
  { place, database }: { readonly place: string; readonly database: string },
): Promise<Fate | undefined> {
  const { transaction, before } = inPlaceNotes(events, database);
  if (transaction === undefined) return undefined;
  const status = await transactionStatus(workplace(pod, database), transaction);
  if (status === 'committed') {
    return { job: id, code: 'replaced', place, ...defined({ backup: before }) };
  }
  return status === 'aborted' ? notCommitted(id, place) : undefined;
}

/** What a restore in place said of itself: its transaction in this database, and the safety backup. */
function inPlaceNotes(
  events: readonly JobEvent[],
  database: string,
): { readonly transaction?: string; readonly before?: string } {
  const transaction = toldNotes(events, 'inPlace.transaction').at(-1);
  const before = toldNotes(events, 'inPlace.before').at(-1);
  return {
    ...(transaction?.database === database ? { transaction: transaction.id } : {}),
    ...(before === undefined ? {} : { before: before.backup }),
  };
}
