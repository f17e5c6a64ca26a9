import type * as vscode from 'vscode';
import type { Capability } from '../contributions';

/** One row of a tree. What it is called and what is below it is its own business; the providers only ask. */
export interface TreeNode {
  /** stable over refreshes and unique in its tree */
  readonly id: string;
  readonly parent: TreeNode | undefined;
  /** as VS Code is to show it now */
  item(): vscode.TreeItem;
  /** the rows below it; a failure becomes a row, it is never thrown */
  children(): readonly TreeNode[] | Promise<readonly TreeNode[]>;
}

/** A `contextValue` from the kind of a row and what can be done with it; false ones are left out. */
export function contextValue(kind: string, capabilities: Partial<Record<Capability, boolean>>): string {
  const able = Object.entries(capabilities).filter(([, is]) => is);
  return [kind, ...able.map(([name]) => name)].join(';');
}
