import type { OpenPod } from '../../pod/databasePod';
import type { Work } from '../../base/progress';
import { readDatabases, workplace, type DatabaseRow, type Workplace } from '../databaseRow';
import { dropMadeRoles, listMadeRoles } from './madeRoles';
import type { Records } from './marks';
import { dropQuietly, judged, oursAmong, sidesAmong } from './sideDatabase';

export interface Cleaned {
  /** what is gone */
  readonly removed: readonly Leftover[];
  /** what belongs to jobs that are not known to be dead, or could not be removed */
  readonly left: readonly (Leftover | LeftCommands)[];
  /** what only claims to be a job's, and stays: whoever made it can have written that */
  readonly claims: readonly Leftover[];
  /** jobs whose swap was committed: what they kept is there. An outcome that was unknown is known with it */
  readonly swapped: readonly Swapped[];
  /** the databases of the server, afterwards */
  readonly databases: readonly DatabaseRow[];
}

/** Something that a job made and would have removed itself: a side database, or a role for it. */
export interface Leftover {
  readonly kind: 'database' | 'role';
  readonly name: string;
  readonly job: string;
  /** when it was marked, UTC ISO 8601; '' where it was not yet */
  readonly time: string;
  /** of a database, and the one that it was made for */
  readonly oid?: number;
  readonly of?: string;
  /** of a database: whose it is, and how large */
  readonly owner?: string;
  readonly bytes?: number;
  /** false: it only says that a job made it */
  readonly isProven: boolean;
}

/** Commands of a job that still run in the pod. */
export interface LeftCommands {
  readonly kind: 'commands';
  readonly count: number;
  readonly job: string;
}

/** What a swap kept. */
export interface Swapped {
  readonly job: string;
  readonly database: string;
  readonly kept: string;
  /** the backup, or the swap that was undone, as `undo of <job>` */
  readonly origin: string;
}

export interface CleanRequest {
  readonly target: OpenPod;
  /** those of this root: what they made and did not come to mark is known by its name */
  readonly jobs: readonly string[];
  /** what this user's own state says of jobs */
  readonly records: Records;
  /** names of what only claims to be ours and is to go all the same: a person typed them */
  readonly confirmed?: readonly string[];
  /** Decides of a job, with the time of its newest mark: one of another workspace may be alive. */
  readonly isDead: (job: string, time: string) => boolean | Promise<boolean>;
  /** called for each that is gone, before the next one: what is dropped proves nothing any more */
  readonly onRemoved: (leftover: Leftover) => Promise<void>;
}

/**
 * Drops the side databases of dead jobs on a server and the roles made for them, and ends what those jobs still run there; never a kept database, nor
 * a role that is used. Throws what the exec throws, `cancelled`.
 */
export async function clean(request: CleanRequest, work: Work): Promise<Cleaned> {
  const { target, jobs, records, confirmed = [], isDead, onRemoved } = request;
  work.report({ type: 'phase', phase: 'clean' });
  const server = workplace(target, '');
  const removed: Leftover[] = [];
  const left: (Leftover | LeftCommands)[] = [];
  const claims: Leftover[] = [];
  for (const { job, newest, leftovers: all } of await listLeftovers(target, jobs, records, work.signal)) {
    work.signal.throwIfAborted();
    const leftovers = all.filter(({ isProven, name }) => isProven || confirmed.includes(name));
    claims.push(...all.filter((one) => !leftovers.includes(one)));
    if (leftovers.length === 0) continue;
    if (!(await isDead(job, newest))) {
      left.push(...leftovers);
      continue;
    }
    const remaining = new Set<Leftover>();
    for (const one of leftovers.filter(({ kind }) => kind === 'database')) {
      const { gone, end } = await dropQuietly(server, one, job);
      const commands = end?.commands.remaining ?? 0;
      if (commands > 0) left.push({ kind: 'commands', count: commands, job });
      if (gone) await onRemoved(one);
      else remaining.add(one);
    }
    const roles = leftovers.filter(({ kind }) => kind === 'role');
    const needed =
      roles.length === 0
        ? []
        : await dropMadeRoles(
            server,
            job,
            roles.map(({ name }) => name),
            work.signal,
          );
    for (const role of roles) {
      if (needed.includes(role.name)) remaining.add(role);
      else await onRemoved(role);
    }
    for (const one of leftovers) (remaining.has(one) ? left : removed).push(one);
  }
  const databases = await readDatabases(server, work.signal);
  const swapped = await swappedAmong(server, databases, request);
  return { removed, left, claims, swapped, databases };
}

/** What one job made on a server. */
export interface LeftoversOfJob {
  readonly job: string;
  /** the time of its newest mark, UTC ISO 8601 */
  readonly newest: string;
  readonly leftovers: readonly Leftover[];
}

/**
 * What jobs made on a server, whether they live or not: what is marked, and what `jobs` did not come to mark. Changes nothing. Throws what the
 * exec throws, `cancelled`.
 */
export async function listLeftovers(
  target: OpenPod,
  jobs: readonly string[],
  records: Records,
  signal: AbortSignal,
): Promise<LeftoversOfJob[]> {
  const server = workplace(target, '');
  const rows = await readDatabases(server, signal);
  const sides = sidesAmong(rows, jobs);
  const role = target.facts.role.name;
  const all = (await judged(server, sides, { records, role })).map(
    ({ row, mark: { job, time, of }, proof }): Leftover => {
      const { name, oid, owner, bytes } = row;
      const size = bytes === undefined ? {} : { bytes };
      return { kind: 'database', name, job, time, oid, of, owner, ...size, isProven: proof.how !== 'claim' };
    },
  );
  // what waits for its swap needs them
  const waiting = new Set(oursAmong(rows).flatMap(({ mark }) => (mark.role === 'prepared' ? [mark.job] : [])));
  for (const { proof, ...made } of await listMadeRoles(server, signal, records)) {
    if (waiting.has(made.job)) continue;
    all.push({ kind: 'role', ...made, isProven: proof.how !== 'claim' });
  }
  const byJob = new Map<string, Leftover[]>();
  for (const one of all) byJob.set(one.job, [...(byJob.get(one.job) ?? []), one]);
  return [...byJob].map(([job, leftovers]) => {
    const newest = leftovers.map(({ time }) => time).sort();
    return { job, newest: newest.at(-1) ?? '', leftovers };
  });
}

/** Only what is proven tells what became of a job. */
async function swappedAmong(
  server: Workplace,
  databases: readonly DatabaseRow[],
  { records, target }: CleanRequest,
): Promise<Swapped[]> {
  const swapped: Swapped[] = [];
  for (const one of oursAmong(databases).filter(({ mark }) => mark.role === 'kept')) {
    const live = databases.find(({ name }) => name === one.mark.of);
    const [found] = await judged(server, [one], { records, live, role: target.facts.role.name });
    if (found === undefined || found.proof.how === 'claim') continue;
    const { row, mark } = found;
    swapped.push({ job: mark.job, database: mark.of, kept: row.name, origin: mark.origin });
  }
  return swapped;
}
