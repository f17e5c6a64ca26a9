import './vscodeDouble';
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { ClusterContents, ClusterModel } from '../../../src/model/clusterModel';
import { ProtectedPlaces } from '../../../src/model/protection';
import type { Services } from '../../../src/services';
import type * as fake from './fakeVscode';

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
    assert.equal(box.items.length, 10_000);
    assert.equal(box.busy, false);
  });

  it('keep the active row where others come above it', async () => {
    const { clusters, box } = await open();
    clusters.grow('b', 1, 2);
    mock.timers.tick(250);
    box.activeItems = box.items.slice(1, 2);
    clusters.grow('a', 1, 2);
    mock.timers.tick(250);
    assert.deepEqual(labels(box.activeItems), ['$(server) pg-1']);
    assert.deepEqual(descriptions(box.activeItems), ['b/ns-000']);
    assert.equal(box.items.indexOf(box.activeItems[0]), 3);
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

  async function open(more: { readonly except?: string } = {}) {
    const { pickPod } = await import('../../../src/ui/ask/pickPlace');
    const { EventEmitter, opened } = (await import('vscode')) as unknown as typeof fake;
    const clusters = new GrowingClusters(new EventEmitter<unknown>());
    let asked = 0;
    const protection = new ProtectedPlaces(() => {
      asked += 1;
      return ['prod/*'];
    });
    const trees = { clusters: { nameOf: ({ alias }: { alias: string }) => alias, pinnedIn: () => [] } };
    const chosen = pickPod({ clusters, protection, trees } as unknown as Services, { title: 'Back Up', ...more });
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
        ...{ cluster: alias, namespace, name: `pg-${String(at)}`, ready: true },
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
