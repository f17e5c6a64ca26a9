import './vscodeDouble';
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ClusterContents, ClusterModel } from '../../../src/model/clusterModel';
import { ProtectedPlaces } from '../../../src/core/policy/protectedPlaces';
import type { Services } from '../../../src/services';
import { isHead } from './fakeVscode';
import type * as fake from './fakeVscode';
import { requestOf } from '../job/requestOf';

type Box = (typeof fake.opened)[number];

describe('the pods to pick from', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('are drawn four times a second at most while 10,000 come, each cluster anew only where it changed', async () => {
    const { clusters, box, drawn, asked } = await open();
    const before = drawn();
    for (let step = 1; step <= 250; step += 1) {
      clusters.grow('a', step, 20);
      clusters.grow('b', step, 20);
      mock.timers.tick(8);
    }
    assert.ok(drawn() - before <= 8, `${drawn() - before} times in 2 s`);
    assert.ok(asked() <= 250 * 2 * 9, `${asked()} questions whether a project is protected`);
    await clusters.end();
    assert.equal(rows(box.items).length, 10_000);
    assert.equal(box.busy, false);
  });

  it('keep the active row where others come above it', async () => {
    const { clusters, box } = await open();
    clusters.grow('b', 1, 2);
    mock.timers.tick(250);
    box.activeItems = rows(box.items).slice(1, 2);
    clusters.grow('a', 1, 2);
    mock.timers.tick(250);
    assert.deepEqual(labels(box.activeItems), ['$(server) pg-1']);
    assert.deepEqual(descriptions(box.activeItems), ['b/ns-000']);
    assert.equal(rows(box.items).indexOf(box.activeItems[0]), 3);
  });

  it('stay as they are once all have come, and when the picker is closed', async () => {
    const first = await open();
    await first.clusters.end();
    const drawn = first.drawn();
    first.clusters.grow('a', 1, 5);
    mock.timers.tick(1000);
    assert.equal(first.drawn(), drawn);
    assert.equal(first.box.placeholder, 'No database pod was found.');

    const second = await open();
    second.clusters.grow('a', 1, 5);
    second.box.escape();
    await assert.rejects(second.chosen, { code: 'cancelled' });
    const closed = second.drawn();
    await second.clusters.end();
    mock.timers.tick(1000);
    assert.equal(second.drawn(), closed);
  });

  it('are chosen with Enter', async () => {
    const { clusters, box, chosen } = await open({ except: 'a/ns-000/pg-0' });
    clusters.grow('a', 1, 2);
    await clusters.end();
    box.enter();
    assert.equal((await chosen).reference, 'a/ns-000/pg-1');
  });

  it('stand below their cluster; as targets what was written to last comes first, and what takes no writes apart', async () => {
    const asked = await open({ isTarget: true }, [
      { request: requestOf('backup', ['a/ns-000/pg-0/shop']) },
      { request: requestOf('restore', ['b1', 'b/ns-000/pg-1/shop']) },
      { request: requestOf('copy', ['b/ns-000/pg-0/x', 'a/ns-000/pg-1/x']) },
    ]);
    asked.clusters.grow('a', 1, 2);
    asked.clusters.grow('b', 1, 4);
    await asked.clusters.end();
    const shown = asked.box.items.map((item) => {
      const { label, description = '' } = item as { label: string; description?: string };
      return isHead(item) ? `— ${label}` : `${label.replace('$(server) ', '')} ${description}`;
    });
    assert.deepEqual(shown, [
      ...['— Used last', 'pg-1 b/ns-000'],
      ...['— a', 'pg-0 a/ns-000', 'pg-1 a/ns-000'],
      ...['— b', 'pg-0 b/ns-000'],
      ...['— Takes no writes now', 'pg-2 b/ns-000 · replica', 'pg-3 b/ns-000 · ContainerCreating'],
    ]);
  });

  const rows = (items: Box['items']): Box['items'] => items.filter((item) => !isHead(item));

  async function open(
    more: { readonly except?: string; readonly isTarget?: boolean } = {},
    jobs: readonly object[] = [],
  ) {
    const { pickPod } = await import('../../../src/ui/ask/pickPlace');
    const { EventEmitter, opened } = (await import('vscode')) as unknown as typeof fake;
    const clusters = new GrowingClusters(new EventEmitter<unknown>());
    let asked = 0;
    const protection = new ProtectedPlaces(() => {
      asked += 1;
      return ['prod/*'];
    });
    const trees = { clusters: { nameOf: ({ alias }: { alias: string }) => alias, pinnedIn: () => [] } };
    const watched = { watch: async () => jobs };
    const chosen = pickPod({ clusters, protection, trees, jobs: watched } as unknown as Services, {
      title: 'Back Up',
      ...more,
    });
    chosen.catch(() => undefined);
    await new Promise(setImmediate);
    const box = opened.at(-1);
    assert.ok(box);
    return { clusters, box, chosen, drawn: () => box.drawn, asked: () => asked };
  }

  const labels = (items: Box['items']): unknown[] => items.map((item) => (item as { label: string }).label);
  const descriptions = (items: Box['items']): unknown[] =>
    items.map((item) => (item as { description: string }).description);
});

/** Two clusters whose projects come one by one. */
class GrowingClusters {
  readonly onDidChange;
  readonly #models = ['a', 'b'].map((alias) => growing(alias));

  constructor(private readonly changed: fake.EventEmitter<unknown>) {
    this.onDidChange = changed.event;
  }

  all(): Promise<readonly ClusterModel[]> {
    return Promise.resolve(this.#models.map(({ model }) => model as unknown as ClusterModel));
  }

  /** The cluster has so many projects now. */
  grow(alias: string, projects: number, podsEach: number): void {
    const found = this.#models.find(({ model }) => model.cluster.alias === alias);
    assert.ok(found);
    const { namespaces } = found.model.contents;
    for (let n = namespaces.size; n < projects; n += 1) {
      const namespace = `ns-${String(n).padStart(3, '0')}`;
      const pods = Array.from({ length: podsEach }, (_, at) => ({
        ...{ cluster: alias, namespace, name: `pg-${String(at)}`, ready: at !== 3, reason: 'ContainerCreating' },
        ...(at === 2 ? { roleHint: 'replica' } : {}),
      }));
      found.model.contents = { namespaces: new Map([...found.model.contents.namespaces, [namespace, pods]]) };
    }
    this.changed.fire(found.model);
  }

  async end(): Promise<void> {
    for (const { loaded } of this.#models) loaded();
    await new Promise(setImmediate);
  }
}

function growing(alias: string) {
  let loaded = (): void => undefined;
  const loading = new Promise<void>((resolve) => (loaded = resolve));
  const cluster = { alias, server: `https://api.${alias}:6443`, contexts: [{ name: alias }] };
  const contents = { namespaces: new Map<string, readonly object[]>() } satisfies Partial<
    Record<keyof ClusterContents, unknown>
  >;
  return { model: { cluster, contents, load: () => loading }, loaded };
}
