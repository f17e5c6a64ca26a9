import type { Locator, Page } from 'playwright-core';
import type { Actions } from './actions';
import { exactly, type Label } from './list';
import { until } from './until';

/** The dialog in the middle that must be answered. */
export class Modal {
  readonly #box: Locator;

  constructor(
    page: Page,
    private readonly actions: Actions,
    text: Label | undefined,
  ) {
    this.#box = page.locator('.monaco-dialog-box', text === undefined ? {} : { hasText: text });
  }

  /** Waits for it and gives its message and detail. */
  async text(): Promise<string> {
    await this.#box.waitFor();
    return (await this.#box.locator('.dialog-message-container').innerText()).trim();
  }

  async buttons(): Promise<string[]> {
    await this.#box.waitFor();
    return this.#box.locator('.dialog-buttons .monaco-button').allInnerTexts();
  }

  async press(button: string): Promise<void> {
    await this.#box.getByRole('button', { name: button, exact: true }).click();
    this.actions.add('clicks', `${button} in the dialog`);
    await this.#box.waitFor({ state: 'hidden' });
  }

  async isOpen(): Promise<boolean> {
    return this.#box.isVisible();
  }
}

/** A notification at the bottom right, by part of its text. */
export class Notification {
  readonly #toast: Locator;

  constructor(
    private readonly page: Page,
    private readonly actions: Actions,
    private readonly about: Label,
  ) {
    const message = page.locator('.notification-list-item-message', { hasText: about });
    this.#toast = page.locator('.notification-toast', { has: message });
  }

  /** Waits for it; a long job wants more seconds. */
  async text(seconds = 30): Promise<string> {
    await until(`the notification ${String(this.about)}`, async () => (await this.#toast.count()) > 0 || undefined, {
      ...{ seconds, seen: async () => (await this.#all()).join(' | ') || 'none' },
    });
    return this.#toast.first().locator('.notification-list-item-message').innerText({ timeout: 1000 });
  }

  async buttons(): Promise<string[]> {
    await this.text();
    return this.#toast.first().locator('.notification-list-item-buttons-container .monaco-button').allInnerTexts();
  }

  /** The part that is done, 0 to 100; undefined where it only shows that something goes on. */
  async percent(): Promise<number | undefined> {
    const bar = this.#toast.first().getByRole('progressbar');
    const now = await bar.getAttribute('aria-valuenow', { timeout: 1000 });
    return now === null ? undefined : Number(now);
  }

  async press(button: string, seconds = 30): Promise<void> {
    await this.text(seconds);
    const buttons = this.#toast.first().locator('.notification-list-item-buttons-container .monaco-button');
    await buttons.filter({ hasText: exactly(button) }).click();
    this.actions.add('clicks', `${button} in the notification`);
  }

  async isThere(): Promise<boolean> {
    return (await this.#toast.count()) > 0;
  }

  async untilGone(seconds = 30): Promise<void> {
    await this.#toast.first().waitFor({ state: 'detached', timeout: seconds * 1000 });
  }

  async #all(): Promise<string[]> {
    return this.page.locator('.notification-toast .notification-list-item-message').allInnerTexts();
  }
}

/** An item of the status bar, by part of its text. */
export class StatusItem {
  readonly #item: Locator;

  constructor(
    page: Page,
    private readonly actions: Actions,
    private readonly about: Label,
  ) {
    this.#item = page.locator('.statusbar-item', { hasText: about }).first();
  }

  async text(seconds = 30): Promise<string> {
    await this.#item.waitFor({ timeout: seconds * 1000 });
    return (await this.#item.innerText()).trim();
  }

  /** What a screen reader says. */
  async spoken(): Promise<string> {
    await this.#item.waitFor();
    return (await this.#item.getAttribute('aria-label')) ?? '';
  }

  async click(): Promise<void> {
    await this.#item.locator('.statusbar-item-label').click();
    this.actions.add('clicks', `${String(this.about)} in the status bar`);
  }

  async isThere(): Promise<boolean> {
    return this.#item.isVisible();
  }

  async untilGone(seconds = 30): Promise<void> {
    await this.#item.waitFor({ state: 'hidden', timeout: seconds * 1000 });
  }
}
