import type { KubeClient } from '../cluster/kubeClient';
import {
  mostAnchors,
  mostNotices,
  type OperationRequest,
  type RequestDecision,
  type RequestNotice,
  type RequestSpec,
  type RequestState,
  type UnreadableRequest,
} from './operationRequest';

/** Where requests and decisions are kept: the target's cluster, or, where that knows no requests, the root. */
export interface RequestPlace {
  /** advisory: files that whoever can write to the root can write; recorded: objects that the API server looks after */
  readonly level: 'advisory' | 'recorded';
  /** the cluster and the namespace that keep them; undefined: the root does */
  readonly kept?: { readonly client: KubeClient; readonly namespace: string };
  /** who asks here, as the API server knows them, or as they say */
  whoAmI(): Promise<string>;
  /** the clock that counts: the API server's, or this machine's */
  now(): Promise<Date>;
  create(name: string, spec: RequestSpec): Promise<OperationRequest>;
  /** Undefined where there is none of the name. Throws `approval.unreadable`. */
  get(name: string): Promise<OperationRequest | undefined>;
  /** All that can be read, and each that cannot: none of those hides another. */
  readAll(): Promise<RequestsRead>;
  /** Adds a decision of whoever asks; with `state` what the request is then. Throws `cluster.forbidden` with what the API server says. */
  decide(request: OperationRequest, decision: RequestDecision, state: RequestState): Promise<OperationRequest>;
  setState(
    request: OperationRequest,
    state: RequestState,
    more?: {
      readonly review?: { readonly by: string; readonly at: string; readonly reason?: string | undefined };
      readonly escalated?: { readonly by: string; readonly at: string };
      readonly run?: { readonly began?: string | undefined; readonly ended?: string | undefined };
    },
  ): Promise<OperationRequest>;
  /** Adds what is evidence and decides nothing: who was told, how far a trail had come. Read anew before, so that no decision that came meanwhile is in its way. */
  addEvidence(name: string, evidence: Evidence): Promise<OperationRequest>;
  /** Gives who asked the right to run commands, until then. Nothing where no rights are given. Returns what it made. */
  grant(request: OperationRequest, until: Date): Promise<string | undefined>;
  /** The end of the right that was given; undefined: none was. */
  grantedUntil(request: OperationRequest): Promise<Date | undefined>;
  /** Takes it away. */
  revoke(request: OperationRequest): Promise<void>;
}

export interface RequestsRead {
  readonly requests: readonly OperationRequest[];
  readonly unreadable: readonly UnreadableRequest[];
}

/** What is only ever added to a request, whatever its state. */
export interface Evidence {
  readonly notices?: readonly RequestNotice[] | undefined;
  readonly anchors?: readonly string[] | undefined;
}

/** A status with more evidence: of each event and channel one notice, which stays once it was taken; of more than fits the first is kept. Pure. */
export function withEvidence(
  status: OperationRequest['status'],
  { notices = [], anchors = [] }: Evidence,
): Pick<OperationRequest['status'], 'notices' | 'anchors'> {
  const added = new Map(notices.map((one) => [`${one.event} ${one.channel}`, one]));
  const kept = (status.notices ?? []).map((old) => {
    const now = added.get(`${old.event} ${old.channel}`);
    added.delete(`${old.event} ${old.channel}`);
    // what was taken once was told, whatever became of it later
    return now === undefined || old.state === 'accepted' ? old : { ...now, tries: (old.tries ?? 0) + (now.tries ?? 0) };
  });
  const allNotices = [...kept, ...added.values()].slice(0, mostNotices);
  const allAnchors = [...new Set([...(status.anchors ?? []), ...anchors])].slice(0, mostAnchors);
  return {
    ...(allNotices.length === 0 ? {} : { notices: allNotices }),
    ...(allAnchors.length === 0 ? {} : { anchors: allAnchors }),
  };
}
