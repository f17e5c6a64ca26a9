import './vscodeDouble';
import assert from 'node:assert/strict';
import { hasHidden } from '../../../src/core/base/visible';
import { hiddenCharacters } from '../visible.test';
import type * as Fake from './fakeVscode';

/** As the editor finds links (vs/base/common/linkedText.ts) and icons (vs/base/browser/ui/iconLabel/iconLabels.ts). */
const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
const icon = /(?<!\\)\$\((?:[a-z0-9-]+)(?:~[a-z]+)?\)/i;

const evil = [
  '[Repair](command:workbench.extensions.installExtension?%22evil%22)',
  '[a]\n(command:x) ](command:y)',
  '[x](https://evil.example "title")',
  '$(trash) $(sync~spin) \\$(x)',
  ['a', ...hiddenCharacters, 'b'].join(''),
  'x'.repeat(100_000),
  `${'x'.repeat(990)}[y](command:z)`,
].join(' ');
const texts = [evil, ...evil.split(' '), '[a](command:b)', `[\u200ba](command:b)`];

describe('what the editor is given', () => {
  let fake: typeof Fake;
  before(async () => (fake = (await import('vscode')) as unknown as typeof Fake));
  afterEach(() => {
    fake.said.length = 0;
    fake.answers.length = 0;
    fake.opened.length = 0;
  });

  function check(text: string | undefined, allowed: { readonly lines?: true; readonly icon?: string } = {}): void {
    assert.ok(text !== undefined);
    const own = allowed.icon === undefined ? '' : `$(${allowed.icon}) `;
    assert.ok(text.startsWith(own));
    const rest = text.slice(own.length);
    assert.doesNotMatch(rest, link);
    assert.equal(
      hasHidden(allowed.lines ? rest.replaceAll(/[\n\t]/g, '') : rest),
      false,
      JSON.stringify(rest.slice(0, 200)),
    );
    assert.ok(rest.length <= 8000);
  }

  it('messages, with their buttons: no link, nothing hidden, not endless; the button is the one that was given', async () => {
    const { showErrorMessage, showInformationMessage, showWarningMessage } = await import('../../../src/ui/shown');
    for (const say of [showErrorMessage, showInformationMessage, showWarningMessage]) {
      for (const text of texts) {
        fake.said.length = 0;
        const button = `Restore ${text}`;
        const answer = say(text, 'One', button);
        const [last] = fake.said;
        for (const one of [last?.text, ...(last?.buttons ?? [])]) check(one);
        assert.ok((last?.text.length ?? 0) <= 1000);
        await answer;
        fake.answers.push(last?.buttons[1] ?? '');
        assert.equal(await say(text, 'One', button), button);
      }
    }
  });

  it('modals keep the lines of their detail', async () => {
    const { showWarningMessage } = await import('../../../src/ui/shown');
    for (const text of texts) {
      fake.said.length = 0;
      await showWarningMessage(text, { modal: true, detail: `one\n\n${text}` }, 'Go');
      check(fake.said[0]?.text, { lines: true });
      check(fake.said[0]?.detail, { lines: true });
      assert.match(fake.said[0]?.detail ?? '', /^one\n\n/);
    }
  });

  it('rows of pickers: one icon, which is ours', async () => {
    const { shownRow } = await import('../../../src/ui/shown');
    for (const text of texts) {
      const row = shownRow({ icon: 'database', label: text, description: text, detail: text, value: 1 });
      check(row.label, { icon: 'database' });
      for (const one of [row.label.slice('$(database) '.length), row.description, row.detail]) {
        check(one);
        assert.doesNotMatch(one, icon);
      }
      assert.doesNotMatch(shownRow({ label: text }).label, icon);
    }
    const { pick } = await import('../../../src/ui/ask/pick');
    fake.opened.length = 0;
    const picked = pick([{ icon: 'database', label: evil, value: 'it' }], { title: evil, placeholder: evil });
    const [box] = fake.opened;
    const shown = box as unknown as { title: string; placeholder: string; items: { label: string }[] };
    for (const one of [shown.title, shown.placeholder]) check(one);
    check(shown.items[0]?.label, { icon: 'database' });
    box?.enter();
    assert.equal(await picked, 'it');
  });

  it('rows of trees, with what is spoken and shown on hover', async () => {
    const { shownItem } = await import('../../../src/tree/shownItem');
    for (const text of texts) {
      const item = new fake.TreeItem(text) as unknown as Parameters<typeof shownItem>[0];
      item.description = text;
      item.tooltip = text;
      item.accessibilityInformation = { label: text };
      const { label, description, tooltip, accessibilityInformation } = shownItem(item);
      for (const one of [label, description, accessibilityInformation?.label]) {
        assert.ok(typeof one === 'string' && !hasHidden(one) && one.length <= 300);
      }
      assert.ok(typeof tooltip === 'string' && !hasHidden(tooltip.replaceAll(/[\n\t]/g, '')));
    }
  });

  it('every tree hands its rows over so', async () => {
    const evilNode = { item: () => new fake.TreeItem(evil) };
    for (const [file, name] of [
      ['jobsTree', 'JobsTree'],
      ['clustersTree', 'ClustersTree'],
      ['backupsTree', 'BackupsTree'],
    ] as const) {
      const module = (await import(`../../../src/tree/${file}`)) as Readonly<Record<string, { prototype: Tree }>>;
      const row = module[name]?.prototype.getTreeItem(evilNode);
      assert.equal(row === undefined || hasHidden(row.label), false, name);
    }
  });

  it('the status bar', async () => {
    const { labelText } = await import('../../../src/ui/shownText');
    for (const text of texts) {
      check(labelText(text));
      assert.doesNotMatch(labelText(text), icon);
    }
  });
});

interface Tree {
  getTreeItem(node: unknown): { readonly label: string };
}
