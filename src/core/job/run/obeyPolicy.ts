import { AppError } from '../../base/errors';
import { isBlocked, type Finding } from '../../base/finding';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import { decide } from '../../policy/decide';
import { protectedPlaces } from '../../policy/protectedList';
import type { DatabasePlace } from '../plan/places';
import type { RequestOf } from '../request';
import type { JobContext } from './jobContext';

/**
 * What this user's policy says of what a job is about to change: asked once its target is held, whatever the host that asked for it said. Throws `restore.refused` { findings } for
 * what it forbids, and what reading the policy throws.
 */
export async function obeyPolicy(
  { request, work }: JobContext<Changing>,
  place: DatabasePlace,
): Promise<readonly Finding[]> {
  const protectedBy = (await protectedPlaces()).entryFor(place.client.cluster, place.pod.pod.namespace);
  const findings = decide({
    ...{ reference: formatReference(place.reference), database: place.database, replaces: replaces(request, place) },
    ...defined({ protectedBy, confirmed: request.confirmed }),
    alsoNamed: 'only' in request.options ? (request.options.only ?? []).map(({ name }) => name) : [],
  });
  for (const finding of findings) work.report({ type: 'finding', finding });
  if (isBlocked(findings)) throw new AppError('restore.refused', { findings });
  return findings;
}

type Changing = 'restore' | 'copy' | 'undo' | 'release' | 'swap';

/** An undo and a release change what is there, or they find nothing. A preparation replaces nothing: its swap does. */
function replaces(request: RequestOf<Changing>, { pod, database }: DatabasePlace): boolean {
  if (request.kind === 'undo' || request.kind === 'release') return true;
  if ('prepare' in request.options && request.options.prepare) return false;
  return pod.facts.databases.some(({ name }) => name === database);
}
