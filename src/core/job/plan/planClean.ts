import { listUnfinished } from '../../catalog/unfinished';
import type { LeftInServer, LeftThing } from '../../base/cleanFacts';
import { toAppError, type AppError } from '../../base/errors';
import type { Finding } from '../../base/finding';
import type { Report } from '../../base/progress';
import { countProcesses } from '../../pod/server/endProcesses';
import { listLeftovers, type Leftover, type LeftoversOfJob } from '../../restore/side/clean';
import { applicationOf } from '../../postgres/tools/applicationName';
import { inServer, isGone, jobsOf, sessionsOf, whereOf } from '../kinds/cleanJob';
import { listDrafts } from '../recover/drafts';
import { listLeftHere } from '../recover/leftHere';
import { formatReference, type PodReference } from '../../cluster/reference';
import type { RequestOf } from '../request';
import { listJobs } from '../record/listJobs';
import { Places, type Place } from './places';
import { recordsOf } from '../record/records';
import type { Job } from '../record/readJob';

/** What a clean is asked to do: as its job would be. */
export interface CleanQuestion {
  readonly root: string;
  /** a job, or a server; neither: all jobs of this root */
  readonly of?: RequestOf<'clean'>['of'];
  readonly kubeconfigs: readonly string[];
}

/** What a clean would do now. Plain data. */
export interface CleanPlan {
  /** jobs that may have left something: what became of them is found out as well */
  readonly jobs: readonly string[];
  /** what would be removed */
  readonly removes: readonly LeftThing[];
  /** what only claims to be a job's, and stays unless its name is confirmed */
  readonly claims: readonly LeftInServer[];
  /** what should be known of the clusters that were asked */
  readonly findings: readonly Finding[];
  /** places that cannot be asked now */
  readonly notReached: readonly { readonly reference: string; readonly error: AppError }[];
}

/**
 * Looks for what a clean would remove, here and on the servers; changes nothing, and the job looks again. Stale locks are not told: the next
 * job takes them over anyhow. Throws `usage` for a job that lives, `job.unknown`, `cancelled`.
 */
export async function planClean({ root, of, kubeconfigs }: CleanQuestion, signal: AbortSignal): Promise<CleanPlan> {
  const all = await listJobs(root);
  const jobs = await jobsOf(root, all, of);
  const job = of && 'job' in of ? of.job : undefined;
  const files = [...(await listLeftHere(root, all, job)), ...(job === undefined ? await listUnfinished(root) : [])];
  const removes = new Told<LeftThing>();
  for (const path of files) removes.add({ what: 'files', path });
  const claims = new Told<LeftInServer>();
  const notReached = new Map<string, AppError>();
  for (const { name } of await listDrafts(all, job, (at, error) => notReached.set(at, error)))
    removes.add({ what: 'draft', path: name });
  // by their words, since each place is opened by itself
  const findings = new Map<string, Finding>();
  const report: Report = (progress) => {
    if (progress.type === 'finding') findings.set(JSON.stringify(progress.finding), progress.finding);
  };
  await Promise.all([
    ...jobs.map(async (job) => {
      const { places, earlier } = await whereOf(job);
      await Promise.all(places.map((place) => look(place, earlier, (opened) => leftBy(job, opened))));
    }),
    of && 'cluster' in of ? look(of, [], (opened) => leftByTheDead(all, opened)) : undefined,
  ]);
  return {
    jobs: jobs.map(({ id }) => id),
    removes: removes.all(),
    claims: claims.all(),
    findings: [...findings.values()],
    notReached: [...notReached].map(([reference, error]) => ({ reference, error })),
  };

  async function look(
    place: PodReference,
    earlier: readonly string[],
    ask: (pod: Place['pod']) => Promise<readonly LeftThing[]>,
  ): Promise<void> {
    try {
      const { pod } = await new Places(kubeconfigs, undefined, earlier, { report, tellsNobody: true }).pod(
        place,
        signal,
      );
      for (const one of await ask(pod)) removes.add(one);
    } catch (error) {
      signal.throwIfAborted();
      notReached.set(formatReference(place), toAppError(error));
    }
  }

  async function leftBy({ id }: Job, pod: Place['pod']): Promise<LeftThing[]> {
    const [sessions, commands, left] = await Promise.all([
      sessionsOf(pod, id),
      countProcesses(pod.exec, applicationOf(id), signal),
      listLeftovers(pod, [id], recordsOf(root, pod.pod), signal),
    ]);
    const own = proven(
      left.filter(({ job }) => job === id),
      pod,
    );
    const at = { job: id, place: nameOf(pod) };
    return [
      ...(sessions > 0 ? [{ what: 'sessions', count: sessions, ...at } as const] : []),
      ...(commands > 0 ? [{ what: 'commands', count: commands, ...at } as const] : []),
      ...own.map((one) => inServer(one, at.place)),
    ];
  }

  async function leftByTheDead(known: readonly Job[], pod: Place['pod']): Promise<LeftThing[]> {
    const ids = known.map(({ id }) => id);
    const left = await listLeftovers(pod, ids, recordsOf(root, pod.pod), signal);
    const gone = await Promise.all(left.map(({ job, newest }) => isGone(pod, known, job, newest)));
    const dead = left.filter((_, at) => gone[at]);
    for (const one of left.filter((_, at) => !gone[at])) proven([one], pod);
    return proven(dead, pod).map((one) => inServer(one, nameOf(pod)));
  }

  /** What is proven of them; the rest is told as what it is. */
  function proven(left: readonly LeftoversOfJob[], pod: Place['pod']): Leftover[] {
    const all = left.flatMap(({ leftovers }) => leftovers);
    for (const one of all) if (!one.isProven) claims.add(inServer(one, nameOf(pod)));
    return all.filter(({ isProven }) => isProven);
  }
}

function nameOf({ pod: { cluster, namespace, name } }: Place['pod']): string {
  return `${cluster}/${namespace}/${name}`;
}

/** Each once, however often it is seen. */
class Told<T extends object> {
  readonly #seen = new Map<string, T>();

  add(one: T): void {
    this.#seen.set(JSON.stringify(one), one);
  }

  all(): T[] {
    return [...this.#seen.values()];
  }
}
