import { isAppError } from '../base/errors';
import { asRecord } from '../base/json';
import type { KubeClient } from '../cluster/kubeClient';
import { ClusterRequests } from './clusterRequests';
import { hasStatus } from '../cluster/apiError';
import { finalStates, isRequestName } from './operationRequest';

/** A right that was given for a request, and stands although that is over. */
export interface EndedRight {
  /** the name of its RoleBinding */
  readonly right: string;
  /** of that very RoleBinding, where it is told */
  readonly uid?: string;
  readonly request: string;
  /** expired: its end has passed; closed: its request has ended; unapproved: it has not the approvals that it needs; unknown: there is no such request */
  readonly why: 'expired' | 'closed' | 'unapproved' | 'unknown';
}

/** what ran in an emergency has run, whoever looks at it afterwards */
const closed: ReadonlySet<string> = new Set([...finalStates, 'ReviewDue']);

/** The rights of a namespace that were given for requests and are over, by the cluster's clock; undefined where this login may not read them. Throws `cluster.*`. */
export async function endedRights(client: KubeClient, namespace: string): Promise<readonly EndedRight[] | undefined> {
  const place = new ClusterRequests(client, namespace);
  try {
    // in this order: the request of a right that is seen is there by then, and approved before it was given
    const { items } = await client.list(rightsOf(namespace));
    const now = await place.now();
    const all: EndedRight[] = [];
    for (const item of items) {
      const metadata = asRecord(asRecord(item)?.['metadata']);
      const right = metadata?.['name'];
      if (typeof right !== 'string' || !right.startsWith(prefix)) continue;
      const request = right.slice(prefix.length);
      const role = asRecord(asRecord(item)?.['roleRef'])?.['name'];
      if (!isRequestName(request) || role !== 'db-ferry-operate') continue;
      const expires = asRecord(metadata?.['annotations'])?.['db-ferry.io/expires'];
      // one without an end, or with one that is no time, has none to wait for
      const isOver = typeof expires !== 'string' || !(new Date(expires) > now);
      const why = await whyOver(place, request, isOver);
      const uid = metadata?.['uid'];
      if (why !== undefined) all.push({ right, ...(typeof uid === 'string' ? { uid } : {}), request, why });
    }
    return all;
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden')) return undefined;
    throw error;
  }
}

/** Each request by itself: whoever fills a list keeps no right from ending. One whose end has passed is over whatever is said of its request. */
async function whyOver(
  place: ClusterRequests,
  request: string,
  isOver: boolean,
): Promise<EndedRight['why'] | undefined> {
  try {
    const found = await place.standing(request);
    if (found === undefined) return 'unknown';
    if (closed.has(found.state)) return 'closed';
    return isOver ? 'expired' : found.isApproved ? undefined : 'unapproved';
  } catch (error) {
    if (isOver) return 'expired';
    throw error;
  }
}

/** Takes away the right that was seen, and no other that may have its name by now. True: it is gone. Throws `cluster.*`. */
export async function removeRight(client: KubeClient, namespace: string, { right, uid }: EndedRight): Promise<boolean> {
  try {
    const path = `${rightsOf(namespace)}/${encodeURIComponent(right)}`;
    await client.delete(path, uid === undefined ? {} : { preconditions: { uid } });
    return true;
  } catch (error) {
    if (hasStatus(error, 404)) return true;
    if (hasStatus(error, 409)) return false;
    throw error;
  }
}

function rightsOf(namespace: string): string {
  return `/apis/rbac.authorization.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/rolebindings`;
}

const prefix = 'db-ferry-';
