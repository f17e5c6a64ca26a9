import * as vscode from 'vscode';
import { AppError } from '../../core/base/errors';
import { shownRow } from '../shown';
import { noticeText } from '../shownText';

/** What can be chosen, and the heads above it. */
export type Item<Value> =
  | (vscode.QuickPickItem & {
      readonly value: Value;
      /** by which the active row is found again when the list is drawn anew */
      readonly id?: string;
      /** the one icon of the row; none is made of its texts */
      readonly icon?: string;
    })
  | { readonly label: string; readonly kind: vscode.QuickPickItemKind.Separator };

interface Ask {
  readonly title: string;
  readonly placeholder: string;
  /** said where there is nothing to choose from */
  readonly none?: string;
}

/** What is still coming: the list is drawn again as it changes, and shows that it is busy until the end. */
interface Coming {
  /** never rejects */
  readonly until: Promise<unknown>;
  readonly changed: vscode.Event<unknown>;
}

/** A quick pick that returns what was chosen. Throws `cancelled` when the user gives up. */
export async function pick<Value>(
  items: readonly Item<Value>[] | (() => readonly Item<Value>[]),
  { title, placeholder, none }: Ask,
  coming?: Coming,
): Promise<Value> {
  const box = vscode.window.createQuickPick<Item<Value>>();
  box.title = noticeText(title);
  box.placeholder = noticeText(placeholder);
  box.matchOnDescription = true;
  box.ignoreFocusOut = true;
  box.keepScrollPosition = true;
  const draw = (): void => drawAgain(box, typeof items === 'function' ? items() : items);
  const drawLast = (): void => {
    draw();
    box.busy = false;
    if (box.items.length === 0 && none !== undefined) box.placeholder = noticeText(none);
  };
  const unfollow = coming && follow(coming, draw, drawLast);
  if (unfollow) {
    box.busy = true;
    draw();
  } else drawLast();
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
    unfollow?.();
    box.dispose();
  }
}

/** Calls `draw` a while after each change, and `drawLast` once at the end of all; neither after what it returns was called. */
function follow({ until, changed }: Coming, draw: () => void, drawLast: () => void): () => void {
  let waiting: NodeJS.Timeout | undefined;
  let isOver = false;
  const listener = changed(() => {
    waiting ??= setTimeout(() => {
      waiting = undefined;
      draw();
    }, drawingMs);
  });
  const unfollow = (): void => {
    isOver = true;
    clearTimeout(waiting);
    listener.dispose();
  };
  void until.then(() => {
    if (isOver) return;
    unfollow();
    drawLast();
  });
  return unfollow;
}

/** Changes come by the hundred, and each drawing sends all rows to the window. */
const drawingMs = 250;

/** The editor makes the first row the active one, which is not the one that Enter was about to choose. */
function drawAgain<Value>(box: vscode.QuickPick<Item<Value>>, items: readonly Item<Value>[]): void {
  const active = idOf(box.activeItems[0]);
  const rows = items.map((item) => shownRow(item));
  box.items = rows;
  const same = active === undefined ? undefined : rows.find((item) => idOf(item) === active);
  if (same) box.activeItems = [same];
}

function idOf(item: Item<unknown> | undefined): string | undefined {
  return item && 'id' in item ? item.id : undefined;
}
