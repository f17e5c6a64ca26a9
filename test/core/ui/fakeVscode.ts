/** As much of the module `vscode` as the tests of the core ring touch. */

export class EventEmitter<T> {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

interface Disposable {
  dispose(): void;
}

export const Disposable = { from: (...all: readonly Disposable[]): readonly Disposable[] => all };

export enum TreeItemCollapsibleState {
  None,
  Collapsed,
  Expanded,
}

export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState = TreeItemCollapsibleState.None,
  ) {}
}

export class ThemeIcon {
  constructor(readonly id: string) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

export enum StatusBarAlignment {
  Left = 1,
  Right,
}

export const statusBarItem = { text: '', show: (): void => undefined, hide: (): void => undefined };

/** What was said as warnings. */
export const warnings: string[] = [];

export const window = {
  showWarningMessage: async (text: string): Promise<void> => void warnings.push(text),
  createStatusBarItem: (): object => statusBarItem,
  createTreeView: (): object => ({
    onDidExpandElement: new EventEmitter().event,
    onDidCollapseElement: new EventEmitter().event,
    dispose: () => undefined,
  }),
};

export const commands = {
  executeCommand: async (): Promise<void> => undefined,
  getCommands: async (): Promise<string[]> => [],
};
