import type { Locator, Page } from 'playwright-core';
import type { Actions } from './actions';
import type { List } from './list';
import { exactly, line, type Label, type RowState } from './list';
import { until } from './until';

/** A row of a view; looked for anew each time it is used, and waited for. */
export class Row {
  constructor(
    private readonly page: Page,
    private readonly actions: Actions,
    private readonly list: List,
    private readonly view: string,
    private readonly path: readonly [Label, ...Label[]],
  ) {}

  /** Clicks it: selects, and does what the row does. */
  async click(): Promise<void> {
    await this.#do('', async (element) => element.locator('.label-name').click({ timeout: 1000 }));
  }

  /** Adds it to the selection, with the control key. */
  async alsoSelect(): Promise<void> {
    await this.#do('control and ', async (element) =>
      element.locator('.label-name').click({ timeout: 1000, modifiers: ['ControlOrMeta'] }),
    );
  }

  /** Unfolds it and waits for its children; no click when it is unfolded already. */
  async expand(): Promise<void> {
    const isExpanded = async (): Promise<boolean> => (await this.state()).expanded === true;
    if (!(await isExpanded())) await this.#toggle();
    // a tree that a reload restores may unfold the row under the click, which folds it then
    await this.until((row) => row.expanded === true, 'to be expanded', 10).catch(async () => {
      if (!(await isExpanded())) await this.#toggle();
    });
    await this.until((row) => row.expanded === true, 'to be expanded');
    await until(`children of ${this.#name}`, async () => this.list.find([...this.path, /^/]));
  }

  async collapse(): Promise<void> {
    if ((await this.state()).expanded === true) await this.#toggle();
    await this.until((row) => row.expanded !== true, 'to be collapsed');
  }

  /** Opens its context menu and chooses there; more than one label goes down submenus. */
  async rightClick(...labels: [string, ...string[]]): Promise<void> {
    await this.#do('right button: ', async (element) => {
      // on a busy machine a click counts as late that has opened the menu
      if (await this.#menuItem(/./).first().isVisible()) return;
      await element.locator('.label-name').click({ timeout: 1000, button: 'right' });
    });
    for (const [depth, label] of labels.entries()) {
      const item = this.#menuItem(label);
      const next = labels[depth + 1];
      await until(
        `"${label}" in the menu of ${this.#name}`,
        async () => {
          await item.click({ timeout: 1000 });
          // a menu is deaf in its first tenth of a second
          if (next === undefined) await item.waitFor({ state: 'hidden', timeout: 500 });
          else await this.#menuItem(next).waitFor({ timeout: 500 });
          return true;
        },
        { seconds: 5, seen: async () => (await this.#menuItem(/./).allInnerTexts()).join(' | ') },
      );
      this.actions.add('clicks', `${label} in the menu`);
    }
  }

  /** What its context menu offers; the menu is closed again. */
  async menu(): Promise<string[]> {
    await (await this.#found()).element.locator('.label-name').click({ button: 'right' });
    const items = this.#menuItem(/./);
    await items.first().waitFor();
    const labels = await items.allInnerTexts();
    await this.page.keyboard.press('Escape');
    await items.first().waitFor({ state: 'hidden' });
    return labels;
  }

  /** Clicks one of the icons that appear in the row, by its label. */
  async press(label: string): Promise<void> {
    await this.#do(`${label} in `, async (element) => {
      await element.hover({ timeout: 1000 });
      await element.getByRole('button', { name: label, exact: true }).click({ timeout: 1000 });
    });
  }

  async dragTo(target: Row): Promise<void> {
    await this.#do(`drag to ${target.#name}: `, async (element) => {
      const onto = (await target.#found()).element.locator('.label-name');
      await element.locator('.label-name').dragTo(onto, { timeout: 3000 });
    });
  }

  async hover(): Promise<void> {
    await (await this.#found()).element.hover();
  }

  async state(): Promise<RowState> {
    return (await this.#found()).state;
  }

  /** Label and description, as one reads it. */
  async text(): Promise<string> {
    const { label, description } = await this.state();
    return `${label} ${description}`.trim();
  }

  async description(): Promise<string> {
    return (await this.state()).description;
  }

  /** True when it stands there now. */
  async isThere(): Promise<boolean> {
    return (await this.list.find(this.path)) !== undefined;
  }

  /** Waits for the row to be as wanted: a pattern for its text, or a question about its state. */
  async until(wanted: RegExp | ((row: RowState) => boolean), words = String(wanted), seconds = 30): Promise<RowState> {
    const isWanted =
      wanted instanceof RegExp ? (row: RowState) => wanted.test(`${row.label} ${row.description}`) : wanted;
    return until(
      `${this.#name} ${words}`,
      async () => {
        const state = (await this.list.find(this.path))?.state;
        return state && isWanted(state) ? state : undefined;
      },
      { seconds, seen: async () => this.#all() },
    );
  }

  async untilGone(seconds = 30): Promise<void> {
    await until(`${this.#name} to be gone`, async () => ((await this.isThere()) ? undefined : true), { seconds });
  }

  get #name(): string {
    return `${this.view} › ${this.path.map(String).join(' › ')}`;
  }

  #menuItem(label: Label): Locator {
    const text = typeof label === 'string' ? exactly(label) : label;
    return this.page.locator('.monaco-menu .action-menu-item .action-label:not(.separator)', { hasText: text });
  }

  async #found(): Promise<{ state: RowState; element: Locator }> {
    return until(`the row ${this.#name}`, async () => this.list.find(this.path), { seen: async () => this.#all() });
  }

  async #all(): Promise<string> {
    return `\n${(await this.list.rows()).map(line).join('\n')}`;
  }

  async #toggle(): Promise<void> {
    await this.#do('', async (element) => element.locator('.monaco-tl-twistie').click({ timeout: 1000 }));
  }

  /** A row can move while it is aimed at: then once more. */
  async #do(how: string, act: (element: Locator) => Promise<void>): Promise<void> {
    await this.#found();
    await until(`${how}${this.#name}`, async () => {
      const found = await this.list.find(this.path);
      if (found) await act(found.element);
      return found;
    });
    this.actions.add('clicks', `${how}${this.#name}`);
  }
}
