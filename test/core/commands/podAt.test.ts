import assert from 'node:assert/strict';
import { podAt } from '../../../src/commands/podAt';
import { AppError } from '../../../src/core/base/errors';
import type { Services } from '../../../src/services';

describe('a pod that is known by name', () => {
  const place = { cluster: 'prod', namespace: 'shop', pod: 'pg-0', workload: 'pg' };

  it('is looked for in pinned projects as well, by its name before its workload', async () => {
    const others = [pod('pg-1', 'pg'), pod('pg-0', 'pg')];
    const asked: unknown[] = [];
    const found = await podAt(services({ pods: others, load: (pinned) => asked.push(pinned) }), place);
    assert.equal(found.reference, 'prod/shop/pg-0');
    assert.deepEqual(asked, [['pinned']]);
    assert.equal((await podAt(services({ pods: [pod('pg-7', 'pg')] }), place)).reference, 'prod/shop/pg-7');
  });

  it('is not called gone where its cluster could not be asked', async () => {
    const failure = new AppError('cluster.unauthorized', { cluster: 'prod', server: 'https://prod' });
    await assert.rejects(podAt(services({ failure }), place), failure);
    await assert.rejects(podAt(services({}), place), { code: 'pod.unknown' });
  });

  it('in a cluster that is gone is told with those that are known', async () => {
    const data = { cluster: 'old', known: ['prod'] };
    await assert.rejects(podAt(services({}), { ...place, cluster: 'old' }), { code: 'cluster.unknown', data });
  });

  function pod(name: string, workload: string): object {
    return { cluster: 'prod', namespace: 'shop', name, workload: { name: workload } };
  }

  function services(of: {
    readonly pods?: readonly object[];
    readonly failure?: AppError;
    readonly load?: (pinned: unknown) => void;
  }): Services {
    const model = {
      cluster: { alias: 'prod' },
      contents: { namespaces: new Map([['shop', of.pods ?? []]]) },
      failure: of.failure,
      load: async (pinned: unknown) => of.load?.(pinned),
    };
    return {
      clusters: { all: async () => [model] },
      trees: { clusters: { pinnedIn: () => ['pinned'] } },
    } as unknown as Services;
  }
});
