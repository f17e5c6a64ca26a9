import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import type { TreeDragAndDropController } from 'vscode';
import type { Backups } from '../../../src/model/backups';
import type { Clusters } from '../../../src/model/clusters';
import { ProtectedPlaces } from '../../../src/model/protection';
import type { TreeNode } from '../../../src/tree/node';
import { EventEmitter } from '../ui/fakeVscode';

describe('the view of the clusters', () => {
  it('shows the only kubeconfig that cannot be read', async () => {
    assert.equal((await rows([{ file: '/home/me/.kube/config', message: 'bad indentation' }])).length, 1);
  });

  it('is left to its welcome where there is nothing', async () => {
    assert.deepEqual(await rows([]), []);
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
