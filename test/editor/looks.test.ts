import axe from 'axe-core';
import assert from 'node:assert/strict';
import type { WindowOptions } from './editor';
import { editor } from './setting';
import { slowDump } from './slow';
import type { EditorWindow } from './window';

const themes = ['dark', 'light', 'high-contrast'] as const satisfies readonly WindowOptions['theme'][];
const source = ['cluster-a', 'shop-prod', 'postgres-0', 'shop'] as const;

/** Pictures of the main states, for people; what a page can tell about itself is asserted. */
describe('editor: looks', function () {
  this.timeout(240_000);

  let window: EditorWindow;
  afterEach(() => window.close());

  for (const theme of themes) {
    it(`nothing is cut or without a name: ${theme}`, async () => {
      window = await editor.open({ theme });
      await window.openSideBar();
      const clusters = window.view('Clusters');
      await clusters.row('cluster-a', 'shop-prod', 'postgres-0').expand();
      if (theme === 'dark') await progress(window);
      await window
        .view('Jobs')
        .row(/^Back up shop/)
        .click();
      await window
        .webview()
        .getByRole('heading', { name: /^Back up / })
        .waitFor();
      await pictures(window, theme, 'report');
      await clusters.row(...source).rightClick('Copy To…');
      await window.question('Copy shop from postgres-0').choose(/pg16-0/);
      await window.modal(/pg16-0/).text();
      await pictures(window, theme, 'confirmation');
      await window.key('Escape');
      await window
        .view('Backups')
        .row('shop', /^\d\d:/)
        .click();
      await window.webview().getByRole('tab', { selected: true }).waitFor();
      await window.tab(/^shop, \d{8}T\d{6}Z-/).waitFor();
      await pictures(window, theme, 'inspector', async () => {
        const faults = await window.webview().locator('body').evaluate(faultsOfPage);
        assert.deepEqual(faults, []);
      });
      await window.palette('DB Ferry: Show Protection');
      const row = window.webview().getByRole('row', { name: /cluster-a\/shop-prod\/postgres\/shop / });
      await row.waitFor({ timeout: 60_000 });
      await window.screenshot(`protection-${theme}`);
      // rows out of sight are not laid out, and have no inner text
      assert.match((await row.textContent()) ?? '', /nobody backs it up by a schedule/);
      assert.deepEqual(await violationsOf(window), []);
      for (const view of ['Clusters', 'Backups', 'Jobs'])
        for (const { spoken, label } of await window.view(view).rows()) assert.ok(spoken.length > label.length, label);
    });
  }
});

/** What axe-core finds in a page that runs no script: in a copy of it, with the colours that the editor gave it. */
async function violationsOf(window: EditorWindow): Promise<unknown> {
  const rules = window.page.frameLocator('iframe.webview.ready:visible').locator('iframe#active-frame');
  assert.doesNotMatch((await rules.getAttribute('sandbox')) ?? 'allow-scripts', /allow-scripts/);
  const html = window.webview().locator('html');
  const [style, lang, content] = [
    await html.getAttribute('style'),
    await html.getAttribute('lang'),
    await html.innerHTML(),
  ];
  const copy = await window.page.context().newPage();
  try {
    await copy.setContent(`<!doctype html><html lang="${lang ?? ''}">${content}</html>`);
    await copy.evaluate(`document.documentElement.style.cssText = ${JSON.stringify(style ?? '')}`);
    return await copy.evaluate(violations);
  } finally {
    await copy.close();
  }
}

const violations = `(async () => {
  ${axe.source};
  return (await axe.run()).violations.map(({ id, nodes }) => id + ': ' + nodes[0].html);
})()`;

/** The first one takes the backup that all others look at. */
async function progress(window: EditorWindow): Promise<void> {
  const dump = slowDump(400_000);
  await window
    .view('Clusters')
    .row(...source)
    .rightClick('Back Up');
  await window.notification(/^Back up shop from postgres-0: .*%/).text();
  await pictures(window, 'dark', 'progress');
  dump.hurry();
  await window.notification(/is complete and verified/).text(60);
}

/** A picture at 100 and at 200 %: zoomed, a window holds half as much each way. */
async function pictures(
  window: EditorWindow,
  theme: string,
  state: string,
  look: () => Promise<void> = async () => undefined,
): Promise<void> {
  for (const zoom of [2, 1]) {
    await window.page.setViewportSize({ width: 1280 / zoom, height: 800 / zoom });
    await window.page.waitForTimeout(300);
    await window.screenshot(`look-${state}-${theme}-${String(zoom * 100)}`);
    await look();
  }
}

/** Runs in the page: what of it is cut without a way to read it, or has no accessible name. */
const faultsOfPage = `(() => {
  const said = (one) => one.tagName.toLowerCase() + '.' + one.className + ' ' + (one.textContent ?? '').trim().slice(0, 40);
  const all = [...document.body.querySelectorAll('*')].filter((one) => one.getClientRects().length > 0);
  const cut = all.filter((one) => {
    const style = getComputedStyle(one);
    if (style.display === 'inline' || one.scrollWidth <= one.clientWidth + 1) return false;
    if (style.overflowX === 'auto' || style.overflowX === 'scroll') return false;
    return !(style.textOverflow === 'ellipsis' && one.closest('[title]'));
  });
  const named = 'button, input, progress, a, img, [role=grid], [role=tab], [role=tablist], [role=tabpanel], [tabindex="0"]';
  const nameless = all.filter((one) => one.matches(named)
    && !(one.getAttribute('aria-label') || one.title || one.labels?.length > 0
      || (one.getAttribute('aria-labelledby') && document.getElementById(one.getAttribute('aria-labelledby')))
      || (one.textContent ?? '').trim()));
  return [...cut.map((one) => 'cut: ' + said(one)), ...nameless.map((one) => 'no name: ' + said(one))];
})()`;
