import { AppError, isAppError, toAppError } from '../../base/errors';
import type { KubeClient } from '../../cluster/kubeClient';
import { ClusterRequests, keepsRequests } from '../../governance/clusterRequests';
import { endedRights, removeRight, type EndedRight } from '../../governance/endedRights';
import { broughtBy } from '../../governance/dueMessages';
import { shownState } from '../../governance/judge';
import { escalateRequest } from '../../governance/requestFlow';
import type { OperationRequest } from '../../governance/operationRequest';
import { hasStatus } from '../../cluster/apiError';

/** Where a steward looks, and whether it still may act. */
export interface Tending {
  readonly client: KubeClient;
  readonly namespaces: readonly string[];
  /** throws `cancelled` where another one may act by now: asked before each thing that is done */
  readonly fence: () => void;
  /** tells who has to be told; comes last: a channel that is slow delays no right's end */
  readonly tell?: (requests: readonly TendedRequest[], now: Date) => Promise<TellingResult>;
}

export interface TendedRequest {
  readonly request: OperationRequest;
  readonly place: ClusterRequests;
  readonly namespace: string;
}

/** What became of messages that are due. */
export interface TellingResult {
  readonly accepted: number;
  /** not taken by their channel, or not sent yet */
  readonly pending: number;
  /** why some could not be sent, or what became of them not be written down */
  readonly problems?: readonly { readonly namespace: string; readonly error: AppError }[];
}

/** What a tick found and did. */
export interface TickReport {
  /** the clock of the API server */
  readonly now: Date;
  /** as they are after it */
  readonly requests: readonly TendedRequest[];
  readonly timedOut: readonly string[];
  readonly expired: readonly string[];
  readonly removed: readonly EndedRight[];
  /** rights that are over and stand all the same */
  readonly overdue: readonly EndedRight[];
  readonly told: TellingResult;
  /** each namespace showed all its requests and rights */
  readonly sawAll: boolean;
  /** what could not be done: none of it keeps from the rest, all of it is tried again with the next tick */
  readonly problems: readonly { readonly namespace: string; readonly error: AppError }[];
}

/**
 * Looks after the requests of some namespaces once: says of those whose time is over that it is, takes rights away that are over, tells people. All that it knows is in the cluster, each thing that it does is done over the version that
 * was read, and doing it twice is as doing it once: it can be ended at any point, and two of them do no harm. Throws `cluster.*` where the cluster does not answer, `cancelled` where it may not act any more.
 */
export async function tick({ client, namespaces, fence, tell }: Tending): Promise<TickReport> {
  if (!(await keepsRequests(client))) throw new AppError('steward.none', { cluster: client.cluster.alias });
  const [first] = namespaces;
  if (first === undefined) throw new AppError('internal', { message: 'a steward without a namespace' });
  // this machine's clock counts for nothing
  const now = await new ClusterRequests(client, first).now();
  const problems: { namespace: string; error: AppError }[] = [];
  const attempt = async (namespace: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (isAppError(error, 'cancelled')) throw error;
      // somebody else was first: the next tick reads what they wrote
      if (!hasStatus(error, 409)) problems.push({ namespace, error: toAppError(error) });
    }
  };
  const done = { timedOut: [] as string[], expired: [] as string[], removed: [] as EndedRight[] };
  const requests: TendedRequest[] = [];
  const unreadable: TickReport['problems'][number][] = [];
  for (const namespace of namespaces) {
    const place = new ClusterRequests(client, namespace);
    await attempt(namespace, async () => {
      const all = await place.readAll();
      unreadable.push(...all.unreadable.map(({ error }) => ({ namespace, error })));
      for (const read of all.requests) {
        let request = read;
        await attempt(namespace, async () => {
          const over = overOf(read, now);
          if (over === undefined) return;
          fence();
          request = await place.setState(read, over);
          done[over === 'TimedOut' ? 'timedOut' : 'expired'].push(`${namespace}/${read.metadata.name}`);
        });
        // with nobody to tell it to it counts all the same: others may decide from now on
        await attempt(namespace, async () => {
          if (request.status.escalated !== undefined || !broughtBy(request, now).includes('escalated')) return;
          fence();
          request = await escalateRequest(place, request.metadata.name);
        });
        requests.push({ request, place, namespace });
      }
    });
  }
  const overdue: EndedRight[] = [];
  for (const namespace of namespaces) {
    await attempt(namespace, async () => {
      const ended = await endedRights(client, namespace);
      if (ended === undefined) throw new AppError('steward.blind', { namespace });
      for (const right of ended) {
        overdue.push(right);
        await attempt(namespace, async () => {
          fence();
          if (!(await removeRight(client, namespace, right))) return;
          done.removed.push(right);
          overdue.pop();
        });
      }
    });
  }
  const sawAll = problems.length === 0;
  // they are seen, and a person has to look at them
  problems.push(...unreadable);
  let told: TellingResult = { accepted: 0, pending: 0 };
  await attempt(client.cluster.alias, async () => {
    told = (await tell?.(requests, now)) ?? told;
    problems.push(...(told.problems ?? []));
  });
  return { now, requests, ...done, overdue, told, sawAll, problems };
}

/** What a request is whose time is over, and of which nobody said so yet. Pure. */
export function overOf(request: OperationRequest, now: Date): 'TimedOut' | 'Expired' | undefined {
  if (request.status.state !== 'Pending' && request.status.state !== 'Approved') return undefined;
  const shown = shownState(request, now);
  return shown === 'TimedOut' || shown === 'Expired' ? shown : undefined;
}
