import type { Locator, Page } from 'playwright-core';
import type { Actions } from './actions';
import { List, type Label } from './list';
import { until } from './until';

/** The pick or input that opens at the top of the window. */
export class Question {
  readonly #widget: Locator;
  readonly #list: List;

  constructor(
    page: Page,
    private readonly actions: Actions,
    /** part of its title or placeholder; undefined: whatever is open */
    private readonly about: Label | undefined,
  ) {
    this.#widget = page.locator('.quick-input-widget:visible');
    this.#list = new List(page, this.#widget.locator('.quick-input-list .monaco-list'));
  }

  /** Waits until it is there. */
  async opened(): Promise<this> {
    await until(
      `a question about ${String(this.about ?? 'anything')}`,
      async () => (this.about === undefined || fitsPart(await this.text(), this.about) ? true : undefined),
      { seen: async () => ((await this.#widget.count()) > 0 ? this.text() : 'none') },
    );
    return this;
  }

  /** Title, placeholder, prompt and message, a line each. */
  async text(): Promise<string> {
    const quick = { timeout: 1000 };
    const title = this.#widget.locator('.quick-input-title');
    const placeholder = await this.#input().getAttribute('placeholder', quick);
    const parts = [(await title.isVisible()) ? await title.innerText() : '', placeholder ?? '', await this.message()];
    return parts.filter((part) => part.trim() !== '').join('\n');
  }

  /** What stands below the field: the prompt, or what is wrong with the text. */
  async message(): Promise<string> {
    const message = this.#widget.locator('.quick-input-message');
    return (await message.isVisible()) ? message.innerText() : '';
  }

  /** The labels to choose from. */
  async items(): Promise<string[]> {
    await this.opened();
    return (await this.#list.rows()).map(({ label }) => label);
  }

  /** Clicks a row. */
  async choose(label: Label): Promise<void> {
    await this.opened();
    await until(
      `${String(label)} to choose`,
      async () => {
        const found = await this.#list.find([label]);
        if (found) await found.element.click({ timeout: 1000 });
        return found;
      },
      { seen: async () => (await this.#list.rows()).map((row) => row.label).join(' | ') },
    );
    this.actions.add('clicks', `${String(label)} in the list`);
  }

  /** Types over what stands in the field; Enter is another matter. */
  async type(text: string): Promise<void> {
    await this.opened();
    await this.#input().fill('');
    await this.#input().pressSequentially(text);
    this.actions.add('typed', JSON.stringify(text));
  }

  async accept(): Promise<void> {
    await this.#press('Enter');
  }

  async cancel(): Promise<void> {
    await this.#press('Escape');
    await this.#widget.waitFor({ state: 'hidden' });
  }

  async #press(key: 'Enter' | 'Escape'): Promise<void> {
    await this.opened();
    await this.#input().press(key);
    this.actions.add('keys', key);
  }

  #input(): Locator {
    return this.#widget.locator('.quick-input-box input');
  }
}

function fitsPart(text: string, about: Label): boolean {
  return typeof about === 'string' ? text.includes(about) : about.test(text);
}
