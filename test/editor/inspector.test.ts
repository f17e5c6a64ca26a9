import assert from 'node:assert/strict';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { generateArchive } from '../core/postgres/archive/generateArchive';
import { editor } from './setting';
import { until } from './until';
import type { EditorWindow } from './window';

describe('editor: the archive inspector', () => {
  let folder: string;
  let window: EditorWindow;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-inspector-'));
    const archive = generateArchive({ tables: 2000, bytesPerTable: 3000, compression: 'zstd' });
    await pipeline(Readable.from(archive), createWriteStream(join(folder, 'old shop.dump')));
    await writeFile(join(folder, 'text.dump'), '-- PostgreSQL database dump\n');
    await writeFile(join(folder, 'notes.txt'), 'of a day\n');
    window = await editor.open({ folder });
  });
  after(async () => {
    await window.close();
    await rm(folder, { recursive: true, force: true });
  });

  const openFile = async (name: string): Promise<void> => {
    await window.key('Control+P');
    await window.question('Search files by name').type(name);
    await window.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
    await window.key('Enter');
  };
  const says = (text: string): Promise<void> => window.webview().getByRole('status').getByText(text).waitFor();

  it('shows a dump that is opened like any file', async () => {
    await openFile('old shop.dump');
    const page = window.webview();
    await page.getByRole('heading', { name: 'old shop.dump' }).waitFor();
    await page.getByRole('tab', { name: 'Tables 2,000', selected: true }).waitFor();
    await says('in the file');
    for (const name of ['Restore…', 'Verify']) assert.ok(await page.getByRole('button', { name }).isEnabled());
    await page.getByText('PostgreSQL 18.6').waitFor();
    const made = await page.locator('.rows .row').count();
    assert.ok(made > 5 && made < 100, `${String(made)} rows of 2,000 are made`);
    await window.screenshot('inspector');
  });

  it('a dump in the Explorer offers in its menu what can be done with it, another file does not', async () => {
    await window.openSideBar('Explorer');
    const explorer = window.view('Explorer');
    const offered = await explorer.row('old shop.dump').menu();
    for (const label of ['Inspect Archive', 'Restore…', 'Restore As New Database…', 'Verify', 'Adopt Dump File…'])
      assert.ok(offered.includes(label), `${label}: ${offered.join(' | ')}`);
    assert.ok(!(await explorer.row('notes.txt').menu()).includes('Restore…'));
  });

  it('is searched, sorted and walked through by keys alone', async () => {
    const page = window.webview();
    const row = page.locator('.row[aria-selected="true"]');
    await page.getByRole('tab', { selected: true }).focus();
    await window.key('/');
    await window.type('orders_199');
    await says('11 of 2,000 tables');
    await window.key('ArrowDown');
    await window.key('End');
    await row.getByText('public.orders_1999', { exact: true }).waitFor();
    await window.key('Escape');
    await says('2,000 tables');
    await page.getByRole('columnheader', { name: 'Table' }).getByRole('button').focus();
    await window.key('Enter');
    await window.key('Enter');
    assert.equal(await page.getByRole('columnheader', { name: 'Table' }).getAttribute('aria-sort'), 'descending');
    await page.getByRole('grid').focus();
    await window.key('Home');
    await row.getByText('public.orders_999', { exact: true }).waitFor();
    await page.getByRole('tab', { selected: true }).focus();
    await window.key('End');
    await page.getByRole('tab', { name: 'Entries 5', selected: true }).waitFor();
    await window.key('Home');
  });

  it('is as it was left when one comes back to it, and says what is no archive', async () => {
    await window.webview().getByRole('searchbox').fill('orders_55');
    await says('11 of 2,000 tables');
    await openFile('text.dump');
    await window.webview().getByText('This is not an archive in the custom format of pg_dump.').waitFor();
    await window.webview().getByRole('button', { name: 'Open as Text' }).click();
    assert.match(await window.editorText(), /-- PostgreSQL database dump/);
    await window.tab('old shop.dump').click();
    await says('11 of 2,000 tables');
    assert.equal(await window.webview().getByRole('searchbox').inputValue(), 'orders_55');
  });

  it('follows the file', async () => {
    const archive = generateArchive({ tables: 3, bytesPerTable: 3000, compression: 'none' });
    await pipeline(Readable.from(archive), createWriteStream(join(folder, 'old shop.dump')));
    await until('the new contents', async () =>
      (await window.webview().getByRole('tab', { name: 'Tables 3', exact: true }).count()) > 0 ? true : undefined,
    );
  });
});
