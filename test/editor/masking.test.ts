import assert from 'node:assert/strict';
import { dropCopy } from './dropCopy';
import { editor } from './setting';
import { until } from './until';
import type { EditorWindow } from './window';

const source = ['cluster-a', 'shop-prod', 'postgres-0', 'shop'] as const;

describe('editor: masking', function () {
  this.timeout(400_000);
  let window: EditorWindow;
  before(async () => {
    window = await editor.open();
  });
  after(async () => {
    await window.close();
    await dropCopy(editor.lab.server('pg16'));
  });

  it('rules are proposed for a database, written with help, and it is copied without the people in it', async () => {
    await window.openSideBar();
    const clusters = window.view('Clusters');
    await clusters.row('cluster-a', 'shop-prod', 'postgres-0').expand();
    await clusters.row(...source).rightClick('Propose Masking Rules');
    await window.tab(/Untitled-1/).waitFor({ timeout: 120_000 });
    await window.page.locator('.editor-instance .view-lines').first().click();
    await window.key('Control+Home');
    const proposed = await window.editorText();
    assert.match(proposed, /# Proposed for cluster-a\/shop-prod\/postgres-0\/shop\. Read each line/);
    assert.doesNotMatch(proposed, /example\.org|Ångström|Main St/);

    // what may be written is offered, what may not is told
    await replace(window, 'version: 1');
    await window.key('Enter');
    await window.type('largeObjects: ');
    await window.key('Control+Space');
    const offered = window.page.locator('.suggest-widget.visible .monaco-list-row');
    await until('what may be written', async () => {
      const rows = await offered.allInnerTexts();
      return (rows.some((row) => row.startsWith('keep')) && rows.some((row) => row.startsWith('none'))) || undefined;
    });
    await window.screenshot('masking-completion');
    await window.key('Escape');
    await window.type('keeps');
    await window.page.locator('.squiggly-error').first().waitFor({ timeout: 30_000 });
    for (let letter = 0; letter < 'keeps'.length; letter += 1) await window.key('Backspace');
    await window.key('Escape');
    await window.type('keep');
    await window.key('Escape');
    const rules = [
      ...['definitions: keep', 'columns:', '- {match: "shop.customers.email", as: email}'],
      ...['- {match: "shop.customers.name", as: name}', '- {match: "*.*.*", as: keep}'],
    ];
    for (const line of rules) {
      await window.key('Enter');
      await window.key('Home');
      await window.page.keyboard.insertText(line);
      await window.key('Escape');
    }
    await until('no problem', async () => (await window.page.locator('.squiggly-error').count()) === 0 || undefined, {
      seconds: 30,
    });
    // what a rule makes, of values that are nobody's
    await window.page
      .locator('.view-line', { hasText: 'shop.customers.email' })
      .locator('span', { hasText: 'email' })
      .last()
      .hover();
    const hover = window.page.locator('.monaco-hover:visible', { hasText: 'ada@example.com' });
    await hover.waitFor({ timeout: 30_000 });
    assert.match(await hover.innerText(), /ada@example\.com\s+→\s+[a-z2-7]{16}@masked\.invalid/);
    await window.screenshot('masking-hover');
    await window.key('Escape');

    await window.openSideBar();
    await clusters.row(...source).rightClick('Copy Masked To…');
    await window.question('Copy shop from postgres-0, masked').choose(/Untitled-1/);
    await window.question('Copy shop from postgres-0, masked').choose(/pg16-0/);
    const modal = window.modal(/Copy shop into pg16-0/);
    assert.match(await modal.text(), /as it is now; its rows are masked by Untitled-1/);
    await window.screenshot('masking-copy');
    await modal.press('Create 5 Roles and Copy shop');
    await window.notification(/Restored into/).text(120);
    const client = await editor.lab.server('pg16').connect('shop');
    try {
      const { rows } = await client.query<{ all: number; masked: number }>(
        `select count(*)::int as all, count(*) filter (where email ~ '@masked.invalid$')::int as masked from shop.customers`,
      );
      assert.ok((rows[0]?.all ?? 0) > 100);
      assert.equal(rows[0]?.masked, rows[0]?.all);
    } finally {
      await client.end();
    }
  });
});

/** All of what is in the editor. */
async function replace(window: EditorWindow, text: string): Promise<void> {
  await window.key('Control+A');
  await window.page.keyboard.insertText(text);
}
