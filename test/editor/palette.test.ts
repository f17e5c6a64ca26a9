import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { editor } from './setting';
import { until } from './until';
import { repository } from './vsix';
import type { EditorWindow } from './window';

/** Those that act at once and ask nothing. */
const silent = ['dbFerry.refresh', 'dbFerry.clearFilter', 'dbFerry.showJobs'];

interface Browser {
  getComputedStyle(shape: unknown): { readonly fill: string; readonly stroke: string };
}

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string; readonly title: string }[] };
}

describe('editor: the palette', function () {
  this.timeout(240_000);
  let window: EditorWindow;
  before(async () => {
    window = await editor.open();
    // the palette knows our commands from then on
    await window.openSideBar();
    await window.view('Clusters').row('cluster-b').until(/pods/);
  });
  after(() => window.close());

  it('runs every command with nothing selected: it asks, or says why it cannot', async () => {
    const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest;
    const words = JSON.parse(readFileSync(join(repository, 'package.nls.json'), 'utf8')) as Record<string, string>;
    const answers: string[] = [];
    for (const { command, title } of manifest.contributes.commands) {
      const name = words[title.slice(1, -1)] ?? '';
      const told = window.notified.length;
      await window.palette(`DB Ferry: ${name}`);
      if (silent.includes(command)) {
        // a view takes the focus in its own time, and closes a palette that is open by then
        await window.page.waitForTimeout(700);
        continue;
      }
      if (command === 'dbFerry.showProtection') {
        await window.webview().getByRole('heading', { name: 'Protection', exact: true }).waitFor({ timeout: 60_000 });
        answers.push(`${name}: its page`);
        continue;
      }
      answers.push(`${name}: ${await until(`an answer to ${name}`, () => answer(told))}`);
      await window.page.keyboard.press('Escape');
      await window.page.locator('.quick-input-widget:visible').waitFor({ state: 'hidden' });
      await window.page.locator('.monaco-dialog-box').waitFor({ state: 'hidden' });
    }
    console.log(answers.join('\n').replaceAll(/^/gm, '      '));
    const bad = window.notified.filter((text) => /not found|unforeseen|internal|undefined|TypeError/i.test(text));
    assert.deepEqual(bad, []);
  });

  it('opens the walkthrough', async () => {
    await window.palette('Welcome: Open Walkthrough...');
    await window.question().type('Back up, move');
    await window.question().accept();
    // pictures need room
    await window.key('Control+b');
    const page = window.page.locator('.gettingStartedContainer');
    for (const [step, picture] of [
      ['Find your clusters', 'clusters'],
      ['Take a first backup', 'backUp'],
      ['Restore it somewhere', 'restore'],
      ['Change your mind', 'undo'],
    ] as const) {
      await page.getByText(step).first().click();
      const colours = await until(`the picture of "${step}"`, async () => coloursOf(picture));
      assert.ok(colours.length >= 2, `${picture}: ${colours.join(', ')}`);
      // what a shape has whose colours the editor does not let in
      assert.ok(!colours.includes('rgb(0, 0, 0)'), `${picture}: ${colours.join(', ')}`);
    }
    await window.screenshot('walkthrough');
  });

  /** The colours of a picture of the walkthrough, as they are seen; undefined until it is there. */
  async function coloursOf(picture: string): Promise<string[] | undefined> {
    const source = readFileSync(join(repository, 'media/walkthrough', `${picture}.svg`), 'utf8');
    const title = /<title>(.*)<\/title>/.exec(source)?.[1] ?? '';
    const media = window.page.frameLocator('.getting-started-media iframe').frameLocator('iframe');
    const shapes = media.locator('svg', { has: window.page.locator('title', { hasText: title }) });
    const seen = await shapes.locator('rect, path, ellipse, text').evaluateAll((all) =>
      all.flatMap((shape) => {
        const { fill, stroke } = (globalThis as unknown as Browser).getComputedStyle(shape);
        return [fill, stroke];
      }),
    );
    const colours = [...new Set(seen)].filter((colour) => colour !== 'none');
    return colours.length === 0 ? undefined : colours;
  }

  /** What stands in front of the person now. */
  async function answer(told: number): Promise<string | undefined> {
    const question = window.question();
    if (await window.modal().isOpen()) return `dialog "${(await window.modal().text()).split('\n')[0] ?? ''}"`;
    const box = window.page.locator('.quick-input-widget:visible');
    if ((await box.count()) > 0) {
      const text = await question.text();
      return text === '' || text.includes('Type the name of a command') ? undefined : text.replaceAll('\n', ' · ');
    }
    return window.notified.slice(told).find((text) => text !== '');
  }
});
