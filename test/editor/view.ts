import type { Locator, Page } from 'playwright-core';
import type { Actions } from './actions';
import { line, List, type Label, type RowState } from './list';
import { Row } from './row';

/** A view of the side bar, by its title: "Clusters", "Backups", "Jobs", "Explorer". */
export class View {
  readonly #pane: Locator;
  readonly #list: List;

  constructor(
    private readonly page: Page,
    private readonly actions: Actions,
    readonly title: string,
  ) {
    this.#pane = page.locator('.pane', { has: page.locator(`.pane-header[aria-label^="${title} Section"]`) });
    this.#list = new List(page, this.#pane.locator('.monaco-list[role="tree"]'));
  }

  /** The row that labels lead to, from the top: `row('cluster-a', 'shop-prod')`. The rows above it must be expanded. */
  row(...path: [Label, ...Label[]]): Row {
    return new Row(this.page, this.actions, this.#list, this.title, path);
  }

  /** What stands in the view now, a row a line, indented, with descriptions. */
  async text(): Promise<string> {
    return (await this.#list.rows()).map(line).join('\n');
  }

  async rows(): Promise<RowState[]> {
    return this.#list.rows();
  }

  /** Clicks an icon of the view's title bar, by its label. */
  async press(label: string): Promise<void> {
    await this.#pane.hover();
    await this.#pane.locator('.pane-header').getByRole('button', { name: label, exact: true }).click();
    this.actions.add('clicks', `${label} in the title of ${this.title}`);
  }

  /** What stands where the tree would, when it has no rows. */
  async welcome(): Promise<string> {
    const content = this.#pane.locator('.welcome-view-content');
    await content.waitFor();
    return content.innerText();
  }

  /** Clicks a button or link of the welcome text. */
  async pressWelcome(label: string): Promise<void> {
    await this.#pane.locator('.welcome-view-content').getByRole('button', { name: label }).click();
    this.actions.add('clicks', `${label} in the empty ${this.title}`);
  }
}
