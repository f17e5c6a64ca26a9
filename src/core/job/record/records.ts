import { toldNotes } from './toldNote';
import type { PodReference } from '../../cluster/reference';
import { isAppError } from '../../base/errors';
import type { DatabasePod } from '../../pod/databasePod';
import { preparedNote, parsePrepared } from '../../restore/side/prepared';
import type { Records } from '../../restore/side/marks';
import { targetOf } from '../plan/jobTarget';
import { isOfJob, placesOf } from '../request';
import type { JobEvent } from './jobEvents';
import { isJobId, jobFolder } from './jobFolder';
import { readWholeJob, type WholeJob } from './readJob';
import { exchangeIn } from '../recover/resolution';

/** What the jobs of a root, in this user's own state, say of what is on the server of a pod. */
export function recordsOf(root: string, pod: DatabasePod): Records {
  const known = new Map<string, Promise<WholeJob | undefined>>();
  const jobHere = async (id: string): Promise<WholeJob | undefined> => {
    let job = known.get(id);
    if (!job) known.set(id, (job = readHere(root, id, pod)));
    return job;
  };
  return {
    async kept(id, of, oid) {
      const job = await jobHere(id);
      const exchange = job && exchangeIn(job.events, of);
      // of one whose events were lost that much is known: it worked on that very database, and was about to
      return job !== undefined && (exchange ? exchange.live === oid : cameToSwap(job));
    },
    async worked(id) {
      return (await jobHere(id)) !== undefined;
    },
    async prepared(id, oid) {
      const job = await jobHere(id);
      // what failed after it was said was dropped again
      if (job?.state !== 'prepared' && job?.state !== 'interrupted') return undefined;
      const said = toldNotes(job.events, preparedNote).at(-1);
      return said?.oid === oid ? parsePrepared(said.prepared) : undefined;
    },
    async madeRole(id, role) {
      const job = await jobHere(id);
      if (!job || job.state === 'done' || job.state === 'differences') return false;
      return rolesIn(job.events).includes(role);
    },
  };
}

async function readHere(root: string, id: string, pod: DatabasePod): Promise<WholeJob | undefined> {
  if (!isJobId(id)) return undefined;
  try {
    const job = await readWholeJob(jobFolder(root, id));
    const { request } = job;
    const places = isOfJob(request) ? [(await targetOf(request)).reference] : placesOf(request);
    return places.some((place) => isAt(place, pod)) ? job : undefined;
  } catch (error) {
    if (isAppError(error)) return undefined;
    throw error;
  }
}

/** True for a reference to a pod, by its own name or its workload's. */
function isAt(named: PodReference, { cluster, namespace, name, workload }: DatabasePod): boolean {
  if (named.cluster !== cluster || named.namespace !== namespace) return false;
  return named.pod === name || named.pod === workload.name;
}

function cameToSwap({ phase }: WholeJob): boolean {
  return phase === 'swap' || phase === 'undo' || phase === 'release';
}

/** roles that a job is about to make */
function rolesIn(events: readonly JobEvent[]): readonly string[] {
  return [...toldNotes(events, 'roles.made'), ...toldNotes(events, 'loader.made')].flatMap(({ roles }) => roles);
}
