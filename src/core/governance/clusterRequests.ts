import { AppError, isAppError, toAppError } from '../base/errors';
import { asRecord } from '../base/json';
import type { KubeClient } from '../cluster/kubeClient';
import { agreed } from './judge';
import { knownAs } from '../cluster/reviews';
import {
  parseOperationRequest,
  readOperationRequest,
  type OperationRequest,
  type RequestNotice,
  type RequestSpec,
  type RequestState,
  type UnreadableRequest,
} from './operationRequest';
import { withEvidence, type Evidence, type RequestPlace, type RequestsRead } from './requestPlace';
import { hasStatus } from '../cluster/apiError';
import { again } from './again';

/** True where a cluster knows requests. */
export async function keepsRequests(client: KubeClient, signal?: AbortSignal): Promise<boolean> {
  try {
    const found = asRecord(await client.get(groupPath, signal === undefined ? {} : { signal })) ?? {};
    const resources = Array.isArray(found['resources']) ? (found['resources'] as unknown[]) : [];
    return resources.some((one) => asRecord(one)?.['name'] === 'operationrequests');
  } catch (error) {
    if (hasStatus(error, 404) || isAppError(error, 'cluster.forbidden')) return false;
    throw error;
  }
}

/**
 * All requests of a cluster with the namespaces that hold them; where it does not show them to this login at once, those of the namespaces that it does show. Throws `cluster.*`.
 */
export async function listAllRequests(client: KubeClient, namespaces: readonly string[]): Promise<RequestsRead> {
  try {
    return readEach((await client.list(`${groupPath}/operationrequests`)).items);
  } catch (error) {
    if (!isAppError(error, 'cluster.forbidden')) throw error;
  }
  const all = await Promise.all(
    namespaces.map(async (namespace) => {
      try {
        return await new ClusterRequests(client, namespace).readAll();
      } catch (error) {
        if (!isAppError(error, 'cluster.forbidden')) throw error;
        return { requests: [], unreadable: [] };
      }
    }),
  );
  return {
    requests: all.flatMap(({ requests }) => requests),
    unreadable: all.flatMap(({ unreadable }) => unreadable),
  };
}

/** Each by itself: one that cannot be read is told, and hides no other. */
function readEach(items: readonly unknown[]): RequestsRead {
  const requests: OperationRequest[] = [];
  const unreadable: UnreadableRequest[] = [];
  for (const item of items) {
    try {
      requests.push(readOperationRequest(item));
    } catch (error) {
      const { name, namespace } = asRecord(asRecord(item)?.['metadata']) ?? {};
      unreadable.push({
        name: typeof name === 'string' ? name : '',
        ...(typeof namespace === 'string' ? { namespace } : {}),
        error: toAppError(error),
      });
    }
  }
  return { requests, unreadable };
}

/** The requests of a namespace of a cluster: kept, checked and refused by its API server. */
export class ClusterRequests implements RequestPlace {
  readonly level = 'recorded';
  readonly kept: { readonly client: KubeClient; readonly namespace: string };
  readonly #client: KubeClient;
  readonly #namespace: string;

  constructor(client: KubeClient, namespace: string) {
    this.kept = { client, namespace };
    this.#client = client;
    this.#namespace = namespace;
  }

  async whoAmI(): Promise<string> {
    const known = await knownAs(this.#client);
    if (known === undefined) throw new AppError('internal', { message: 'the API server does not tell who asks' });
    return known;
  }

  async now(): Promise<Date> {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
    const answer = await this.#client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', review);
    const told = asRecord(asRecord(answer)?.['metadata'])?.['creationTimestamp'];
    const now = new Date(typeof told === 'string' ? told : Number.NaN);
    if (!Number.isNaN(now.getTime())) return now;
    throw new AppError('internal', { message: 'the API server does not tell its time' });
  }

  async create(name: string, spec: RequestSpec): Promise<OperationRequest> {
    const metadata = { name, namespace: this.#namespace };
    const body = { apiVersion: 'db-ferry.io/v1alpha1', kind: 'OperationRequest', metadata, spec };
    return readOperationRequest(await this.#client.post(this.#path(), body), name);
  }

  async get(name: string): Promise<OperationRequest | undefined> {
    try {
      return readOperationRequest(await this.#client.get(this.#path(name)), name);
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async readAll(): Promise<RequestsRead> {
    return readEach((await this.#client.list(this.#path())).items);
  }

  /** The state of one, also of one that cannot be read here, and whether it has the approvals that it needs; undefined: there is none. */
  async standing(name: string): Promise<{ readonly state: string; readonly isApproved: boolean } | undefined> {
    try {
      const found = await this.#client.get(this.#path(name));
      const state = asRecord(asRecord(found)?.['status'])?.['state'];
      const request = parseOperationRequest(found);
      const isApproved = request === undefined || agreed(request).length >= request.spec.approvals;
      return { state: typeof state === 'string' ? state : 'Pending', isApproved };
    } catch (error) {
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
  }

  /** Writes down who was told, over the version that was read. */
  async setNotices(request: OperationRequest, notices: readonly RequestNotice[]): Promise<OperationRequest> {
    return this.#putStatus(request, { notices });
  }

  async decide(
    request: OperationRequest,
    decision: OperationRequest['status']['approvals'][number],
    state: RequestState,
  ): Promise<OperationRequest> {
    // by the version that was read: of two decisions at once one is told, and reads anew
    return this.#putStatus(request, { approvals: [...request.status.approvals, decision], state });
  }

  async setState(
    request: OperationRequest,
    state: RequestState,
    more: Parameters<RequestPlace['setState']>[2] = {},
  ): Promise<OperationRequest> {
    return this.#putStatus(request, { ...more, state });
  }

  async addEvidence(name: string, evidence: Evidence): Promise<OperationRequest> {
    return again(async () => {
      const request = await this.get(name);
      if (request === undefined) throw new AppError('approval.unknown', { request: name });
      return this.#putStatus(request, withEvidence(request.status, evidence));
    });
  }

  async grant({ metadata, spec }: OperationRequest, until: Date): Promise<string | undefined> {
    const name = `db-ferry-${metadata.name}`;
    const annotations = { 'db-ferry.io/request': metadata.name, 'db-ferry.io/expires': until.toISOString() };
    try {
      await this.#client.post(this.#bindings(), {
        ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
        metadata: { name, namespace: this.#namespace, annotations },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'db-ferry-operate' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: spec.requestedBy }],
      });
    } catch (error) {
      // of a cluster that only keeps requests nobody is given anything
      if (hasStatus(error, 404)) return undefined;
      throw error;
    }
    return name;
  }

  async grantedUntil({ metadata }: OperationRequest): Promise<Date | undefined> {
    try {
      const found = asRecord(await this.#client.get(this.#bindings(`db-ferry-${metadata.name}`)));
      const notes = asRecord(asRecord(found?.['metadata'])?.['annotations']);
      const until = notes?.['db-ferry.io/expires'];
      return typeof until === 'string' ? new Date(until) : undefined;
    } catch (error) {
      // who runs it may not read bindings, and has the request's own end
      if (hasStatus(error, 404) || isAppError(error, 'cluster.forbidden')) return undefined;
      throw error;
    }
  }

  async revoke({ metadata }: OperationRequest): Promise<void> {
    try {
      await this.#client.delete(this.#bindings(`db-ferry-${metadata.name}`), {});
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
    }
  }

  async #putStatus(request: OperationRequest, change: object): Promise<OperationRequest> {
    const body = { ...request, status: { ...request.status, ...change } };
    const { name } = request.metadata;
    return readOperationRequest(await this.#client.put(`${this.#path(name)}/status`, body), name);
  }

  #path(name?: string): string {
    const all = `${groupPath}/namespaces/${encodeURIComponent(this.#namespace)}/operationrequests`;
    return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
  }

  #bindings(name?: string): string {
    const all = `/apis/rbac.authorization.k8s.io/v1/namespaces/${encodeURIComponent(this.#namespace)}/rolebindings`;
    return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
  }
}

const groupPath = '/apis/db-ferry.io/v1alpha1';
