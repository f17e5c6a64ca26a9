import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { section } from '../contributions';
import { recoveryKit } from '../words/recoveryKit';
import { settings } from '../ui/settings';
import { showInformationMessage, showWarningMessage } from '../ui/shown';
import type { Command } from './command';
import { t } from '../words/language';

/** Makes a recovery key where there is none, as a page to print, and has backups encrypted from then on. */
export const setUpEncryption: Command = {
  id: 'dbFerry.setUpEncryption',
  // as the command line calls it
  changes: ['keys', 'init'].join(' '),
  async run() {
    const { addRecipient, readRecipients } = await import('../core/encrypt/recipients');
    const known = (await readRecipients()).filter(({ role }) => role === 'recovery');
    if (known.length === 0) {
      const detail = t`A recovery key opens every backup that is encrypted from now on, also without DB Ferry. It is written once, as a page to print: put the page into a safe and delete the file. Who loses it, and every other key, loses the backups.`;
      const answer = await showWarningMessage(
        t`Backups can be encrypted when there is a recovery key.`,
        { modal: true, detail },
        t`Make a Recovery Key…`,
      );
      if (answer === undefined) return;
      const file = await vscode.window.showSaveDialog({
        ...{ title: t`Where Is the Page with the Recovery Key Written?`, saveLabel: t`Write the Page` },
        defaultUri: vscode.Uri.file(join(homedir(), 'db-ferry-recovery-key.txt')),
      });
      if (!file) return;
      const { makeIdentity } = await import('../core/encrypt/identity');
      const { writeSecret } = await import('../core/encrypt/writeSecret');
      const { opens, recipient } = await makeIdentity();
      const date = new Date().toISOString().slice(0, 10);
      await writeSecret(file.fsPath, recoveryKit({ identity: opens, recipient, date }), { root: settings.root() });
      await addRecipient({ key: recipient, role: 'recovery', name: t`recovery key of ${date}` });
      void offer(file);
    }
    await vscode.workspace.getConfiguration(section).update('encrypt', true, vscode.ConfigurationTarget.Global);
    void showInformationMessage(t`Backups that are started here are encrypted from now on (setting "Encrypt").`);
  },
};

async function offer(file: vscode.Uri): Promise<void> {
  const pressed = await showWarningMessage(
    t`${file.fsPath} holds the recovery key. Print it, put it where it belongs, and delete the file.`,
    t`Open the Page`,
  );
  if (pressed !== undefined) await vscode.commands.executeCommand('vscode.open', file);
}
