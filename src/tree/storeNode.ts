import * as vscode from 'vscode';
import { groupsOf } from '../model/backups';
import type { StoreModel } from '../model/stores';
import { BackupGroupNode } from './backupGroupNode';
import { FailureNode } from './failureNode';
import { comesSoon, LookingNode } from './lookingNode';
import { contextValue, type TreeNode } from './node';
import { UnreadableNode } from './unreadableNode';
import { t } from '../words/language';

/** A store that has a name: a bucket, or a folder elsewhere. It is asked when it is opened. */
export class StoreNode implements TreeNode {
  readonly id: string;
  readonly parent = undefined;

  constructor(
    readonly model: StoreModel,
    private readonly changed: (node: TreeNode) => void,
  ) {
    this.id = `store:${model.store.name}`;
  }

  item(): vscode.TreeItem {
    const { name, address, endpoint } = this.model.store;
    const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon(address.startsWith('/') ? 'folder-library' : 'cloud');
    item.description = address;
    item.tooltip = `${name}: ${address}${endpoint === undefined ? '' : `\n${endpoint}`}`;
    item.contextValue = contextValue('store', { isStore: true });
    item.accessibilityInformation = { label: t`Store ${name}, ${address}` };
    return item;
  }

  async children(): Promise<readonly TreeNode[]> {
    const coming = this.model.read();
    if (!(await comesSoon(coming))) {
      void coming.then(() => this.changed(this));
      return [new LookingNode(this)];
    }
    const { failure, backups, unreadable } = await coming;
    if (failure) return [new FailureNode(this, failure, () => this.model.forget())];
    return [
      ...groupsOf(backups).map((group) => new BackupGroupNode(group, this)),
      ...unreadable.map((one) => new UnreadableNode(one, this)),
    ];
  }
}
