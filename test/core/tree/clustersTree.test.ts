import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MarkdownString, TreeDragAndDropController, TreeItem } from 'vscode';
import { AppError, type ErrorCode } from '../../../src/core/base/errors';
import type { Backups } from '../../../src/model/backups';
import type { Clusters } from '../../../src/model/clusters';
import { ProtectedPlaces } from '../../../src/core/policy/protectedPlaces';
import type { ClusterNode } from '../../../src/tree/clusterNode';
import type { UserDatabase } from '../../../src/model/databases';
import type { TreeNode } from '../../../src/tree/node';
import type { PodNode } from '../../../src/tree/podNode';
import { EventEmitter } from '../ui/fakeVscode';

describe('the view of the clusters', () => {
  it('shows the only kubeconfig that cannot be read', async () => {
    assert.equal((await rows([{ file: '/home/me/.kube/config', reason: 'form' }])).length, 1);
  });

  it('is left to its welcome where there is nothing', async () => {
    assert.deepEqual(await rows([]), []);
  });

  it('offers the rule to ask for wherever a right is missing, and nowhere else', async () => {
    const { FailureNode } = await import('../../../src/tree/failureNode');
    const { NamespaceNode } = await import('../../../src/tree/namespaceNode');
    const offers = ({ contextValue }: TreeItem): boolean => contextValue?.includes('canAskForRule') === true;
    const failed = (code: ErrorCode, data: object): TreeItem =>
      new FailureNode(undefined, new AppError(code, { ...data }), () => undefined).item();
    assert.equal(offers(failed('cluster.forbidden', { cluster: 'a', verb: 'list', resource: 'pods' })), true);
    assert.equal(offers(failed('cluster.forbidden', { cluster: 'a', namespace: 'shop', missing: [] })), false);
    assert.equal(offers(failed('cluster.unreachable', { cluster: 'a' })), false);
    const contents = { word: 'project', namespaces: new Map(), forbidden: ['hidden'], environments: new Map() };
    const view = {
      isPinned: () => true,
      protection: new ProtectedPlaces(() => []),
      initialState: () => 1,
    };
    const cluster = {
      id: 'a',
      view,
      model: { contents, cluster: { alias: 'a', server: 'https://a:6443', contexts: [] } },
    } as unknown as ClusterNode;
    const [hidden, seen] = ['hidden', 'shop'].map((name) => new NamespaceNode(cluster, name).item());
    assert.deepEqual([hidden?.command?.command, seen?.command], ['dbFerry.showRule', undefined]);
    assert.deepEqual(
      [hidden, seen].map((item) => item && offers(item)),
      [true, false],
    );
  });

  it('reads the backups with the first database that is shown, and says that there is none only then', async () => {
    const { ClustersTree } = await import('../../../src/tree/clustersTree');
    const { Backups } = await import('../../../src/model/backups');
    const { DatabaseNode } = await import('../../../src/tree/databaseNode');
    const root = await mkdtemp(join(tmpdir(), 'dbf-tree-'));
    const backups = new Backups(() => root);
    const clusters = {
      all: async () => [],
      problems: [],
      onDidChange: new EventEmitter().event,
    } as unknown as Clusters;
    const dragAndDrop = {} as TreeDragAndDropController<TreeNode>;
    const view = new ClustersTree(clusters, backups, new ProtectedPlaces(() => []), dragAndDrop);
    const pod = { cluster: 'a', namespace: 'shop', workload: { name: 'pg' } };
    const parent = { id: 'p', reference: 'a/shop/pg-0', pod, parent: { parent: { view } } } as unknown as PodNode;
    const facts = { name: 'orders', owner: 'o', encoding: 'UTF8', collate: 'C', bytes: 1 };
    const node = new DatabaseNode(parent, { facts, kept: [] } as unknown as UserDatabase);
    const says = (): string => (node.item().tooltip as MarkdownString).value;
    try {
      assert.doesNotMatch(says(), /backup/);
      await new Promise<void>((resolve) => backups.onDidChange(resolve));
      assert.match(says(), /no&nbsp;backup of it in this workspace/);
    } finally {
      backups.dispose();
      view.dispose();
      await rm(root, { recursive: true });
    }
  });

  async function rows(problems: Clusters['problems']): Promise<TreeNode[]> {
    const { ClustersTree } = await import('../../../src/tree/clustersTree');
    const onDidChange = new EventEmitter().event;
    const clusters = { all: async () => [], problems, onDidChange } as unknown as Clusters;
    const backups = { onDidChange } as unknown as Backups;
    const dragAndDrop = {} as TreeDragAndDropController<TreeNode>;
    return new ClustersTree(clusters, backups, new ProtectedPlaces(() => []), dragAndDrop).getChildren();
  }
});
