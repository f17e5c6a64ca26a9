import assert from 'node:assert/strict';
import { AppError } from '../../../src/core/base/errors';
import type { KubeClient } from '../../../src/core/cluster/kubeClient';
import { endedRights, removeRight } from '../../../src/core/governance/endedRights';

const now = Date.UTC(2026, 10, 30);
const digest = 'a'.repeat(64);
const at = (hours: number): string => new Date(now + hours * 3_600_000).toISOString();

function spec(name: string): object {
  const asked = { operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest, class: 'x' };
  return {
    metadata: { name, creationTimestamp: at(-9) },
    spec: { ...asked, approvals: 1, requestedBy: 'alice', validMinutes: 60, emergency: false },
  };
}

/** A cluster that answers four questions. */
function cluster(
  states: Readonly<Record<string, string>>,
  rights: readonly (readonly [string, string | undefined])[],
): KubeClient {
  const spec = {
    ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest, class: 'x' },
    ...{ approvals: 1, requestedBy: 'alice', validMinutes: 60, emergency: false },
  };
  const yes = [{ by: 'bob', decision: 'approve', digest, at: at(-1) }];
  const requests = Object.entries(states).map(([name, state]) => ({
    ...{ metadata: { name, creationTimestamp: at(-9) }, spec, status: { state, approvals: yes } },
  }));
  const bindings = rights.map(([name, expires]) => ({
    metadata: { name, annotations: expires === undefined ? {} : { 'db-ferry.io/expires': expires } },
    roleRef: { name: 'db-ferry-operate' },
  }));
  return {
    list: async (path: string) => Promise.resolve({ items: path.endsWith('/rolebindings') ? bindings : requests }),
    get: async (path: string) => {
      const found = requests.find(({ metadata }) => path.endsWith(`/${metadata.name}`));
      return found === undefined
        ? Promise.reject(new AppError('cluster.api', { cluster: 'a', status: 404, message: 'no' }))
        : Promise.resolve(found);
    },
    post: async () => Promise.resolve({ metadata: { creationTimestamp: at(0) } }),
  } as unknown as KubeClient;
}

describe('rights that were given for requests', () => {
  it('and are over are named with why; those that hold, and those of others, are not', async () => {
    const [running, done, old, gone] = ['req-0000000001', 'req-0000000002', 'req-0000000003', 'req-0000000004'];
    const client = cluster({ [running]: 'Running', [done]: 'Done', [old]: 'Approved' }, [
      [`db-ferry-${running}`, at(1)],
      [`db-ferry-${done}`, at(1)],
      [`db-ferry-${old}`, at(-1)],
      [`db-ferry-${gone}`, at(1)],
      ['db-ferry-view', undefined],
      ['edit', undefined],
    ]);
    assert.deepEqual(await endedRights(client, 'shop'), [
      { right: `db-ferry-${done}`, request: done, why: 'closed' },
      { right: `db-ferry-${old}`, request: old, why: 'expired' },
      { right: `db-ferry-${gone}`, request: gone, why: 'unknown' },
    ]);
  });

  it('and whose request has not its approvals are named; what cannot be read of a request keeps no right whose end has passed', async () => {
    const name = 'req-0000000001';
    const client = cluster({ [name]: 'Pending' }, [[`db-ferry-${name}`, at(1)]]);
    const pending = { ...client, get: async () => Promise.resolve({ ...spec(name), status: { state: 'Pending' } }) };
    assert.equal((await endedRights(pending as never, 'shop'))?.[0]?.why, 'unapproved');
    const away = async (): Promise<never> =>
      Promise.reject(new AppError('cluster.tooMuch', { cluster: 'a', path: '/', bytes: 1 }));
    const old = cluster({ [name]: 'Approved' }, [[`db-ferry-${name}`, at(-1)]]);
    assert.equal((await endedRights({ ...old, get: away }, 'shop'))?.[0]?.why, 'expired');
    await assert.rejects(endedRights({ ...client, get: away }, 'shop'), { code: 'cluster.tooMuch' });
  });

  it('without an end that is a time are over; where they may not be read nobody says that there are none', async () => {
    const name = 'req-0000000001';
    for (const expires of [undefined, 'tomorrow'])
      assert.equal(
        (await endedRights(cluster({ [name]: 'Approved' }, [[`db-ferry-${name}`, expires]]), 'shop'))?.length,
        1,
      );
    const refused = async (): Promise<never> =>
      Promise.reject(new AppError('cluster.forbidden', { cluster: 'a', message: 'no' }));
    assert.equal(await endedRights({ ...cluster({}, []), list: refused }, 'shop'), undefined);
  });

  it('are taken away as they were seen: one that has the name by now stays, one that is gone is gone, and a refusal is told', async () => {
    const right = { right: 'db-ferry-req-0000000001', uid: 'u1', request: 'req-0000000001', why: 'closed' } as const;
    const sent: unknown[] = [];
    const taken = async (status?: number): Promise<boolean> => {
      const fail = (): never => {
        throw new AppError('cluster.api', { cluster: 'a', status: status ?? 0, message: 'no' });
      };
      const client = {
        delete: async (...args: unknown[]) => Promise.resolve(status === undefined ? void sent.push(...args) : fail()),
      };
      return removeRight(client as unknown as KubeClient, 'shop', right);
    };
    assert.equal(await taken(), true);
    const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/db-ferry-req-0000000001';
    assert.deepEqual(sent, [path, { preconditions: { uid: 'u1' } }]);
    assert.equal(await taken(404), true);
    assert.equal(await taken(409), false);
    await assert.rejects(taken(403), { code: 'cluster.api' });
  });
});
