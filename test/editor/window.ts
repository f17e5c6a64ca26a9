import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import { Actions } from './actions';
import { exactly, type Label } from './list';
import { Modal, Notification, StatusItem } from './messages';
import { Question } from './question';
import { until } from './until';
import { View } from './view';
import { repository } from './vsix';

/** Where pictures go; git ignores it. */
export const pictures = join(repository, 'test/editor/screenshots');

/** One window of VS Code and the person in front of it. Every method waits for what it needs; every action is counted. */
export class EditorWindow {
  readonly actions = new Actions();
  /** the first text of each notification that came up since the window was opened, reloads included */
  readonly notified: string[] = [];

  private constructor(
    /** for what this class has no word for */
    readonly page: Page,
    private readonly url: string,
  ) {}

  /** Opens the page and waits for the workbench. */
  static async open(context: BrowserContext, url: string): Promise<EditorWindow> {
    const page = await context.newPage();
    const window = new EditorWindow(page, url);
    await page.exposeFunction('dbFerryNotified', (text: string) => window.notified.push(text));
    await page.addInitScript(watchNotifications);
    await page.goto(url);
    await window.#ready();
    return window;
  }

  async #openPalette(command: string): Promise<Question> {
    await this.key('F1');
    const pick = new Question(this.page, this.actions, 'Type the name of a command');
    await pick.type(`>${command}`);
    return pick;
  }

  /** Opens DB Ferry's side bar by its icon; `name` for another one. */
  async openSideBar(name = 'DB Ferry'): Promise<void> {
    const icon = this.page.locator(`.activitybar .action-item:has(.action-label[aria-label^="${name}"])`);
    await until(`the icon ${name}`, async () => (await icon.count()) > 0 || undefined, { seconds: 30 });
    if ((await icon.getAttribute('class'))?.split(' ').includes('checked') === true) return;
    await icon.locator('.action-label').click();
    this.actions.add('clicks', `${name} in the activity bar`);
  }

  /** A view of the side bar: "Clusters", "Backups", "Jobs", "Explorer". */
  view(title: string): View {
    return new View(this.page, this.actions, title);
  }

  /** Runs a command by its full title: `palette('DB Ferry: Back Up…')`. */
  async palette(command: string): Promise<void> {
    const pick = await this.#openPalette(command);
    const labels = this.page.locator('.quick-input-list .label-name');
    const first = this.page.locator('.quick-input-list .monaco-list-row.focused .label-name').first();
    await until(
      `the command ${command}`,
      async () => {
        // a view that takes the focus late closes the palette: a person would open it again
        if (!(await this.page.locator('.quick-input-widget').isVisible())) await this.#openPalette(command);
        if ((await first.innerText({ timeout: 1000 })) === command) return true;
        // others that fit better may stand above it
        if (await labels.getByText(command, { exact: true }).first().isVisible())
          await this.page.keyboard.press('ArrowDown');
        return undefined;
      },
      { seen: async () => (await labels.allInnerTexts()).slice(0, 5).join(' | ') },
    );
    await pick.accept();
  }

  /** The pick or input that is open or about to open; `about` is part of its title, placeholder or prompt. */
  question(about?: Label): Question {
    return new Question(this.page, this.actions, about);
  }

  modal(text?: Label): Modal {
    return new Modal(this.page, this.actions, text);
  }

  notification(text: Label): Notification {
    return new Notification(this.page, this.actions, text);
  }

  statusBar(text: Label): StatusItem {
    return new StatusItem(this.page, this.actions, text);
  }

  /** The tab of an editor; waited for where it is used. */
  tab(title: Label): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: typeof title === 'string' ? exactly(title) : title });
  }

  /** What the webview in front shows: a custom editor, a preview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame');
  }

  /** The lines in sight of the text editor in front. */
  async editorText(): Promise<string> {
    const lines = this.page.locator('.editor-instance .view-lines').first();
    await lines.waitFor();
    return (await lines.innerText()).replaceAll('\u00a0', ' ');
  }

  /** Presses a key or chord, like `Control+Shift+E`. */
  async key(chord: string): Promise<void> {
    await this.page.keyboard.press(chord);
    this.actions.add('keys', chord);
  }

  /** Types where the focus is. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
    this.actions.add('typed', JSON.stringify(text));
  }

  /** Saves a picture of the window as it is, as `screenshots/<name>.png`. */
  async screenshot(name: string): Promise<void> {
    await mkdir(pictures, { recursive: true });
    await this.page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  /** F5 of the browser: the extension host ends and another one starts. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.#ready();
  }

  /** A second window on the same folder, of the same person. */
  async another(): Promise<EditorWindow> {
    return EditorWindow.open(this.page.context(), this.url);
  }

  /** Lays it over the other windows: what lies behind is not drawn, and cannot be clicked. */
  async toFront(): Promise<void> {
    await this.page.bringToFront();
  }

  async close(): Promise<void> {
    await this.page.close();
  }

  async #ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar-item').first().waitFor({ timeout: 60_000 });
    // until the extension host answers, menus and views of extensions are not there
    await this.page.locator('.statusbar-item#status\\.host:not([aria-label*="Opening"])').waitFor({ timeout: 60_000 });
  }
}

/** Runs in the page, which forgets its toasts: tells each new one. */
const watchNotifications = `new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const node of addedNodes)
    if (node.classList?.contains('notification-toast-container'))
      requestAnimationFrame(() => window.dbFerryNotified(node.querySelector('.notification-list-item-message')?.textContent ?? ''));
}).observe(document, { childList: true, subtree: true });`;
