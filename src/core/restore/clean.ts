import type { OpenPod } from '../pod/databasePod';
import type { Work } from '../progress';
import { some } from '../some';
import { readDatabases, workplace, type DatabaseRow } from './databaseRow';
import { dropMadeRoles, listMadeRoles } from './madeRoles';
import { dropQuietly, listSides, oursAmong } from './sideDatabase';

export interface Cleaned {
  /** what is gone */
  readonly removed: readonly Leftover[];
  /** what belongs to jobs that are not known to be dead, or could not be removed */
  readonly left: readonly Leftover[];
  /** jobs whose swap was committed: what they kept is there. An outcome that was unknown is known with it */
  readonly swapped: readonly Swapped[];
  /** the databases of the server, afterwards */
  readonly databases: readonly DatabaseRow[];
}

/** Something that a job made and would have removed itself: a side database, a role for it, or commands in the pod. */
export interface Leftover {
  readonly kind: 'database' | 'role' | 'commands';
  readonly name: string;
  readonly job: string;
  /** when it was marked, UTC ISO 8601; '' where it was not yet */
  readonly time: string;
  /** of a database, and the one that it was made for */
  readonly oid?: number;
  readonly of?: string;
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
  /** Decides of a job, with the time of its newest mark: one of another workspace may be alive. */
  readonly isDead: (job: string, time: string) => boolean | Promise<boolean>;
  /** called for each that is gone, before the next one: what is dropped proves nothing any more */
  readonly onRemoved: (leftover: Leftover) => Promise<void>;
}

/**
 * Drops the side databases of dead jobs on a server and the roles made for them, and ends what those jobs still run there; never a kept database, nor
 * a role that is used. Throws what the exec throws, `cancelled`.
 */
export async function clean({ target, jobs, isDead, onRemoved }: CleanRequest, work: Work): Promise<Cleaned> {
  work.report({ type: 'phase', phase: 'clean' });
  const server = workplace(target, '');
  const removed: Leftover[] = [];
  const left: Leftover[] = [];
  for (const { job, newest, leftovers } of await listLeftovers(target, jobs, work.signal)) {
    work.signal.throwIfAborted();
    if (!(await isDead(job, newest))) {
      left.push(...leftovers);
      continue;
    }
    const remaining = new Set<Leftover>();
    for (const one of leftovers.filter(({ kind }) => kind === 'database')) {
      const { gone, end } = await dropQuietly(server, one, job);
      const commands = end?.commands.remaining ?? 0;
      if (commands > 0)
        left.push({ kind: 'commands', name: `${some(commands, 'command')} of job ${job}`, job, time: newest });
      if (gone) await onRemoved(one);
      else remaining.add(one);
    }
    const roles = leftovers.filter(({ kind }) => kind === 'role');
    const needed = roles.length === 0 ? [] : await dropMadeRoles(server, job, work.signal);
    for (const role of roles) {
      if (needed.includes(role.name)) remaining.add(role);
      else await onRemoved(role);
    }
    for (const one of leftovers) (remaining.has(one) ? left : removed).push(one);
  }
  const databases = await readDatabases(server, work.signal);
  return { removed, left, swapped: swappedAmong(databases), databases };
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
  signal: AbortSignal,
): Promise<LeftoversOfJob[]> {
  const server = workplace(target, '');
  const sides = await listSides(server, jobs, signal);
  const all: Leftover[] = sides.map(({ row: { name, oid }, mark: { job, time, of } }) => {
    return { kind: 'database', name, job, time, oid, of };
  });
  for (const role of await listMadeRoles(server, signal)) all.push({ kind: 'role', ...role });
  const byJob = new Map<string, Leftover[]>();
  for (const one of all) byJob.set(one.job, [...(byJob.get(one.job) ?? []), one]);
  return [...byJob].map(([job, leftovers]) => {
    const newest = leftovers.map(({ time }) => time).sort();
    return { job, newest: newest.at(-1) ?? '', leftovers };
  });
}

function swappedAmong(databases: readonly DatabaseRow[]): Swapped[] {
  return oursAmong(databases)
    .filter(({ mark }) => mark.role === 'kept')
    .map(({ row, mark }) => ({ job: mark.job, database: mark.of, kept: row.name, origin: mark.origin }));
}
