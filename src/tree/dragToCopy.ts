import * as vscode from 'vscode';
import { DatabaseNode } from './databaseNode';
import type { TreeNode } from './node';
import { PodNode } from './podNode';

/** Dragging a pod or a database onto another pod is Copy To, with the same confirmation. */
export class DragToCopy implements vscode.TreeDragAndDropController<TreeNode> {
  readonly dragMimeTypes = [mimeType];
  readonly dropMimeTypes = [mimeType];

  handleDrag(nodes: readonly TreeNode[], data: vscode.DataTransfer): void {
    const [node] = nodes;
    if (node instanceof PodNode || node instanceof DatabaseNode) data.set(mimeType, new vscode.DataTransferItem(node));
  }

  async handleDrop(target: TreeNode | undefined, data: vscode.DataTransfer): Promise<void> {
    const source: unknown = data.get(mimeType)?.value;
    if (target === undefined || source === undefined || source === target) return;
    await vscode.commands.executeCommand('dbFerry.copyTo', source, undefined, target);
  }
}

const mimeType = 'application/vnd.code.tree.dbferry.clusters';
