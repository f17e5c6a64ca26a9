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

export enum StatusBarAlignment {
  Left = 1,
  Right,
}

export const statusBarItem = { text: '', show: (): void => undefined, hide: (): void => undefined };

/** A head above rows, which nobody can choose. */
export function isHead(item: unknown): boolean {
  return (item as { readonly kind?: QuickPickItemKind }).kind === QuickPickItemKind.Separator;
}

/** A picker or a field as the editor has it open; what a person does is done by its methods. */
class QuickInput {
  value = '';
  isOpen = false;
  isDisposed = false;
  busy = false;
  placeholder = '';
  validationMessage: string | undefined;
  activeItems: readonly unknown[] = [];
  selectedItems: readonly unknown[] = [];
  /** how often rows were handed over */
  drawn = 0;
  #items: readonly unknown[] = [];
  readonly #accepted = new EventEmitter<void>();
  readonly #changed = new EventEmitter<string>();
  readonly #hidden = new EventEmitter<void>();
  readonly onDidAccept = this.#accepted.event;
  readonly onDidChangeValue = this.#changed.event;
  readonly onDidHide = this.#hidden.event;

  get items(): readonly unknown[] {
    return this.#items;
  }

  /** The editor makes the first row the active one. */
  set items(items: readonly unknown[]) {
    this.#items = items;
    this.activeItems = items.filter((item) => !isHead(item)).slice(0, 1);
    this.drawn += 1;
  }

  show(): void {
    this.isOpen = true;
  }

  type(text: string): void {
    this.value = text;
    this.#changed.fire(text);
  }

  enter(): void {
    this.selectedItems = this.activeItems;
    this.#accepted.fire();
  }

  escape(): void {
    this.dispose();
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.isOpen) this.#hidden.fire();
    this.isOpen = false;
  }
}

/** What was opened, the last one last. */
export const opened: QuickInput[] = [];

/** What was said, and the answers that are given to it, in turn; without one it is closed. */
export const said: { readonly text: string; readonly detail?: string; readonly buttons: readonly string[] }[] = [];
export const answers: string[] = [];

/** What could be chosen of several, and what is, by the labels, in turn; without an answer it is given up. */
export const offered: (readonly { readonly label: string; readonly detail?: string; readonly picked?: boolean }[])[] =
  [];
export const picks: string[][] = [];

/** The settings by their names. */
export const settings = new Map<string, unknown>();

/** The commands that were registered, and those that were run. */
export const registered = new Map<string, (...args: unknown[]) => unknown>();
export const ran: string[] = [];

async function say(text: string, ...more: readonly unknown[]): Promise<string | undefined> {
  const buttons = more.filter((one) => typeof one === 'string');
  const options = more.find((one) => typeof one === 'object') as { readonly detail?: string } | undefined;
  said.push({ text, buttons, ...(options?.detail === undefined ? {} : { detail: options.detail }) });
  return answers.shift();
}

function open(): QuickInput {
  const input = new QuickInput();
  opened.push(input);
  return input;
}

export const workspace = {
  isTrusted: true,
  workspaceFolders: [] as { readonly uri: { readonly fsPath: string } }[],
  getConfiguration: (): object => ({
    get: (name: string) => settings.get(name),
    update: async (name: string, value: unknown) => void settings.set(name, value),
  }),
};

export enum ProgressLocation {
  Notification = 15,
}

export enum ConfigurationTarget {
  Global = 1,
}

export enum QuickPickItemKind {
  Separator = -1,
  Default,
}

export const window = {
  showQuickPick: async (items: (typeof offered)[number]): Promise<unknown> => {
    offered.push(items);
    const picked = picks.shift();
    return picked && items.filter(({ label }) => picked.includes(label));
  },
  createInputBox: open,
  createQuickPick: open,
  showErrorMessage: say,
  showInformationMessage: say,
  showWarningMessage: say,
  withProgress: (_options: unknown, work: (progress: object, token: object) => unknown): unknown =>
    work({ report: () => undefined }, { onCancellationRequested: () => undefined }),
  createStatusBarItem: (): object => statusBarItem,
  createTreeView: (): object => ({
    onDidExpandElement: new EventEmitter().event,
    onDidCollapseElement: new EventEmitter().event,
    dispose: () => undefined,
  }),
};

export const commands = {
  executeCommand: async (id: string): Promise<void> => void ran.push(id),
  getCommands: async (): Promise<string[]> => [],
  registerCommand(id: string, run: (...args: unknown[]) => unknown): Disposable {
    registered.set(id, run);
    return { dispose: () => void registered.delete(id) };
  },
};

export class MarkdownString {
  value = '';

  /** As the editor does (vs/base/common/htmlContent.ts). */
  appendText(text: string): this {
    return this.appendMarkdown(
      text
        .replaceAll(/[\\`*_{}[\]()#+\-!~]/g, '\\$&')
        .replaceAll(/[ \t]/g, '&nbsp;')
        .replaceAll('>', '\\>')
        .replaceAll('\n', '\n\n'),
    );
  }

  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
}

export class ThemeIcon {
  constructor(readonly id: string) {}
}

export class ThemeColor extends ThemeIcon {}

export class Uri {
  static file(fsPath: string): Uri {
    return new Uri(fsPath);
  }

  constructor(readonly fsPath: string) {}
}

export class FileDecoration {
  constructor(
    readonly badge?: string,
    readonly tooltip?: string,
    readonly color?: ThemeColor,
  ) {}
}
