import type { KubeClient } from '../cluster/kubeClient';
import type { OperationRequest, RequestDecision, RequestSpec, RequestState } from './operationRequest';

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
  /** Undefined where there is none of the name. */
  get(name: string): Promise<OperationRequest | undefined>;
  list(): Promise<readonly OperationRequest[]>;
  /** Adds a decision of whoever asks; with `state` what the request is then. Throws `cluster.forbidden` with what the API server says. */
  decide(request: OperationRequest, decision: RequestDecision, state: RequestState): Promise<OperationRequest>;
  setState(
    request: OperationRequest,
    state: RequestState,
    more?: { readonly review?: { readonly by: string; readonly at: string; readonly reason?: string | undefined } },
  ): Promise<OperationRequest>;
  /** Gives who asked the right to run commands, until then. Nothing where no rights are given. Returns what it made. */
  grant(request: OperationRequest, until: Date): Promise<string | undefined>;
  /** The end of the right that was given; undefined: none was. */
  grantedUntil(request: OperationRequest): Promise<Date | undefined>;
  /** Takes it away. */
  revoke(request: OperationRequest): Promise<void>;
}
