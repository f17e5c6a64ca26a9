import * as vscode from 'vscode';
import { AppError } from '../core/errors';

/** What can be chosen, and the heads above it. */
export type Item<Value> =
  | (vscode.QuickPickItem & { readonly value: Value })
  | { readonly label: string; readonly kind: vscode.QuickPickItemKind.Separator };

interface Ask {
  readonly title: string;
  readonly placeholder: string;
  /** said where there is nothing to choose from */
  readonly none?: string;
}

/** What is still coming: the list is drawn again at each change, and shows that it is busy until the end. */
interface Coming {
  readonly until: Promise<unknown>;
  readonly changed: vscode.Event<unknown>;
}

/** A quick pick that returns what was chosen. Throws `cancelled` when the user gives up. */
export async function pick<Value>(
  items: readonly Item<Value>[] | (() => readonly Item<Value>[]),
  { title, placeholder, none }: Ask,
  coming?: Coming,
): Promise<Value> {
  const now = (): readonly Item<Value>[] => (typeof items === 'function' ? items() : items);
  const box = vscode.window.createQuickPick<Item<Value>>();
  box.title = title;
  box.placeholder = placeholder;
  box.matchOnDescription = true;
  box.ignoreFocusOut = true;
  box.items = now();
  box.busy = coming !== undefined;
  const listening: vscode.Disposable[] = [];
  if (coming) {
    listening.push(coming.changed(() => (box.items = now())));
    void coming.until.then(() => {
      box.items = now();
      box.busy = false;
      if (box.items.length === 0 && none !== undefined) box.placeholder = none;
    });
  } else if (box.items.length === 0 && none !== undefined) {
    box.placeholder = none;
  }
  try {
    return await new Promise<Value>((resolve, reject) => {
      box.onDidAccept(() => {
        const [chosen] = box.selectedItems;
        if (chosen && 'value' in chosen) resolve(chosen.value);
      });
      box.onDidHide(() => reject(new AppError('cancelled')));
      box.show();
    });
  } finally {
    for (const one of listening) one.dispose();
    box.dispose();
  }
}
