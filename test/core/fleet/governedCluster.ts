import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import { connect } from '../../../src/core/cluster/connect';
import type { KubeClient } from '../../../src/core/cluster/kubeClient';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { startApi } from '../cluster/apiDouble';

interface Thing {
  metadata: { name: string; namespace: string; resourceVersion: string; uid: string; [more: string]: unknown };
  [more: string]: unknown;
}

/** What a request of a test says beside what all of them say. */
export interface Asked {
  readonly spec?: object;
  readonly status?: object;
  readonly created?: string;
}

/** An API server that keeps requests, rights and Leases, by the versions of things; whoever holds a token is the user of that name. Faults are made by `onCall`. */
export async function governedCluster(): Promise<{
  readonly client: KubeClient;
  readonly kubeconfig: string;
  readonly things: Map<string, Thing>;
  /** sees each call before it is answered; what it returns is the status of a refusal */
  onCall: (method: string, path: string, user: string) => number | undefined;
  /** its clock, which is nobody else's */
  now: number;
  /** who may approve */
  readonly approvers: Set<string>;
  readonly seen: string[];
  as(token: string): Promise<KubeClient>;
  request(name: string, asked?: Asked): Thing;
  right(request: string, expires: string): void;
  stop(): Promise<void>;
}> {
  const things = new Map<string, Thing>();
  let version = 1;
  const put = (key: string, thing: Omit<Thing, 'metadata'> & { metadata: object }): Thing => {
    const metadata = { uid: randomUUID(), ...thing.metadata, resourceVersion: String((version += 1)) };
    const kept = { ...thing, metadata } as Thing;
    things.set(key, kept);
    return kept;
  };
  const cluster = {
    onCall: (() => undefined) as (method: string, path: string, user: string) => number | undefined,
    now: Date.now(),
    approvers: new Set<string>(),
  };
  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const answer = (status: number, value: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    const user = (request.headers.authorization ?? '').replace('Bearer ', '');
    const method = request.method ?? '';
    const { pathname } = new URL(request.url ?? '', 'https://x');
    const refused = cluster.onCall(method, pathname, user);
    if (refused !== undefined) return answer(refused, { message: `refused ${pathname}` });
    if (user === '' || user.startsWith('bad')) return answer(401, { message: 'Unauthorized' });
    if (pathname === '/apis/db-ferry.io/v1alpha1') return answer(200, { resources: [{ name: 'operationrequests' }] });
    if (pathname.endsWith('/selfsubjectreviews')) {
      const metadata = { creationTimestamp: new Date(cluster.now).toISOString() };
      return answer(201, { metadata, status: { userInfo: { username: user } } });
    }
    if (pathname.endsWith('/selfsubjectaccessreviews')) {
      const { spec } = JSON.parse(body) as { spec: { resourceAttributes: { subresource?: string } } };
      const { subresource } = spec.resourceAttributes;
      const allowed = subresource === 'approval' ? cluster.approvers.has(user) : !user.startsWith('stranger');
      return answer(201, { status: { allowed } });
    }
    if (user.startsWith('stranger')) return answer(403, { message: 'forbidden' });
    const key = pathname.replace(/\/status$/, '');
    const found = things.get(key);
    const sent = JSON.parse(body === '' ? '{}' : body) as Thing & { preconditions?: { uid?: string } };
    switch (method) {
      case 'GET': {
        if (found) return answer(200, found);
        // roles are by namespace here
        if (!key.includes('/namespaces/')) return answer(403, { message: 'forbidden' });
        if (/\/(?:operationrequests|rolebindings|leases)$/.test(key)) {
          const all = [...things].filter(([one]) => one.startsWith(`${key}/`)).map(([, thing]) => thing);
          return answer(200, { items: all, metadata: { resourceVersion: String(version) } });
        }
        return answer(404, { message: 'not found' });
      }
      case 'POST': {
        const at = `${key}/${sent.metadata.name}`;
        if (things.has(at)) return answer(409, { message: 'AlreadyExists' });
        return answer(201, put(at, sent));
      }
      case 'PUT': {
        if (!found) return answer(404, { message: 'not found' });
        const { metadata } = sent;
        if (metadata.resourceVersion !== found.metadata.resourceVersion) return answer(409, { message: 'Conflict' });
        const isStatus = pathname.endsWith('/status');
        return answer(200, put(key, isStatus ? { ...found, status: sent['status'] } : sent));
      }
      case 'DELETE': {
        if (!found) return answer(404, { message: 'not found' });
        const { uid } = sent.preconditions ?? {};
        if (uid !== undefined && uid !== found.metadata.uid) return answer(409, { message: 'Conflict' });
        things.delete(key);
        return answer(200, {});
      }
    }
    answer(405, { message: 'no' });
  };
  const api = await startApi(handle);
  const as = async (token: string): Promise<KubeClient> => {
    api.setToken(token);
    const { clusters } = await readClusters({ files: [api.kubeconfig], env: { KUBECONFIG: api.kubeconfig } });
    const [one] = clusters;
    if (one === undefined) throw new Error('no cluster');
    const client = connect(one);
    // its token is read before the next one is written
    await client.get('/apis/db-ferry.io/v1alpha1');
    return client;
  };
  const client = await as('steward');
  return Object.assign(cluster, {
    ...{ client, things, as, kubeconfig: api.kubeconfig, seen: api.seen, stop: async (): Promise<void> => api.stop() },
    request(name: string, { spec = {}, status, created }: Asked = {}): Thing {
      const creationTimestamp = created ?? new Date(cluster.now).toISOString();
      return put(`/apis/db-ferry.io/v1alpha1/namespaces/shop/operationrequests/${name}`, {
        ...{ apiVersion: 'db-ferry.io/v1alpha1', kind: 'OperationRequest' },
        metadata: { name, namespace: 'shop', creationTimestamp },
        spec: {
          ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest: 'a'.repeat(64) },
          ...{ class: 'x', approvals: 1, requestedBy: 'alice', validMinutes: 60, emergency: false, ...spec },
        },
        ...(status === undefined ? {} : { status }),
      });
    },
    right(request: string, expires: string): void {
      const name = `db-ferry-${request}`;
      put(`/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/${name}`, {
        metadata: { name, namespace: 'shop', annotations: { 'db-ferry.io/expires': expires } },
        roleRef: { name: 'db-ferry-operate' },
      });
    },
  });
}
