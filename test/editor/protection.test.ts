import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listBackups } from '../../src/core/catalog/catalog';
import { removeStore } from '../../src/core/catalog/namedStores';
import { readRecipients, removeRecipient } from '../../src/core/encrypt/recipients';
import { dropCopy } from './dropCopy';
import { editor } from './setting';
import { until } from './until';
import type { EditorWindow } from './window';

const source = ['cluster-a', 'shop-prod', 'postgres-0', 'shop'] as const;

describe('editor: protection', function () {
  this.timeout(400_000);
  let window: EditorWindow;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-protection-'));
    await mkdir(join(folder, 'archive'));
    window = await editor.open();
    await window.openSideBar();
    await window.view('Clusters').row('cluster-a', 'shop-prod', 'postgres-0').expand();
  });
  after(async () => {
    await window.close();
    await dropCopy(editor.lab.server('pg16'));
    await removeStore('archive').catch(() => undefined);
    for (const { key } of await readRecipients({})) await removeRecipient(key);
    await rm(folder, { recursive: true, force: true });
  });

  it('a store is added and tried, a backup goes there, and what lies where is seen', async () => {
    await window.view('Backups').press('Add Store…');
    await window.question('Where do backups lie?').choose(/A Bucket/);
    const bucket = window.question('Which bucket, and where in it?');
    await bucket.type('archive');
    await until('a word about the address', async () => (await bucket.message()).includes('s3://bucket') || undefined);
    await window.question().cancel();

    await window.view('Backups').press('Add Store…');
    await window.question('Where do backups lie?').choose(/A Folder/);
    await answerPath('Add Store', join(folder, 'archive'));
    const name = window.question('What is it called here?');
    await name.type('archive');
    await name.accept();
    await window.notification(/^archive works: backups can be kept there/).text(60);

    const backups = window.view('Backups');
    await backups.row('archive').until(/dbf-protection/);
    await backUp();
    await backups.row('shop').expand();
    await backups.row('shop', /./).rightClick('Send to Store…');
    await window.question(/Send .* to Store/).choose(/archive/);
    await window.notification(/is there, read back and the same: archive/).text(60);
    await backups.row('archive').expand();
    await backups.row('archive', 'shop').expand();
    await window.screenshot('protection-stores');
    assert.equal((await listBackups(join(folder, 'archive'))).length, 1);
  });

  it('encryption is set up with a page to print, and what is backed up then is encrypted', async () => {
    await window.palette('DB Ferry: Set Up Encryption…');
    const modal = window.modal(/Backups can be encrypted when there is a recovery key/);
    await window.screenshot('protection-recovery-key');
    await modal.press('Make a Recovery Key…');
    const kit = join(folder, 'recovery-key.txt');
    await answerPath('Where Is the Page with the Recovery Key Written?', kit);
    await window.notification(/holds the recovery key\. Print it/).press('Open the Page');
    await window.tab('recovery-key.txt').waitFor();
    assert.match(await window.editorText(), /DB FERRY: RECOVERY KEY/);
    await window.screenshot('protection-kit');
    assert.equal((await stat(kit)).mode & 0o777, 0o600);
    assert.match(await readFile(kit, 'utf8'), /^AGE-SECRET-KEY-1[0-9A-Z]+$/m);

    const backups = window.view('Backups');
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Back Up To…');
    await window.question('Where does the backup go?').choose(/archive/);
    await window.notification(/is complete and verified/).text(120);
    await backups.row('archive', 'shop').expand();
    await backups.row('archive', 'shop', /./).until(/encrypted/);
    await window.screenshot('protection-encrypted');
  });

  it('what retention deletes and keeps is shown with its reason before anything goes', async () => {
    const backups = window.view('Backups');
    await backups.row('archive').rightClick('Clean Up by Retention…');
    await window.question('What is kept of each database?').choose(/The Newest of Each Database/);
    const last = window.question('How many of the newest verified backups');
    await last.type('1');
    await last.accept();
    const plan = window.question('Each with its reason. Nothing is deleted yet.');
    await plan.opened();
    await window.screenshot('protection-retention');
    assert.match((await plan.items()).join('\n'), /Delete 1 backup\n.*shop of .*\n.*shop of /);
    await plan.choose(/Delete 1 backup/);
    assert.equal((await listBackups(join(folder, 'archive'))).length, 2, 'nothing goes before it is confirmed');
    await window.modal(/Delete 1 backup for good/).press('Delete');
    await window.notification(/1 backup deleted/).text(60);
    const [left, ...more] = await listBackups(join(folder, 'archive'));
    assert.deepEqual([left?.manifest.encryption === undefined, more], [false, []]);
  });

  it('an encrypted backup is restored with the key from the secret storage', async () => {
    const backups = window.view('Backups');
    await backups.row('archive').expand();
    await backups.row('archive', 'shop').expand();
    await backups.row('archive', 'shop', /./).rightClick('Restore…');
    await window.question('It is encrypted: which key opens it?').choose(/From a File/);
    await answerPath('Use a Key', join(folder, 'recovery-key.txt'));
    await window.question('How long is it kept?').items();
    await window.screenshot('protection-key');
    await window.question('How long is it kept?').choose(/Secret Storage/);
    await window.notification(/can be opened from here/).text();
    await window.question('Into which pod?').choose(/pg16-0/);
    const restore = window.modal(/Restore shop into pg16-0/);
    assert.match(await restore.text(), /From: the backup of shop of /);
    await window.screenshot('protection-restore');
    await restore.press('Create 5 Roles and Restore shop');
    await window.notification(/Restored into/).text(120);
    assert.equal(await rows('pg16'), await rows('source'));

    await window.palette('DB Ferry: Use a Key…');
    await window.question('Use a Key').choose(/Forget the Key That Is Used/);
    await window.notification(/The key is forgotten/).text();
    await backups.row('archive', 'shop', /./).rightClick('Restore…');
    await window.question('It is encrypted: which key opens it?').cancel();
  });

  async function rows(place: 'source' | 'pg16'): Promise<number | undefined> {
    const client = await editor.lab.server(place).connect('shop');
    try {
      const sql = `select (select count(*) from shop.customers) + (select count(*) from shop.orders) as all`;
      const [found] = (await client.query<{ all: string }>(sql)).rows;
      return Number(found?.all);
    } finally {
      await client.end();
    }
  }

  async function backUp(): Promise<void> {
    await window
      .view('Clusters')
      .row(...source)
      .rightClick('Back Up');
    await window.notification(/is complete and verified/).text(120);
  }

  /** The editor's own question for a path: it looks at what is typed before it takes it. */
  async function answerPath(about: string, path: string): Promise<void> {
    await window.question(about).opened();
    const widget = window.page.locator('.quick-input-widget:visible');
    const ok = widget.getByRole('button', { name: /^(OK|Choose|Use)$/ });
    const input = widget.locator('.quick-input-box input');
    await ok.waitFor();
    await until(`the question "${about}" to be answered`, async () => {
      if ((await ok.count()) === 0) return true;
      const typed = await input.inputValue({ timeout: 500 });
      // it writes its own beginning into the field when it has looked there
      if (typed.replace(/\/$/, '') === path) await ok.click({ timeout: 500 });
      else if (typed !== '') {
        await window.key('Control+A');
        await window.page.keyboard.insertText(path);
      }
      return undefined;
    });
  }
});
