import type { OpenPod } from '../pod/databasePod';
import type { Work } from '../progress';
import { workplace } from './databaseRow';
import { dropQuietly, listOurs } from './sideDatabase';

export interface Cleaned {
  /** side databases that are gone */
  readonly removed: readonly string[];
  /** side databases of jobs that are not known to be dead, or that could not be dropped */
  readonly left: readonly { readonly database: string; readonly job: string; readonly time: string }[];
  /** jobs whose swap was committed: what they kept is there. An outcome that was unknown is known with it */
  readonly swapped: readonly Swapped[];
}

/** What a swap kept. */
export interface Swapped {
  readonly job: string;
  readonly database: string;
  readonly kept: string;
  /** the backup, or the swap that was undone, as `undo of <job>` */
  readonly origin: string;
}

/**
 * Drops the side databases of dead jobs on a server and ends what those jobs still run in them; never a kept one. `isDead` decides: a
 * job of another workspace may be alive. Throws what the exec throws, `cancelled`.
 */
export async function clean(
  request: { readonly target: OpenPod; readonly isDead: (job: string) => boolean | Promise<boolean> },
  work: Work,
): Promise<Cleaned> {
  work.report({ type: 'phase', phase: 'clean' });
  const server = workplace(request.target, '');
  const removed: string[] = [];
  const left: { database: string; job: string; time: string }[] = [];
  const swapped: Swapped[] = [];
  for (const { row, mark } of await listOurs(server, work.signal)) {
    if (mark.role === 'kept') {
      swapped.push({ job: mark.job, database: mark.of, kept: row.name, origin: mark.origin });
      continue;
    }
    work.signal.throwIfAborted();
    const gone = (await request.isDead(mark.job)) && (await dropQuietly(server, row.name, mark.job));
    if (gone) removed.push(row.name);
    else left.push({ database: row.name, job: mark.job, time: mark.time });
  }
  return { removed, left, swapped };
}
