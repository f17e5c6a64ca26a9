import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type { KubeClient, ListOptions } from '../../../src/core/cluster/kubeClient';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { AppError } from '../../../src/core/base/errors';
import type { PodObject } from '../../../src/core/pod/discover/podObject';
import { ClusterModel } from '../../../src/model/clusterModel';

describe('a cluster of a window', () => {
  it('forgets a loading that ends after another one began', async () => {
    const old = deferred<PodObject[]>();
    const api = new Api({ '/api/v1/pods': [() => old.promise, () => [pod('new-0')]] });
    const model = api.model();
    const first = model.load();
    await api.asked('/api/v1/pods');
    model.forget();
    await model.load();
    old.resolve([pod('old-0')]);
    await first;
    assert.deepEqual(names(model), ['new-0']);
  });

  it('keeps what following told of a project while the list was still being read', async () => {
    const list = deferred<PodObject[]>();
    const api = new Api({ '/api/v1/pods': [() => list.promise], [shop]: [() => [pod('pg-1')]] });
    const model = api.model();
    const loading = model.load();
    model.follow('shop');
    await until(() => names(model).includes('pg-1'));
    list.resolve([pod('pg-0')]);
    await loading;
    assert.deepEqual(names(model), ['pg-1']);
    model.forget();
  });

  it('tells a login that is lost while it is followed, and comes back when it is forgotten', async () => {
    const login = deferred<never>();
    const api = new Api({ '/api/v1/pods': [() => [pod('pg-0')]], [shop]: [() => [pod('pg-0')], () => login.promise] });
    const model = api.model();
    await model.load();
    model.follow('shop');
    await api.asked(`${shop} watch`);
    api.endWatches();
    await api.asked(shop, 2);
    const changed = api.changes;
    login.reject(new AppError('cluster.unauthorized', { cluster: 'a', server: 'https://a' }));
    await until(() => model.failure !== undefined);
    assert.equal(model.failure?.code, 'cluster.unauthorized');
    assert.ok(api.changes > changed);
    model.forget();
    await model.load();
    assert.deepEqual([model.failure, names(model)], [undefined, ['pg-0']]);
    model.follow('shop');
    await api.asked(shop, 3);
    model.forget();
  });

  it('follows nothing while its row is closed, and the same as before when it is opened again', async () => {
    const api = new Api({ '/api/v1/pods': [() => [pod('pg-0')]], [shop]: [() => [pod('pg-0')]] });
    const model = api.model();
    await model.load();
    model.follow('shop');
    await api.asked(`${shop} watch`);
    model.pause();
    assert.equal(api.watches, 0);
    model.resume();
    await api.asked(`${shop} watch`, 2);
    assert.equal(api.watches, 1);
    model.pause();
    model.unfollow('shop');
    model.resume();
    assert.equal(api.watches, 0);
    model.forget();
  });

  it('keeps what is known of an open pod until it is asked anew; of one that is closed nothing is asked', async () => {
    const api = new Api({ '/api/v1/pods': [() => [pod('pg-0')]] });
    const answers: (() => void)[] = [];
    const model = api.model(
      (_client, at) =>
        new Promise((resolve) =>
          answers.push(() => resolve({ pod: at, facts: { answer: answers.length } } as unknown as OpenPod)),
        ),
    );
    await model.load();
    const [found] = model.contents.namespaces.get('shop') ?? [];
    assert.ok(found);
    model.reprobe(found.uid);
    assert.deepEqual([model.opened(found), answers.length], [undefined, 0]);
    const opening = model.open(found);
    answers[0]?.();
    const first = await opening;
    const changed = api.changes;
    model.reprobe(found.uid);
    await until(() => answers.length === 2);
    assert.equal(model.opened(found), first);
    answers[1]?.();
    await until(() => model.opened(found) !== first);
    assert.ok(api.changes > changed);
  });

  it('looks into a project that is pinned later, and asks nothing else again', async () => {
    const api = new Api({ '/api/v1/pods': [() => [pod('pg-0')]], [shop]: [() => forbidden()] });
    const model = api.model();
    await model.load();
    const before = api.calls.length;
    await model.load(['shop', 'hidden']);
    await model.load(['shop', 'hidden']);
    assert.deepEqual(
      api.calls.slice(before).filter((call) => call.includes('/pods')),
      ['/api/v1/namespaces/hidden/pods'],
    );
    assert.deepEqual(model.contents.forbidden, ['hidden']);
  });
});

const shop = '/api/v1/namespaces/shop/pods';

/** An API server whose answers to a list are given one after another; the last one stays. */
class Api {
  readonly calls: string[] = [];
  changes = 0;
  /** how many are open */
  watches = 0;
  #watches: (() => void)[] = [];

  constructor(private readonly answers: Record<string, (() => PodObject[] | Promise<PodObject[]>)[]>) {}

  model(probe?: ConstructorParameters<typeof ClusterModel>[2]): ClusterModel {
    const no = (): never => assert.fail('not expected');
    const client: KubeClient = {
      cluster: { alias: 'a', contextName: 'a', server: 'https://a', user: 'u', kubeconfigFile: '', contexts: [] },
      list: async <T>(path: string, { onPage = (page) => page, signal }: ListOptions<T> = {}) => {
        this.calls.push(path);
        const answers = this.answers[path];
        const answer = (answers && answers.length > 1 ? answers.shift() : answers?.[0]) ?? forbidden;
        const items = onPage((await answer()) as T[]);
        if (signal?.aborted) throw new AppError('cancelled');
        return { items, resourceVersion: '1' };
      },
      get: async <T>() => ({ metadata: { resourceVersion: '1' } }) as T,
      watch: (path, _version, { signal }) => this.#watch(path, signal),
      ...{
        post: no,
        put: no,
        patch: no,
        delete: no,
        lines: no,
        upgrade: no,
        fixedToken: no,
        forgetLogin: () => undefined,
      },
    };
    return new ClusterModel(client, () => (this.changes += 1), probe);
  }

  async asked(call: string, times = 1): Promise<void> {
    await until(() => this.calls.filter((one) => one === call).length >= times);
  }

  endWatches(): void {
    for (const end of this.#watches.splice(0)) end();
  }

  async *#watch(path: string, signal: AbortSignal | undefined): AsyncGenerator<never> {
    this.calls.push(`${path} watch`);
    this.watches += 1;
    signal?.addEventListener('abort', () => (this.watches -= 1));
    await new Promise<void>((resolve) => {
      this.#watches.push(resolve);
      signal?.addEventListener('abort', () => resolve());
    });
  }
}

function forbidden(): never {
  throw new AppError('cluster.forbidden', { cluster: 'a', verb: 'list', resource: 'pods', message: '' });
}

function pod(name: string): PodObject {
  return {
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, labels: {} },
    spec: { containers: [{ name: 'pg', image: 'postgres:17', env: [], ports: [{ containerPort: 5432 }] }] },
    status: { phase: 'Running' },
  };
}

function names({ contents }: ClusterModel): string[] {
  return [...contents.namespaces.values()].flat().map(({ name }) => name);
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: Error) => void } {
  let [resolve, reject]: [(value: T) => void, (error: Error) => void] = [() => undefined, () => undefined];
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

async function until(isSo: () => boolean): Promise<void> {
  for (const end = Date.now() + 30_000; !isSo(); await setImmediate()) assert.ok(Date.now() < end, 'it never was so');
}
