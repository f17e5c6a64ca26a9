import { isAppError, toAppError, type AppError } from '../base/errors';
import type { KubeClient } from '../cluster/kubeClient';
import { may } from '../cluster/reviews';
import { ClusterRequests, keepsRequests, listAllRequests } from './clusterRequests';
import { shownState } from './judge';
import { isUndecided } from './clocks';
import { finalStates, isShownWork, type OperationRequest } from './operationRequest';
import type { RequestPlace } from './requestPlace';
import { RootRequests } from './rootRequests';

/** A request, where it is kept, and who looks at it. */
export interface FoundRequest {
  readonly request: OperationRequest;
  readonly place: RequestPlace;
  /** alias of the cluster and the namespace that keep it; undefined: the root does */
  readonly kept?: { readonly cluster: string; readonly namespace: string };
  /** who asks here, as the place knows them */
  readonly me: string;
  /** the clock that counts there, when it was read */
  readonly now: Date;
  /** this login may decide there */
  readonly mayDecide: boolean;
}

export interface GatheredRequests {
  /** newest first */
  readonly requests: readonly FoundRequest[];
  /** places that could not be asked, and requests that cannot be read: none of them hides another */
  readonly problems: readonly RequestProblem[];
}

/** What could not be read: a place, or, with a name, one request of it. Nothing can be done with it. */
export interface RequestProblem {
  /** undefined: the root */
  readonly cluster?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly error: AppError;
}

/** All requests that can be seen: of each cluster, or, where it shows them by namespace alone, of the namespaces that are known; and of the root, if any. Never throws. */
export async function gatherRequests(
  clusters: readonly { readonly client: KubeClient; readonly namespaces: readonly string[] }[],
  root?: () => { readonly root: string; readonly who: string },
): Promise<GatheredRequests> {
  const parts = await Promise.all([
    ...clusters.map(async ({ client, namespaces }) =>
      orProblem(async () => ofCluster(client, namespaces), client.cluster.alias),
    ),
    ...(root === undefined ? [] : [orProblem(async () => ofRoot(root()))]),
  ]);
  const requests = parts.flatMap((part) => part.requests).sort((a, b) => madeAt(b) - madeAt(a));
  return { requests, problems: parts.flatMap(({ problems }) => problems) };
}

/** What whoever looks at a request can do with it now. Pure. */
export function actionsOn({ request, me, now, mayDecide }: FoundRequest): {
  readonly canApprove: boolean;
  readonly canDeny: boolean;
  readonly canWithdraw: boolean;
  readonly canRun: boolean;
  readonly canReview: boolean;
} {
  const { spec, status } = request;
  const isMine = spec.requestedBy === me;
  const isDecided = status.approvals.some(({ by }) => by === me);
  const isOpen = isUndecided(request, now);
  const decides = mayDecide && !isMine && !isDecided;
  const state = shownState(request, now);
  return {
    canApprove: decides && isOpen && isShownWork(spec),
    canDeny: decides && (isOpen || state === 'Approved' || state === 'Waiting'),
    canWithdraw: isMine && (status.state === 'Pending' || status.state === 'Approved'),
    canRun: isMine && state === 'Approved',
    canReview: mayDecide && !isMine && status.state === 'ReviewDue',
  };
}

/** Those that whoever looks can decide, or has to look at. Pure. */
export function waitingFor({ requests }: GatheredRequests): readonly FoundRequest[] {
  return requests.filter((found) => {
    const { canApprove, canReview } = actionsOn(found);
    return canApprove || canReview;
  });
}

/** True for one that nothing more comes of. Pure. */
export function isClosed({ request, now }: FoundRequest): boolean {
  return finalStates.has(shownState(request, now));
}

const none: GatheredRequests = { requests: [], problems: [] };

async function ofCluster(client: KubeClient, namespaces: readonly string[]): Promise<GatheredRequests> {
  if (!(await keepsRequests(client))) return none;
  const read = await listAllRequests(client, namespaces);
  const cluster = client.cluster.alias;
  const problems = read.unreadable.map((one) => ({ cluster, ...one }));
  const all = read.requests.flatMap((request) => {
    const { namespace } = request.metadata;
    return namespace === undefined ? [] : [{ request, namespace }];
  });
  const spaces = [...new Set(all.map(({ namespace }) => namespace))];
  const places = new Map(spaces.map((namespace) => [namespace, new ClusterRequests(client, namespace)]));
  const [first] = places.values();
  if (first === undefined) return { requests: [], problems };
  const [me, now, rights] = await Promise.all([
    first.whoAmI(),
    first.now(),
    Promise.all(spaces.map(async (namespace) => [namespace, await mayApprove(client, namespace)] as const)),
  ]);
  const mayDecide = new Map(rights);
  const requests = all.flatMap(({ request, namespace }) => {
    const place = places.get(namespace);
    const kept = { cluster, namespace };
    return place === undefined ? [] : [{ request, place, kept, me, now, mayDecide: mayDecide.get(namespace) === true }];
  });
  return { requests, problems };
}

/** The one request of a name that a namespace of a cluster keeps, for who looks; undefined: there is none, or this login may not see it. Throws `cluster.*`. */
export async function findRequest(
  client: KubeClient,
  namespace: string,
  name: string,
): Promise<FoundRequest | undefined> {
  const place = new ClusterRequests(client, namespace);
  try {
    const request = await place.get(name);
    if (request === undefined) return undefined;
    const [me, now, mayDecide] = await Promise.all([place.whoAmI(), place.now(), mayApprove(client, namespace)]);
    return { request, place, kept: { cluster: client.cluster.alias, namespace }, me, now, mayDecide };
  } catch (error) {
    if (isAppError(error, 'cluster.forbidden')) return undefined;
    throw error;
  }
}

async function ofRoot({ root, who }: { readonly root: string; readonly who: string }): Promise<GatheredRequests> {
  const place = new RootRequests(root, who);
  const [{ requests, unreadable: problems }, now] = await Promise.all([place.readAll(), place.now()]);
  // whoever can write to the root can decide: nobody keeps them from it
  return { requests: requests.map((request) => ({ request, place, me: who, now, mayDecide: true })), problems };
}

/** Whether this login may decide on requests: by roles alone, on a subresource that does not exist. */
async function mayApprove(client: KubeClient, namespace: string): Promise<boolean> {
  const resource = { group: 'db-ferry.io', resource: 'operationrequests', subresource: 'approval' };
  return may(client, { namespace, verb: 'create', ...resource });
}

async function orProblem(look: () => Promise<GatheredRequests>, cluster?: string): Promise<GatheredRequests> {
  try {
    return await look();
  } catch (error) {
    return { requests: [], problems: [{ ...(cluster === undefined ? {} : { cluster }), error: toAppError(error) }] };
  }
}

function madeAt({ request }: FoundRequest): number {
  return Date.parse(request.metadata.creationTimestamp);
}
