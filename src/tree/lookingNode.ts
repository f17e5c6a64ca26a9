import * as vscode from 'vscode';
import { contextValue, type TreeNode } from './node';
import { t } from '../words/language';

/** Stands for rows that are still coming. VS Code draws no row of a view before all that are open have told theirs, so none may wait. */
export class LookingNode implements TreeNode {
  readonly id: string;

  constructor(readonly parent: TreeNode) {
    this.id = `${parent.id}/…`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(t`Looking…`);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('loading~spin');
    item.contextValue = contextValue('looking', {});
    item.accessibilityInformation = { label: t`Looking, please wait` };
    return item;
  }

  children(): readonly TreeNode[] {
    return [];
  }
}

/** True when `coming` has settled within the time that a list may wait for its rows. */
export async function comesSoon(coming: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), patienceMs)));
  const settled = coming.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** what mostly comes at once shall not flicker */
const patienceMs = 500;
